#include "tests/support/sftp_host.hpp"

#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tests/support/eventually.hpp"
#include "tests/support/peer_server.hpp"

namespace slipway::test {
namespace {

constexpr const char* kProgram = SLIPWAY_TEST_PEERS "/sftp/sftp";

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "sftp host: %s\n", why.c_str());
  std::abort();
}

std::string output_of(const std::vector<std::string>& argv) {
  // Unpacking it, once per machine, needs the network.
  const auto done = process::run({.argv = argv}, {.time = std::chrono::minutes(10)});
  if (!done) give_up(to_text(done.error()));
  if (done->exit_status != 0) give_up(argv.front() + ": " + done->err);
  return done->out.substr(0, done->out.find('\n'));
}

/// Processes below `pid`, as far as it has any at this moment.
std::vector<int> descendants_of(int pid) {
  std::vector<int> found;
  const std::string number = std::to_string(pid);
  std::ifstream list("/proc/" + number + "/task/" + number + "/children");
  for (int child = 0; list >> child;) {
    found.push_back(child);
    for (const int below : descendants_of(child)) found.push_back(below);
  }
  return found;
}

void make_key(const std::filesystem::path& file) {
  static_cast<void>(output_of({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file.string()}));
}

}  // namespace

SftpHost::SftpHost() : user_(output_of({kProgram, "user"})), port_(free_port()) {
  static_cast<void>(output_of({kProgram, "prepare"}));
  // The user whom it serves must come through.
  std::filesystem::permissions(directory_.path(), std::filesystem::perms(0711));
  for (const char* part : {"client", "server"}) std::filesystem::create_directory(directory_ / part);
  make_key(key_file());
  make_key(directory_ / "server/host");
  std::filesystem::copy_file(key_file().string() + ".pub", directory_ / "server/authorized_keys");
  write_file(
      directory_ / "server/config",  //
      "ListenAddress 127.0.0.1\nPort " + std::to_string(port_) + "\nHostKey " + (directory_ / "server/host").string() +
          "\nAuthorizedKeysFile " + (directory_ / "server/authorized_keys").string() +
          "\nPidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
          "Subsystem sftp internal-sftp\nForceCommand internal-sftp\nMaxStartups 100\n");
  for (const char* part : {"server", "server/host", "server/authorized_keys", "server/config"}) give(directory_ / part);
  trust(port_);
  auto spawned = process::Child::spawn({.argv = {kProgram, "exec", (directory_ / "server/config").string()},
                                        .log_file = directory_ / "log",
                                        .ends_with_starter = true});
  if (!spawned) give_up(to_text(spawned.error()));
  child_.emplace(std::move(spawned).value());
  const bool listens = eventually(std::chrono::seconds(60), [&] {
    return child_->exit_status().has_value() ||
           read_file(directory_ / "log").find("Server listening") != std::string::npos;
  });
  if (!listens || child_->exit_status()) give_up(read_file(directory_ / "log"));
}

SftpHost::~SftpHost() { kill(); }

SftpHost& SftpHost::shared() {
  static SftpHost host;
  return host;
}

std::string SftpHost::url(const std::filesystem::path& directory, std::uint16_t port) const {
  return "sftp://" + user_ + "@127.0.0.1:" + std::to_string(port == 0 ? port_ : port) + directory.string();
}

void SftpHost::trust(std::uint16_t port) const {
  std::string key = read_file(directory_ / "server/host.pub");
  std::ofstream(directory_ / "client/known_hosts", std::ios::app) << "[127.0.0.1]:" << port << " " << key;
}

std::filesystem::path SftpHost::make_directory() {
  std::filesystem::path made = directory_ / ("disk-" + std::to_string(++made_));
  std::filesystem::create_directory(made);
  give(made);
  return made;
}

void SftpHost::give(const std::filesystem::path& path) const {
  const passwd* facts = ::getpwnam(user_.c_str());  // NOLINT(concurrency-mt-unsafe): tests ask from one thread
  if (facts == nullptr || ::chown(path.c_str(), facts->pw_uid, facts->pw_gid) != 0) give_up("no user " + user_);
}

void SftpHost::kill() {
  // Each session has a process group of its own.
  const std::vector<int> sessions = descendants_of(child_->pid());
  child_->kill();
  for (const int session : sessions) ::kill(session, SIGKILL);
}

}  // namespace slipway::test
