#include "migrate/dumps/dump.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <regex>

#include "migrate/dumps/dump_reader.hpp"
#include "migrate/engine/endpoint.hpp"

namespace slipway::migrate {
namespace {

constexpr std::string_view kDatabase = "dump";
constexpr std::chrono::hours kLoadLimit{24};

/// What the client says of a statement that the server refused, reduced to number and line: the rest quotes data.
Error refused(const std::filesystem::path& file, const std::filesystem::path& log) {
  std::ifstream in(log);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::smatch found;
  Error error{Code::corrupt, "dump '" + file.string() + "': the database client could not load it",
              "make the dump anew with mariadb-dump or mysqldump --single-transaction"};
  if (!std::regex_search(text, found, std::regex("ERROR (\\d+) \\(\\w+\\) at line (\\d+)"))) return error;
  error.message = "dump '" + file.string() + "': the server refused the statement at line " + found[2].str() +
                  " (error " + found[1].str() + ")";
  error.context = {{"mysql_errno", found[1].str()}};
  const std::string number = found[1].str();
  if (number == "1114" || number == "1021" || number == "3" || number == "28") {
    error.code = Code::no_space;
    error.message = "dump '" + file.string() + "': the disk of the scratch server is full";
    error.hint = "name a directory with more room with --scratch-dir DIR";
  }
  if (number == "1273") {
    error.code = Code::unsupported;
    error.hint =
        "it names a collation of MySQL 8; migrate from the running server (mysql://…), where collations are replaced";
  }
  return error;
}

/// The writing end of a pipe in the file system.
class PipeEnd {
 public:
  explicit PipeEnd(int descriptor) : descriptor_(descriptor) {}
  PipeEnd(const PipeEnd&) = delete;
  PipeEnd& operator=(const PipeEnd&) = delete;
  ~PipeEnd() { close(); }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  /// False: nobody reads any more.
  bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

 private:
  int descriptor_;
};

process::Command client_command(const sql::Endpoint& endpoint, const std::filesystem::path& pipe,
                                const std::filesystem::path& log) {
  process::Command command;
  // --binary-mode: bytes as they are, and none of the client's own commands.
  command.argv = {"mariadb",
                  "--no-defaults",
                  "--binary-mode",
                  "--batch",
                  "--default-character-set=utf8mb4",
                  "--max-allowed-packet=1G",
                  "--local-infile=0",
                  "--socket=" + endpoint.socket,
                  "--user=" + endpoint.user,
                  "--init-command=SET SESSION unique_checks=0, foreign_key_checks=0",
                  std::string(kDatabase)};
  command.stdin_file = pipe;
  command.log_file = log;
  return command;
}

Status pour(const std::filesystem::path& file, const ScratchServer& server, Progress& progress) {
  const auto pipe = server.directory() / "pipe";
  const auto log = server.directory() / "client.log";
  if (::mkfifo(pipe.c_str(), S_IRUSR | S_IWUSR) != 0)
    return Error{Code::internal, "pipe '" + pipe.string() + "': cannot be made"};
  // Open both ways first, so that neither side waits for the other's open.
  PipeEnd both(::open(pipe.c_str(), O_RDWR | O_CLOEXEC));
  SLIPWAY_TRY(process::Child client, process::Child::spawn(client_command(server.endpoint(), pipe, log)));
  PipeEnd end(::open(pipe.c_str(), O_WRONLY | O_CLOEXEC));
  both.close();
  std::uint64_t bytes = 0;
  bool refused_early = false;
  auto read = read_dump(file, [&](std::string_view piece) -> Status {
    bytes += piece.size();
    progress.advance(0, bytes, 0);
    refused_early = !end.write(piece);
    if (refused_early) return Error{Code::corrupt, "client ended"};
    return {};
  });
  if (!read && !refused_early) return std::move(read).error();
  end.close();
  const auto status = client.wait(kLoadLimit);
  if (!refused_early && status.value_or(1) == 0) return {};
  return refused(file, log);
}

}  // namespace

Result<ScratchDirectory> ScratchDirectory::make(const std::filesystem::path& parent) {
  std::error_code fault;
  const auto below = parent.empty() ? std::filesystem::temp_directory_path(fault) : parent;
  std::string name = (below / "slipway-migrate.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    return Error{errno == ENOSPC ? Code::no_space : Code::permission,
                 "scratch directory below '" + below.string() + "': cannot be made",
                 "name a directory you can write to with --scratch-dir DIR"};
  }
  return ScratchDirectory(name);
}

ScratchDirectory& ScratchDirectory::operator=(ScratchDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code fault;
  if (!path_.empty()) std::filesystem::remove_all(path_, fault);
}

Result<ScratchServer> ScratchServer::start(const std::filesystem::path& parent) {
  SLIPWAY_TRY(ScratchDirectory directory, ScratchDirectory::make(parent));
  embedded::DatabaseOptions options;
  options.directory = directory.path() / "db";
  options.durable = false;
  SLIPWAY_TRY(embedded::Database database, embedded::Database::start(options));
  return ScratchServer(std::move(directory), std::move(database));
}

Result<ScratchServer> load_dump(const std::filesystem::path& file, const std::filesystem::path& parent,
                                Progress& progress) {
  std::signal(SIGPIPE, SIG_IGN);
  // Read it once to its end before anything starts: damaged bytes would else look like a wrong statement first.
  progress.begin("check " + file.string());
  SLIPWAY_CHECK(read_dump(file, [](std::string_view) { return Status{}; }));
  progress.begin("load " + file.string() + " into a scratch server");
  SLIPWAY_TRY(ScratchServer server, ScratchServer::start(parent));
  {
    SLIPWAY_TRY(sql::Connection admin, sql::Connection::open(server.endpoint()));
    allow_large_rows(admin);
    SLIPWAY_CHECK(admin.execute_text("CREATE DATABASE " + std::string(kDatabase) + " CHARACTER SET utf8mb4"));
  }
  SLIPWAY_CHECK(pour(file, server, progress));
  return server;
}

}  // namespace slipway::migrate
