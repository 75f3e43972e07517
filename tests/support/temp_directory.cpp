#include "tests/support/temp_directory.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace slipway::test {

// Under /tmp whatever TMPDIR says: the paths of UNIX sockets must stay short.
TempDirectory::TempDirectory() {
  std::string name = "/tmp/slipway-test-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
}

TempDirectory::~TempDirectory() {
  std::error_code left_behind;
  std::filesystem::remove_all(path_, left_behind);
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_file(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace slipway::test
