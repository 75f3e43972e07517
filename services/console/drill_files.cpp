#include "services/console/drill_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "appliance/base/descriptor.hpp"
#include "appliance/base/file.hpp"

namespace slipway::console {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReportBytes = 2U << 20U;
constexpr std::size_t kPageBytes = 4U << 20U;
constexpr std::size_t kSumsBytes = 64U << 10U;
constexpr std::size_t kKeyBytes = 16U << 10U;
constexpr std::size_t kMostKeys = 16;
constexpr std::size_t kMostNames = 10'000;  // that a directory is looked through for
constexpr std::chrono::hours kAhead{24};    // of clocks that differ
constexpr const char* kReport = "report.json";
constexpr const char* kPage = "report.html";

/// A whole plain file. Errors: those of file_error(), too_large, corrupt (not a plain file).
Result<std::string> read_file(const fs::path& file, std::size_t most) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (descriptor.number() < 0 && errno == ELOOP) return Error{Code::corrupt, file.string() + ": is no plain file"};
  if (descriptor.number() < 0) return file_error(file, "open", errno);
  struct stat status {};
  if (::fstat(descriptor.number(), &status) != 0) return file_error(file, "stat", errno);
  if (!S_ISREG(status.st_mode)) return Error{Code::corrupt, file.string() + ": is no plain file"};
  std::string bytes;
  std::array<char, 64U << 10U> piece{};
  while (bytes.size() <= most) {
    const ssize_t count = ::read(descriptor.number(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error(file, "read", errno);
    if (count == 0) return bytes;
    bytes.append(piece.data(), static_cast<std::size_t>(count));
  }
  return Error{Code::too_large, file.string() + ": is larger than " + std::to_string(most) + " bytes"};
}

/// Why a report cannot be read, as a key of the translations.
std::string wrong_of(const Error& error) {
  for (const auto& [name, value] : error.context)
    if (name == "wrong") return value;
  if (error.code == Code::not_found) return "missing";
  if (error.code == Code::too_large) return "too_large";
  return error.code == Code::permission ? "denied" : "unreadable";
}

std::vector<crypto::PublicKey> read_keys(std::vector<fs::path> files) {
  std::ranges::sort(files);
  std::vector<crypto::PublicKey> keys;
  for (const fs::path& file : files) {
    if (keys.size() == kMostKeys) break;
    const auto pem = read_file(file, kKeyBytes);
    auto key = pem ? crypto::PublicKey::read(*pem) : Result<crypto::PublicKey>(pem.error());
    if (key) keys.push_back(*std::move(key));
  }
  return keys;
}

struct Listing {
  std::vector<std::string> drills;  ///< the newest first
  std::vector<crypto::PublicKey> keys;
};

Result<Listing> look_through(const fs::path& directory) {
  Listing found;
  std::vector<fs::path> keys;
  std::error_code failed;
  fs::directory_iterator entry(directory, failed);
  if (failed == std::errc::no_such_file_or_directory) return found;
  std::size_t seen = 0;
  for (; !failed && entry != fs::directory_iterator() && seen < kMostNames; entry.increment(failed), ++seen) {
    const std::string name = entry->path().filename().string();
    std::error_code unknown;
    const auto kind = entry->symlink_status(unknown).type();
    // What begins with a point is being laid.
    if (name.starts_with('.')) continue;
    if (kind == fs::file_type::directory) found.drills.push_back(name);
    if (kind == fs::file_type::regular && entry->path().extension() == ".pub") keys.push_back(entry->path());
  }
  if (failed) return file_error(directory, "read", failed.value());
  std::ranges::sort(found.drills, [](const std::string& a, const std::string& b) {
    // What has no drill's name stands behind those that have one.
    return std::pair(drill_time(a).has_value(), a) > std::pair(drill_time(b).has_value(), b);
  });
  found.keys = read_keys(std::move(keys));
  return found;
}

/// SHA256SUMS; "" where it or its signature is not there.
struct Sums {
  std::string text;
  Seal seal = Seal::missing;
};

Sums sums_of(const fs::path& drill, const std::vector<crypto::PublicKey>& keys) {
  const auto text = read_file(drill / "SHA256SUMS", kSumsBytes);
  const auto signature = read_file(drill / "SHA256SUMS.sig", kSumsBytes);
  Sums sums;
  if (text) sums.text = *text;
  sums.seal = seal_of(sums.text, signature ? *signature : std::string(), keys);
  return sums;
}

DrillEntry entry_of(const fs::path& directory, const std::string& name, const std::vector<crypto::PublicKey>& keys,
                    Timestamp now) {
  DrillEntry entry{.name = name, .at = drill_time(name)};
  if (!entry.at) {
    entry.wrong = "name";
    return entry;
  }
  const fs::path drill = directory / name;
  const Sums sums = sums_of(drill, keys);
  entry.seal = sums.seal;
  const auto text = read_file(drill / kReport, kReportBytes);
  if (!text) {
    entry.wrong = wrong_of(text.error());
    return entry;
  }
  entry.altered = !as_signed(sums.text, kReport, *text);
  auto report = parse_drill(*text, name);
  if (!report) {
    entry.wrong = wrong_of(report.error());
    return entry;
  }
  if (report->began_at > now + kAhead) {
    entry.wrong = "future";
    return entry;
  }
  entry.report = *std::move(report);
  if (entry.seal != Seal::good) return entry;
  const auto page = read_file(drill / kPage, kPageBytes);
  entry.has_page = page && as_signed(sums.text, kPage, *page);
  return entry;
}

}  // namespace

Result<DrillShelf> read_shelf(const fs::path& directory, Timestamp now) {
  SLIPWAY_TRY(const auto found, look_through(directory));
  DrillShelf shelf;
  for (const std::string& name : found.drills) {
    if (shelf.drills.size() == kMostDrills) break;
    shelf.drills.push_back(entry_of(directory, name, found.keys, now));
  }
  shelf.older = found.drills.size() - shelf.drills.size();
  return shelf;
}

Result<std::string> read_drill_page(const fs::path& directory, const std::string& name) {
  const Error none{Code::not_found, "drill: no such report"};
  if (!drill_time(name)) return none;
  SLIPWAY_TRY(const auto found, look_through(directory));
  if (std::ranges::find(found.drills, name) == found.drills.end()) return none;
  auto page = read_file(directory / name / kPage, kPageBytes);
  if (!page) return none;
  const Sums sums = sums_of(directory / name, found.keys);
  if (sums.seal != Seal::good || !as_signed(sums.text, kPage, *page))
    return Error{Code::conflict, "drill " + name + ": its page is not as it was signed",
                 "lay the report again: drill.yml"};
  return page;
}

}  // namespace slipway::console
