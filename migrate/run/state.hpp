// What is known of one migration between one run of the tool and the next: everything that `resume`, `status`, `abort`
// and `report` need. Plain values.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "appliance/base/error.hpp"
#include "migrate/engine/progress.hpp"

namespace slipway::migrate {

/// What a person said on the command line, so that resume need not be told again. No passwords: the file that holds
/// one is named.
struct Choices {
  bool replace = false;
  bool trial = false;
  bool anonymise = false;
  std::string status_map_file;
  std::string status_map_digest;  ///< SHA-256 of its text; empty without a file
  std::string profile_directory;
  std::string scratch_directory;
  std::string password_file;
  std::string tls_ca_file;
  bool plaintext = false;
  std::string files_directory = {};
  bool without_files = false;
  std::string dump_database = {};
  std::string dump_charset = {};
  std::uint64_t dump_most_bytes = 0;
  std::string profile_digest = {};  ///< SHA-256 of what the directory's steps do; empty without one
};

struct DoneStep {
  std::string name;  ///< see run.cpp
  std::string at;    ///< ISO 8601, UTC
  double seconds = 0;
};

/// How far the step is that is under way, as last written.
struct Live {
  std::string step;
  std::string began_at;
  std::string seen_at;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t rows_expected = 0;
  double seconds = 0;
  std::vector<TableProgress> tables;
};

enum class Outcome { unfinished, published, aborted };
[[nodiscard]] std::string_view to_text(Outcome outcome);
[[nodiscard]] std::string_view to_text(TableProgress::State state);

struct MigrationState {
  std::string id;
  std::string account;
  std::string source;    ///< its address
  std::string identity;  ///< which server and database that is, whatever its address
  Choices choices;
  std::int64_t record = 0;    ///< row of the platform's table `migration`
  int generation = 0;         ///< being filled; 0: not prepared yet
  int former_generation = 0;  ///< served meanwhile
  std::string former_database;
  std::uint64_t requests_there = 0;  ///< in the account when it began
  std::uint64_t last_aside = 0;      ///< of our own product: the last row kept aside that came with the copy
  int resumes = 0;
  std::string created_at;
  std::string updated_at;
  std::vector<DoneStep> steps;
  Live live;
  std::optional<Error> last_error;
  Outcome outcome = Outcome::unfinished;
  nlohmann::ordered_json report;  ///< of report.hpp, as far as it is

  [[nodiscard]] bool has(std::string_view step) const;
};

}  // namespace slipway::migrate
