#include "tests/support/ftp_host.hpp"

#include <cstdio>
#include <cstdlib>

#include "tests/support/eventually.hpp"
#include "tests/support/peer_server.hpp"

namespace slipway::test {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "ftp host: %s\n", why.c_str());
  std::abort();
}

void make_certificate(const fs::path& key, const fs::path& certificate) {
  const auto done =
      process::run({.argv = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                             "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                             "-keyout", key.string(), "-out", certificate.string()}});
  if (!done) give_up(to_text(done.error()));
  if (done->exit_status != 0) give_up(done->err);
}

}  // namespace

FtpHost::FtpHost(bool tls) : tls_(tls), port_(free_port()) {
  for (const char* part : {"client", "server", "root"}) fs::create_directory(directory_ / part);
  write_file(password_file(), "correct horse");
  fs::permissions(password_file(), fs::perms(0600));
  process::Command command{.argv = {"/usr/bin/python3", SLIPWAY_TEST_PEERS "/ftp/server.py", std::to_string(port_),
                                    (directory_ / "root").string(), "keeper", password_file().string()},
                           .log_file = directory_ / "log",
                           .ends_with_starter = true};
  if (tls_) {
    const fs::path certificate = directory_ / "client/ca.pem";
    const fs::path both = directory_ / "server/both.pem";
    make_certificate(directory_ / "server/key.pem", certificate);
    write_file(both, read_file(directory_ / "server/key.pem") + read_file(certificate));
    command.argv.push_back(both.string());
  }
  auto spawned = process::Child::spawn(command);
  if (!spawned) give_up(to_text(spawned.error()));
  child_.emplace(std::move(spawned).value());
  const bool listens = eventually(std::chrono::seconds(60), [&] {
    return child_->exit_status().has_value() || read_file(directory_ / "log").find("listening") != std::string::npos;
  });
  if (!listens || child_->exit_status()) give_up(read_file(directory_ / "log"));
}

FtpHost::~FtpHost() { child_->kill(); }

FtpHost& FtpHost::shared(bool tls) {
  static FtpHost plain(false);
  static FtpHost safe(true);
  return tls ? safe : plain;
}

std::string FtpHost::url(const std::string& directory) const {
  return (tls_ ? "ftps://keeper@127.0.0.1:" : "ftp://keeper@127.0.0.1:") + std::to_string(port_) + directory;
}

std::string FtpHost::make_directory() {
  std::string made = "/disk-" + std::to_string(++made_);
  fs::create_directory(disk(made));
  return made;
}

fs::path FtpHost::disk(const std::string& directory) const { return (directory_ / "root").string() + directory; }

}  // namespace slipway::test
