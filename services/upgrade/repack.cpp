// A package file out of what is installed: for the way back where nobody has kept the one that was installed.
#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include "appliance/base/file.hpp"
#include "services/upgrade/packages.hpp"
#include "services/upgrade/tool.hpp"

namespace slipway::upgrade {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes kBuildLimit{10};

Status write_file(const fs::path& file, std::string_view text, fs::perms mode) {
  std::ofstream stream(file, std::ios::binary);
  stream << text;
  stream.close();
  std::error_code problem;
  fs::permissions(file, mode, problem);
  if (!stream || problem) return file_error(file, "cannot be written", ENOSPC);
  return {};
}

/// dpkg's own record of the package, without what is of this machine.
std::string control_of(std::string_view record) {
  std::string control;
  bool skipping = false;
  std::istringstream lines{std::string(record)};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(' '))
      skipping = line.starts_with("Status:") || line.starts_with("Conffiles:") || line.starts_with("Config-Version:");
    if (!skipping && !line.empty()) control.append(line).append("\n");
  }
  return control;
}

/// Scripts and lists. dpkg counts its sums anew: they would tell of files that are left out here.
Status write_control(const std::string& name, const fs::path& directory) {
  std::error_code problem;
  fs::create_directories(directory, problem);
  fs::permissions(directory, fs::perms(0755), problem);
  SLIPWAY_TRY(const auto record, output_of({"dpkg-query", "--status", name}));
  SLIPWAY_CHECK(write_file(directory / "control", control_of(record), fs::perms(0644)));
  SLIPWAY_TRY(const auto listed, output_of({"dpkg-query", "--control-list", name}));
  std::istringstream lines(listed);
  for (std::string part; std::getline(lines, part);) {
    if (part == "md5sums" || part == "control" || part.empty()) continue;
    SLIPWAY_TRY(const auto text, output_of({"dpkg-query", "--control-show", name, part}));
    const bool script = text.starts_with("#!");
    SLIPWAY_CHECK(write_file(directory / part, text, fs::perms(script ? 0755 : 0644)));
  }
  return {};
}

/// One installed file. What is not there was left out when it was installed (manual pages of an appliance) or removed
/// by its administrator, and stays so.
Status copy_one(const fs::path& path, const fs::path& tree) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return {};
    return file_error(path, "cannot be looked at", errno);
  }
  const fs::path target = tree / path.relative_path();
  std::error_code problem;
  if (S_ISDIR(found.st_mode)) {
    fs::create_directories(target, problem);
  } else if (S_ISLNK(found.st_mode)) {
    fs::copy_symlink(path, target, problem);
  } else {
    fs::copy_file(path, target, problem);
  }
  if (!problem && !S_ISLNK(found.st_mode)) fs::permissions(target, fs::perms(found.st_mode & 07777U), problem);
  if (problem) return file_error(target, "cannot be written", problem.value());
  return {};
}

Status copy_installed(const std::string& name, const fs::path& tree) {
  SLIPWAY_TRY(const auto listed, output_of({"dpkg-query", "--listfiles", name}));
  std::istringstream lines(listed);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with('/') && line != "/.") SLIPWAY_CHECK(copy_one(line, tree));
  return {};
}

/// Whether the file is the package that is installed, not one that has only its version: by the sums of its files.
bool is_installed_one(const fs::path& file, const std::string& name) {
  const auto here = output_of({"dpkg-query", "--control-show", name, "md5sums"});
  const auto there = output_of({"dpkg-deb", "--info", file.string(), "md5sums"});
  return here && there && !here->empty() && *here == *there;
}

}  // namespace

Result<fs::path> keep_installed(const std::string& name, const Installed& installed, const fs::path& directory) {
  std::string base = name;
  base.append("_").append(installed.version).append("_").append(installed.architecture).append(".deb");
  const fs::path file = directory / base;
  if (fs::exists(file) && is_installed_one(file, name) && read_package(file)) return file;
  const fs::path tree = directory / ".tree";
  std::error_code problem;
  fs::remove_all(tree, problem);
  fs::create_directories(tree, problem);
  fs::permissions(tree, fs::perms(0755), problem);
  if (problem) return file_error(tree, "cannot be made", problem.value());
  SLIPWAY_CHECK(copy_installed(name, tree));
  SLIPWAY_CHECK(write_control(name, tree / "DEBIAN"));
  const fs::path part = directory / ".part.deb";
  SLIPWAY_TRY(const auto said,
              output_of({"dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", tree.string(), part.string()},
                        kBuildLimit));
  fs::remove_all(tree, problem);
  SLIPWAY_TRY(const auto read, read_package(part));
  if (read.version != installed.version)
    return Error{Code::internal, file.string() + ": was made with version " + read.version};
  SLIPWAY_CHECK(keep_file(part, file));
  fs::remove(part, problem);
  return file;
}

}  // namespace slipway::upgrade
