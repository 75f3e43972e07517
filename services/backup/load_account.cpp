#include "services/backup/load_account.hpp"

#include <unistd.h>

#include <cerrno>

#include "appliance/sql/option_file.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes kEnd{30};

Status ended(process::Child& child, const std::string& name, const fs::path& log) {
  const int status = child.wait(kEnd).value_or(-1);
  if (status == 0) return {};
  const bool killed = status < 0 || status > 128;
  return Error{killed ? Code::unavailable : Code::internal,
               name + ": ended with exit status " + std::to_string(status) + ": " + process::last_words(log)};
}

}  // namespace

Result<Loader> Loader::start(const sql::Endpoint& to, const fs::path& work) {
  std::error_code problem;
  fs::create_directories(work, problem);
  const fs::path access = work / "load.cnf";
  const fs::path log = work / "load.log";
  SLIPWAY_CHECK(sql::write_option_file(access, to, "client"));
  process::Command command{.argv = {"mariadb", "--defaults-file=" + access.string(), "--batch",
                                    "--default-character-set=utf8mb4", "--max-allowed-packet=1G", to.database},
                           .log_file = log,
                           .ends_with_starter = true};
  command.pipe_stdin = true;
  SLIPWAY_TRY(auto child, process::Child::spawn(command));
  return Loader(std::move(child), access, log);
}

Status Loader::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(child_.input(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error{Code::unavailable, "mariadb: takes no more"};
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status Loader::finish() {
  child_.close_input();
  auto done = ended(child_, "mariadb", log_);
  std::error_code absent;
  fs::remove(access_, absent);
  return done;
}

Result<process::Child> start_dump(const std::vector<std::string>& access, const std::string& database,
                                  const fs::path& log) {
  process::Command command{.argv = {"mariadb-dump"}, .log_file = log, .ends_with_starter = true};
  command.argv.insert(command.argv.end(), access.begin(), access.end());
  for (const char* option : {"--single-transaction", "--quick", "--routines", "--triggers", "--events", "--hex-blob",
                             "--default-character-set=utf8mb4", "--max-allowed-packet=1G"})
    command.argv.emplace_back(option);
  command.argv.push_back(database);
  command.pipe_stdout = true;
  return process::Child::spawn(command);
}

Status end_of_dump(process::Child& child, const fs::path& log) { return ended(child, "mariadb-dump", log); }

}  // namespace slipway::backup
