// Statements into a database of a living server: the program mariadb. Inside this folder only.
#pragma once

#include <filesystem>

#include "appliance/process/process.hpp"
#include "appliance/sql/connection.hpp"

namespace slipway::backup {

/// Not thread-safe.
class Loader {
 public:
  /// Into the database that the endpoint names. `work`: scratch, for its log and the way in.
  [[nodiscard]] static Result<Loader> start(const sql::Endpoint& to, const std::filesystem::path& work);

  /// Errors: unavailable (it has ended, finish() says why).
  [[nodiscard]] Status add(std::string_view bytes);
  /// Waits until the server has them all. Errors: internal with the program's last words; unavailable (it was killed).
  [[nodiscard]] Status finish();

 private:
  Loader(process::Child child, std::filesystem::path access, std::filesystem::path log)
      : child_(std::move(child)), access_(std::move(access)), log_(std::move(log)) {}
  process::Child child_;
  std::filesystem::path access_;
  std::filesystem::path log_;
};

/// mariadb-dump of one database in one snapshot, with everything that belongs to it; its output is to be read.
/// `access`: an option file, or arguments that lead to the server.
[[nodiscard]] Result<process::Child> start_dump(const std::vector<std::string>& access, const std::string& database,
                                                const std::filesystem::path& log);

/// How its end is said. Error: internal.
[[nodiscard]] Status end_of_dump(process::Child& child, const std::filesystem::path& log);

}  // namespace slipway::backup
