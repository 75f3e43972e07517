#include "services/upgrade/tool.hpp"

#include <algorithm>

namespace slipway::upgrade {

std::string last_lines(std::string_view text) {
  constexpr std::size_t kMost = 400;
  std::string line(text.substr(text.size() - std::min(text.size(), kMost)));
  std::ranges::replace(line, '\n', ' ');
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line.empty() ? "it said nothing" : line;
}

Result<std::string> output_of(std::vector<std::string> argv, std::chrono::milliseconds limit) {
  std::string name;
  for (const auto& word : argv) name.append(name.empty() ? "" : " ").append(word);
  SLIPWAY_TRY(auto finished, process::run({.argv = std::move(argv), .environment = {{"LC_ALL", "C.UTF-8"}}},
                                          {.time = limit, .output_bytes = 8U << 20U}));
  if (finished.exit_status == 0) return std::move(finished.out);
  return Error{Code::internal, name + ": " + last_lines(finished.err.empty() ? finished.out : finished.err)};
}

}  // namespace slipway::upgrade
