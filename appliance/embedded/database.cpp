#include <thread>

#include "appliance/base/file_lock.hpp"
#include "appliance/embedded/data_directory.hpp"

namespace slipway::embedded {
namespace {

constexpr std::chrono::seconds kStopGrace{60};  // a server flushes its buffers on SIGTERM
constexpr std::chrono::milliseconds kPollInterval{5};

}  // namespace

struct Database::State {
  DatabaseOptions options;
  FileLock lock;
  process::Child server;
};

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::Database(Database&&) noexcept = default;

Database& Database::operator=(Database&& other) noexcept {
  if (this != &other) {
    if (state_) stop();
    state_ = std::move(other.state_);
  }
  return *this;
}

Database::~Database() {
  if (state_) stop();
}

Result<Database> Database::start(const DatabaseOptions& given) {
  DatabaseOptions options = given;
  options.directory = std::filesystem::absolute(given.directory);
  SLIPWAY_CHECK(make_private_directory(options.directory));
  SLIPWAY_CHECK(make_private_directory(options.directory / "run"));
  auto lock = FileLock::take(server_lock(options));
  if (!lock) {
    if (lock.error().code != Code::in_use) return std::move(lock).error();
    return Error{Code::in_use, "directory '" + options.directory.string() + "': another server has it",
                 "stop that server, or choose another directory"};
  }
  SLIPWAY_CHECK(prepare_data_directory(options));

  const std::uintmax_t log_start = log_size(options);
  SLIPWAY_TRY(process::Child server, process::Child::spawn(server_command(options)));
  const auto deadline = std::chrono::steady_clock::now() + options.start_limit;
  while (!server_answers(options)) {
    if (const auto status = server.wait(kPollInterval))
      return server_failure(options, log_start, "ended with exit status " + std::to_string(*status));
    if (is_full(options.directory)) return disk_full(options.directory);
    if (std::chrono::steady_clock::now() > deadline) {
      server.kill();
      Error error =
          server_failure(options, log_start, "no answer within " + std::to_string(options.start_limit.count()) + " ms");
      if (error.code == Code::unavailable) error.code = Code::timeout;
      return error;
    }
  }
  return Database(std::make_unique<State>(State{std::move(options), std::move(*lock), std::move(server)}));
}

sql::Endpoint Database::administrator() const { return server_administrator(state_->options); }
int Database::pid() const { return state_->server.pid(); }
bool Database::running() { return !state_->server.exit_status().has_value(); }
void Database::stop() { state_->server.stop(kStopGrace); }
void Database::kill() { state_->server.kill(); }

}  // namespace slipway::embedded
