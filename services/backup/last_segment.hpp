// How far a line goes, by what each repository says itself: log/LINE/last.json. It is written before the segment that
// it names gets its name, so that the loss of the last segments is seen like that of any other. And where it begins
// since older segments were let go: log/LINE/first.json, written before they go. Inside this folder only.
#pragma once

#include <map>
#include <mutex>

#include "services/backup/repository.hpp"

namespace slipway::backup {

[[nodiscard]] std::string first_document(const std::string& line);
[[nodiscard]] std::string last_document(const std::string& line);

/// The number of the last segment that the repository has, or was about to get. Errors: not_found (it has none),
/// corrupt, those of the storage.
[[nodiscard]] Result<std::uint64_t> read_last_segment(const Repository& repository, const std::string& line);

/// The first segment that the repository still has to have, if it ever let some go. Errors: not_found (it never did),
/// corrupt, those of the storage.
[[nodiscard]] Result<std::uint64_t> read_first_segment(const Repository& repository, const std::string& line);
/// Never goes back. Errors: those of the storage.
[[nodiscard]] Status note_first_segment(const Repository& repository, const std::string& line, std::uint64_t number);

/// Thread-safe.
class LastSegments {
 public:
  /// The repository says that it has, or is about to get, segment `number` or a later one. Errors: those of the
  /// storage.
  [[nodiscard]] Status note(const Repository& repository, const std::string& line, std::uint64_t number);

 private:
  std::mutex mutex_;
  std::map<std::pair<const Repository*, std::string>, std::uint64_t> noted_;
};

}  // namespace slipway::backup
