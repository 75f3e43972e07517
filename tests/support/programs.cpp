#include "tests/support/programs.hpp"

#include <cstdio>
#include <cstdlib>

namespace slipway::test {

std::filesystem::path program(const std::string& name) { return std::filesystem::path(SLIPWAY_TEST_PROGRAMS) / name; }

process::Finished run_program(const std::string& name, const std::vector<std::string>& arguments,
                              const std::map<std::string, std::string>& environment) {
  process::Command command{.argv = {program(name).string()}, .environment = environment};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  auto finished = process::run(command);
  if (finished.has_value()) return std::move(finished).value();
  std::fprintf(stderr, "%s: %s\n", name.c_str(), to_text(finished.error()).c_str());
  std::abort();
}

}  // namespace slipway::test
