#include "migrate/dumps/dump_reader.hpp"

#include <algorithm>
#include <string>

#include "migrate/dumps/unpack.hpp"

namespace slipway::migrate {
namespace {

constexpr std::string_view kLastLine = "-- Dump completed";
constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr const char* kAllow = "if it is a real dump, say how much it may unpack to with --max-dump-size SIZE";
// Dumps of real databases pack 3 to 20 times, of very monotonous ones 100 times.
constexpr std::uint64_t kSuspiciousRatio = 250;
constexpr std::uint64_t kSuspiciousBytes = 1ULL << 30U;

/// Remembers the end of a stream.
class Tail {
 public:
  void add(std::string_view piece) {
    constexpr std::size_t kept = 512;
    text_.append(piece.substr(piece.size() - std::min(piece.size(), kept)));
    if (text_.size() > kept) text_.erase(0, text_.size() - kept);
  }
  [[nodiscard]] bool complete() const { return text_.find(kLastLine) != std::string::npos; }

 private:
  std::string text_;
};

std::string gigabytes(std::uint64_t bytes) { return std::to_string(bytes >> 30U) + " GiB"; }

Status check_size(std::uint64_t plain, std::uint64_t packed, const ReadOptions& options) {
  if (plain > options.most_bytes) {
    const bool small = options.most_bytes < (1ULL << 30U);
    return Error{Code::too_large,
                 "unpacks to more than " +
                     (small ? std::to_string(options.most_bytes >> 20U) + " MiB" : gigabytes(options.most_bytes)),
                 kAllow};
  }
  if (options.watch_ratio && plain > kSuspiciousBytes && plain / kSuspiciousRatio > packed)
    return Error{Code::too_large, "unpacks to more than " + std::to_string(kSuspiciousRatio) + " times its size",
                 kAllow};
  return {};
}

Status read(Unpacker& file, const ReadOptions& options, const EachPiece& each) {
  Tail tail;
  // Enough of the beginning to tell what it is.
  std::string head;
  std::string_view piece;
  do {
    SLIPWAY_TRY(piece, file.next());
    head += piece;
  } while (!piece.empty() && head.size() < kHeadBytes);
  SLIPWAY_CHECK(check_content(head));
  piece = head;
  if (piece.starts_with(kUtf8Mark)) piece.remove_prefix(kUtf8Mark.size());
  std::uint64_t bytes = 0;
  while (!piece.empty()) {
    bytes += piece.size();
    SLIPWAY_CHECK(check_size(bytes, file.packed_bytes(), options));
    tail.add(piece);
    SLIPWAY_CHECK(each(piece, file.packed_bytes()));
    SLIPWAY_TRY(piece, file.next());
  }
  if (!options.closing_line || tail.complete()) return {};
  return Error{Code::corrupt,
               "does not end with '" + std::string(kLastLine) + "': it is cut off, or was made with --skip-comments",
               "copy the file again from where it was made, or make the dump anew; check its size and checksum on both "
               "sides"};
}

}  // namespace

Error about(const std::filesystem::path& file, const Error& error) {
  return error.within("dump '" + file.string() + "'");
}

Status read_dump(const std::filesystem::path& file, const ReadOptions& options, const EachPiece& each) {
  auto opened = open_packed(file);
  if (!opened) return about(file, opened.error());
  if (auto done = read(**opened, options, each); !done) return about(file, done.error());
  return {};
}

}  // namespace slipway::migrate
