#include <fstream>

#include "appliance/process/process.hpp"

namespace slipway::process {

std::string last_words(const std::filesystem::path& log) {
  constexpr std::size_t kAtMost = 300;
  std::ifstream file(log);
  std::string last;
  std::string blamed;
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) continue;
    last = line;
    if (line.find("rror") != std::string::npos || line.find("ERROR") != std::string::npos) blamed = line;
  }
  return (blamed.empty() ? last : blamed).substr(0, kAtMost);
}

}  // namespace slipway::process
