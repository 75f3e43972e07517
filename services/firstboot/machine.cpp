#include "services/firstboot/machine.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <iterator>

#include "appliance/base/file.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;

/// What a command said last, on one line.
std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of(" \n\r\t");
  if (end == std::string::npos) return {};
  const std::size_t begin = text.rfind('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1,
                     end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

}  // namespace

fs::path Machine::at(const fs::path& path) const { return runs() ? path : root_ / path.relative_path(); }

Result<std::string> Machine::read(const fs::path& path) const {
  const fs::path file = at(path);
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::string();
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return file_error(file, "cannot be read", errno);
  return std::string{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

Result<bool> Machine::write(const fs::path& path, std::string_view text, unsigned mode) const {
  const fs::path file = at(path);
  SLIPWAY_TRY(const std::string there, read(path));
  struct stat facts {};
  if (there == text && ::stat(file.c_str(), &facts) == 0 && (facts.st_mode & 07777U) == mode) return false;
  std::error_code failure;
  fs::create_directories(file.parent_path(), failure);
  if (failure) return file_error(file.parent_path(), "cannot be made", failure.value());
  SLIPWAY_CHECK(replace_file(file, text, mode));
  return true;
}

Status Machine::remove(const fs::path& path) const {
  std::error_code failure;
  if (!fs::remove(at(path), failure) && failure) return file_error(at(path), "cannot be removed", failure.value());
  return {};
}

Status Machine::tell(const std::vector<std::string>& argv, const std::string& hint,
                     std::chrono::milliseconds limit) const {
  if (!runs()) return {};
  SLIPWAY_TRY(const auto done, process::run({.argv = argv}, {.time = limit}));
  if (done.exit_status == 0) return {};
  std::string command;
  for (const std::string& word : argv) command.append(command.empty() ? "" : " ").append(word);
  const std::string said = last_line(done.err.empty() ? done.out : done.err);
  return Error{Code::unavailable,
               command + ": ended with " + std::to_string(done.exit_status) + (said.empty() ? "" : ": " + said), hint};
}

bool Machine::ask(const std::vector<std::string>& argv) const {
  if (!runs()) return false;
  const auto done = process::run({.argv = argv}, {.time = std::chrono::seconds(30)});
  return done && done->exit_status == 0;
}

}  // namespace slipway::firstboot
