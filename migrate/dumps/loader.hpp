// One file of a dump: read through once to judge it, then statement by statement into the scratch server.
#pragma once

#include <atomic>

#include "appliance/sql/connection.hpp"
#include "migrate/dumps/dump_filter.hpp"
#include "migrate/dumps/dump_reader.hpp"

namespace slipway::migrate {

struct DumpPart {
  std::filesystem::path file;
  std::string database;  ///< that the file's name says; empty: the file itself says it
  std::string table;     ///< the same, for rows and definitions of one table
  std::string delimiter = ";";
};

/// What reading a file through has shown.
struct Survey {
  DumpFindings findings;
  std::uint64_t plain_bytes = 0;
  std::string header_database;  ///< that its first lines name
};

/// Told how many bytes of the packed file and of its text have been read since the last call. Called by several
/// threads.
using OnBytes = std::function<void(std::uint64_t packed, std::uint64_t plain)>;

/// Reads a file to its end without running anything. Memory does not grow with the file. Errors name the file, and the
/// line where there is one: those of read_dump, StatementScanner and DumpFilter.
[[nodiscard]] Result<Survey> survey_part(const DumpPart& part, const ReadOptions& reading, const FilterOptions& filter,
                                         const OnBytes& on_bytes);

struct LoadOptions {
  FilterOptions filter;
  ReadOptions reading;
  sql::Endpoint endpoint;                   ///< of the user who may nothing but load
  std::filesystem::path scratch;            ///< its disk must keep some room
  const std::atomic<bool>* stop = nullptr;  ///< set: another thread has failed
};

/// What loading a file has shown besides.
struct Loaded {
  DumpFindings findings;
  std::vector<std::string> notes;
};

/// Runs a file's statements in their order in a session of its own, while the next ones are being read. Errors as
/// survey_part's, and: corrupt (the server refused a statement, or values of a row would have been changed on the way;
/// naming table and column), no_space, forbidden (a statement reaches outside its database), unavailable, cancelled.
[[nodiscard]] Result<Loaded> load_part(const DumpPart& part, const LoadOptions& options, const OnBytes& on_bytes);

}  // namespace slipway::migrate
