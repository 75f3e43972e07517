#include "migrate/products/outside_files.hpp"

#include <fstream>

#include "migrate/products/answer.hpp"

namespace slipway::migrate {
namespace {

/// The real path, when it is a file below the directory.
Result<std::filesystem::path> find_outside(const std::filesystem::path& directory, const std::string& path) {
  std::error_code fault;
  const auto root = std::filesystem::canonical(directory, fault);
  if (fault || directory.empty())
    return Error{Code::not_found, "directory '" + directory.string() + "' of the product's files cannot be read"};
  const auto file = std::filesystem::canonical(root / std::filesystem::path(path).relative_path(), fault);
  if (fault) return Error{Code::not_found, "file '" + path + "' is missing"};
  const auto inside = file.lexically_relative(root);
  if (inside.empty() || *inside.begin() == "..")
    return Error{Code::invalid_argument, "file '" + path + "' leads out of the directory"};
  if (!std::filesystem::is_regular_file(file, fault))
    return Error{Code::invalid_argument, "file '" + path + "' is no file"};
  return file;
}

}  // namespace

Result<std::string> read_outside(const std::filesystem::path& directory, const std::string& path) {
  SLIPWAY_TRY(const auto file, find_outside(directory, path));
  std::ifstream in(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in) return Error{Code::permission, "file '" + path + "' cannot be read"};
  return bytes;
}

Result<OutsideReport> look_outside(sql::Connection& source, const Profile& profile, const std::string& database,
                                   const std::filesystem::path& directory) {
  OutsideReport report;
  if (profile.outside.query.empty()) return report;
  if (std::error_code fault; !directory.empty() && !std::filesystem::is_directory(directory, fault))
    return Error{
        Code::not_found, "'" + directory.string() + "': no directory",
        "give --files the directory where " + profile.title + " keeps its files, usually " + profile.outside.usual};
  SLIPWAY_TRY(const std::string query, fill_in(profile.outside.query, database, database));
  SLIPWAY_CHECK(source.stream(query, {}, [&](const sql::Row& row) -> Status {
    ++report.listed;
    std::uint64_t said = 0;
    if (row.size() < 2 || !row.is_null(1)) {
      SLIPWAY_TRY(said, whole_number(row, 1, "profile.toml: query of [files]"));
    }
    report.bytes += said;
    if (directory.empty()) return {};
    std::error_code fault;
    if (const auto file = find_outside(directory, row.text(0)); !file) {
      report.faults.push_back(file.error().message);
    } else if (const auto size = std::filesystem::file_size(*file, fault); !row.is_null(1) && size != said) {
      report.faults.push_back("file '" + row.text(0) + "' has " + std::to_string(size) + " bytes instead of " +
                              row.text(1));
    }
    return {};
  }));
  return report;
}

Result<std::uint64_t> list_files(sql::Connection& staging, const std::filesystem::path& directory) {
  constexpr std::size_t kRowsAtATime = 1000;
  constexpr std::uintmax_t kSmallFile = 250;
  constexpr std::size_t kLongestPath = 700;
  if (directory.empty()) return std::uint64_t{0};
  std::vector<sql::Values> rows;
  std::uint64_t count = 0;
  const auto flush = [&]() -> Status {
    if (rows.empty()) return {};
    SLIPWAY_CHECK(staging.execute_bulk("INSERT INTO slipway_file (path, size_bytes, text) VALUES (?, ?, ?)", rows));
    count += rows.size();
    rows.clear();
    return {};
  };
  std::error_code fault;
  // Links are not followed: what is listed lies below the directory.
  std::filesystem::recursive_directory_iterator at(directory, fault);
  for (; !fault && at != std::filesystem::recursive_directory_iterator(); at.increment(fault)) {
    std::error_code of_file;
    if (at->is_symlink(of_file) || !at->is_regular_file(of_file)) continue;
    const std::string path = at->path().lexically_relative(directory).string();
    const std::uintmax_t size = at->file_size(of_file);
    if (of_file || path.size() > kLongestPath) continue;
    sql::Value text;
    if (size <= kSmallFile) {
      SLIPWAY_TRY(std::string bytes, read_outside(directory, path));
      text = sql::Value(std::move(bytes));
    }
    rows.push_back({path, static_cast<std::uint64_t>(size), std::move(text)});
    if (rows.size() >= kRowsAtATime) SLIPWAY_CHECK(flush());
  }
  if (fault)
    return Error{Code::not_found, "directory '" + directory.string() + "' of the product's files cannot be read"};
  SLIPWAY_CHECK(flush());
  return count;
}

}  // namespace slipway::migrate
