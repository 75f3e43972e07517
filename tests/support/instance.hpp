// An embedded Slipway of a test's own, driven by the `slipway` command as a person would.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>

#include "appliance/process/process.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::test {

/// Not started at first. Ends with `slipway down`. Not thread-safe, except url() and certificate().
class Instance {
 public:
  /// Copies a state directory that was set up once per test program: up() then takes about a second.
  Instance();
  /// From nothing, in `directory`.
  explicit Instance(std::filesystem::path directory);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance();

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return directory_ / name; }

  /// Runs `slipway` with these arguments and our --state-dir.
  [[nodiscard]] process::Finished slipway(std::vector<std::string> arguments,
                                          const std::map<std::string, std::string>& environment = {}) const;
  /// `slipway up --port 0 --json` and more arguments; its JSON. Fails the test, and gives null, when it fails.
  nlohmann::json up(const std::vector<std::string>& arguments = {});
  void down();
  [[nodiscard]] nlohmann::json status() const;

  /// The number of a program ("mariadbd", "slipway-webd", …, "supervisor"), 0 when it does not run.
  [[nodiscard]] int pid(const std::string& name) const;
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] std::filesystem::path certificate() const { return directory_ / "config/loopback.crt"; }

  /// Numbers of processes that name this directory in their arguments.
  [[nodiscard]] std::vector<int> processes() const;

 private:
  TempDirectory own_;
  std::filesystem::path directory_;
  std::string url_;
};

}  // namespace slipway::test
