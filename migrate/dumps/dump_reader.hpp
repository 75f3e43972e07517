// A dump file as a stream of text that can be trusted to be whole and of bounded size.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::migrate {

struct ReadOptions {
  bool closing_line = true;                ///< the text must end as mysqldump and mariadb-dump end it
  std::uint64_t most_bytes = 1ULL << 40U;  ///< of unpacked text
  bool watch_ratio = true;                 ///< also refuse what unpacks to many times its size
};

/// Is given each piece of text and how many bytes of the packed file have been read so far.
using EachPiece = std::function<Status(std::string_view, std::uint64_t)>;

/// Unpacks `file` (plain, gzip, zstd, xz or zip with one file; told by its first bytes, not its name) and hands it to
/// `each` in pieces. Errors name the file: those of open_packed() and check_content(); corrupt when it is damaged or
/// cut off; too_large when it unpacks to more than the options allow; those of `each`.
[[nodiscard]] Status read_dump(const std::filesystem::path& file, const ReadOptions& options, const EachPiece& each);

/// "dump 'FILE': " before the error's message.
[[nodiscard]] Error about(const std::filesystem::path& file, const Error& error);

}  // namespace slipway::migrate
