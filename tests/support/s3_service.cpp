#include "tests/support/s3_service.hpp"

#include <cstdio>
#include <cstdlib>

#include "tests/support/eventually.hpp"
#include "tests/support/peer_server.hpp"

namespace slipway::test {
namespace {

constexpr const char* kBucket = "backups";
constexpr const char* kPackages = SLIPWAY_TEST_PEERS "/s3";

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "s3 service: %s\n", why.c_str());
  std::abort();
}

/// `./dev test` has done so already; a test that is started by hand does it here.
void install() {
  if (std::filesystem::exists(std::string(kPackages) + "/node_modules/s3rver/bin/s3rver.js")) return;
  const auto done =
      process::run({.argv = {"npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"}, .directory = kPackages},
                   {.time = std::chrono::minutes(10)});
  if (!done) give_up(to_text(done.error()));
  if (done->exit_status != 0) give_up(done->err);
}

}  // namespace

S3Service::S3Service() : port_(free_port()) {
  install();
  write_file(credentials_file(), "S3RVER\nS3RVER\n");
  std::filesystem::permissions(credentials_file(), std::filesystem::perms(0600));
  std::filesystem::create_directory(directory_ / "data");
  auto spawned =
      process::Child::spawn({.argv = {"node", std::string(kPackages) + "/node_modules/s3rver/bin/s3rver.js", "-d",
                                      (directory_ / "data").string(), "-a", "127.0.0.1", "-p", std::to_string(port_),
                                      "--no-vhost-buckets", "--configure-bucket", kBucket},
                             .log_file = directory_ / "log",
                             .ends_with_starter = true});
  if (!spawned) give_up(to_text(spawned.error()));
  child_.emplace(std::move(spawned).value());
  const bool listens = eventually(std::chrono::seconds(60), [&] {
    return child_->exit_status().has_value() || read_file(directory_ / "log").find("listening") != std::string::npos;
  });
  if (!listens || child_->exit_status()) give_up(read_file(directory_ / "log"));
}

S3Service::~S3Service() { kill(); }

S3Service& S3Service::shared() {
  static S3Service service;
  return service;
}

std::string S3Service::url(const std::string& prefix, std::uint16_t port) const {
  return "s3://" + std::string(kBucket) + "/" + prefix +
         "?endpoint=http://127.0.0.1:" + std::to_string(port == 0 ? port_ : port);
}

std::string S3Service::make_prefix() { return "repository-" + std::to_string(++made_); }

std::filesystem::path S3Service::disk(const std::string& prefix) const {
  return directory_.path() / "data" / kBucket / prefix;
}

void S3Service::kill() { child_->kill(); }

}  // namespace slipway::test
