#include "services/firstboot/keyboard.hpp"

#include <linux/kd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "services/firstboot/machine.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;

constexpr const char* kKeyMaps = "/usr/share/slipway/keymaps";
constexpr const char* kKernels = "us";

bool is_screen() {
  char kind = 0;
  return ::ioctl(STDIN_FILENO, KDGKBTYPE, &kind) == 0;
}

}  // namespace

std::vector<std::string> keyboards_to_choose_from() {
  std::vector<std::string> found;
  if (!is_screen() || !process::find_program("loadkeys")) return found;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(kKeyMaps, failure))
    if (entry.path().extension() == ".map") found.push_back(entry.path().stem());
  std::ranges::sort(found, {}, [](const std::string& name) { return std::pair(name != kKernels, name); });
  return found;
}

std::size_t chosen_keyboard(const std::vector<std::string>& keyboards, const std::string& typed) {
  for (std::size_t i = 0; i < keyboards.size(); ++i)
    if (typed == keyboards[i] || typed == std::to_string(i + 1)) return i;
  return 0;
}

Status load_keyboard(const std::string& name) {
  std::array<char, 64> terminal{};
  if (::ttyname_r(STDIN_FILENO, terminal.data(), terminal.size()) != 0)
    return Error{Code::unavailable, "keyboard " + name + ": this is no terminal"};
  return Machine().tell({"loadkeys", "--quiet", "--unicode", std::string("--console=") + terminal.data(),
                         (fs::path(kKeyMaps) / (name + ".map")).string()},
                        "go on with the keyboard as it is");
}

}  // namespace slipway::firstboot
