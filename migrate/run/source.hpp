// Where the rows come from: a running server, or a server of the run's own that a file was loaded into.
#pragma once

#include "migrate/dumps/dump.hpp"
#include "migrate/run/run.hpp"

namespace slipway::migrate {

struct OpenSource {
  sql::Endpoint endpoint;
  std::optional<ScratchServer> scratch;  ///< holds the rows of a dump; goes with this object
  std::string identity;                  ///< of a file; that of a server comes with its plan
};

/// Errors: those of load_dump and to_endpoint.
[[nodiscard]] Result<OpenSource> open_source(const RunOptions& options, Progress& progress);

/// Which server and database this is, whatever address leads to it: another one is never taken for it. Errors: those of
/// the connection.
[[nodiscard]] Result<std::string> identify(const OpenSource& source, const Plan& plan);

/// SHA-256 of what the profile in a directory does with rows; empty for no directory. Errors: those of load_profile.
[[nodiscard]] Result<std::string> digest_of_profile(const std::filesystem::path& directory);

/// When a dump, a file or a directory of files, was last written; nothing when it cannot be told.
[[nodiscard]] std::optional<Timestamp> newest_change(const std::filesystem::path& place);

/// SHA-256 of a file's text; empty for no file. Error: not_found.
[[nodiscard]] Result<std::string> digest_of(const std::filesystem::path& file);

}  // namespace slipway::migrate
