#include "tests/support/instance.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>

#include "tests/support/programs.hpp"

namespace slipway::test {
namespace {

namespace fs = std::filesystem;

/// A state directory set up by `slipway up`, stopped, to be copied.
const fs::path& prepared_state() {
  static const TempDirectory directory;
  static const fs::path state = [] {
    Instance first(directory / "state");
    first.up();
    first.down();
    return first.directory();
  }();
  return state;
}

}  // namespace

Instance::Instance() : directory_(own_ / "state") {
  fs::copy(prepared_state(), directory_, fs::copy_options::recursive);
}

Instance::Instance(fs::path directory) : directory_(std::move(directory)) {}

Instance::~Instance() {
  if (!processes().empty()) down();
}

process::Finished Instance::slipway(std::vector<std::string> arguments,
                                    const std::map<std::string, std::string>& environment) const {
  arguments.insert(arguments.end(), {"--state-dir", directory_.string()});
  return run_program("slipway", arguments, environment);
}

nlohmann::json Instance::up(const std::vector<std::string>& arguments) {
  std::vector<std::string> all{"up", "--port", "0", "--json"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const auto finished = slipway(all);
  if (finished.exit_status != 0) {
    ADD_FAILURE() << "slipway up: " << finished.err;
    return nullptr;
  }
  auto report = nlohmann::json::parse(finished.out);
  url_ = report.at("url").get<std::string>();
  return report;
}

void Instance::down() {
  const auto finished = slipway({"down"});
  EXPECT_EQ(finished.exit_status, 0) << finished.err;
}

nlohmann::json Instance::status() const {
  const auto finished = slipway({"status", "--json"});
  EXPECT_EQ(finished.exit_status, 0) << finished.err;
  return nlohmann::json::parse(finished.out, nullptr, false);
}

int Instance::pid(const std::string& name) const {
  const auto all = status();
  if (name == "supervisor") return all.value("supervisor_pid", 0);
  for (const auto& program : all.value("programs", nlohmann::json::array()))
    if (program.at("name") == name) return program.at("pid").get<int>();
  return 0;
}

std::vector<int> Instance::processes() const {
  std::vector<int> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (std::isdigit(static_cast<unsigned char>(name[0])) == 0 || name == std::to_string(::getpid())) continue;
    if (read_file(entry.path() / "cmdline").find(directory_.string()) != std::string::npos)
      found.push_back(std::stoi(name));
  }
  return found;
}

}  // namespace slipway::test
