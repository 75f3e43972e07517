#include "tests/support/small_disk.hpp"

#include <sys/mount.h>

#include <algorithm>
#include <fstream>

namespace slipway::test {
namespace {

constexpr const char* kBallast = "ballast";

}  // namespace

SmallDisk::SmallDisk(const std::string& size)
    : mounted_(::mount("tmpfs", directory_.path().c_str(), "tmpfs", 0, ("size=" + size + ",mode=0700").c_str()) == 0) {}

SmallDisk::~SmallDisk() {
  if (mounted_) ::umount2(directory_.path().c_str(), MNT_DETACH);
}

void SmallDisk::fill(std::uintmax_t free_bytes) const {
  const std::string block(1U << 20U, 'f');
  std::ofstream file(*this / kBallast, std::ios::binary);
  while (file && std::filesystem::space(path()).available > free_bytes) {
    const auto left = std::filesystem::space(path()).available - free_bytes;
    file.write(block.data(), static_cast<std::streamsize>(std::min<std::uintmax_t>(left, block.size()))).flush();
  }
}

void SmallDisk::make_room() const { std::filesystem::remove(*this / kBallast); }

}  // namespace slipway::test
