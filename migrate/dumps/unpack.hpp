// Files as streams of the bytes they held before they were packed.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "appliance/base/result.hpp"
#include "migrate/dumps/format_rules.hpp"

namespace slipway::migrate {

/// One file being unpacked. Memory is bounded whatever the file holds. Not thread-safe.
class Unpacker {
 public:
  Unpacker() = default;
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;
  virtual ~Unpacker() = default;

  /// The next bytes, empty at the end; valid until the next call. Errors, without the file's name: corrupt when the
  /// packed data is damaged or cut off (every format's own checksum is checked), unsupported when unpacking would take
  /// more memory than we give it.
  [[nodiscard]] virtual Result<std::string_view> next() = 0;
  /// How much of the packed file has been read.
  [[nodiscard]] virtual std::uint64_t packed_bytes() const = 0;
};

/// Opens a file of any packing. A zip archive must hold one file, readable without a password, under a name that stays
/// below its directory; nothing is ever written under that name. Errors, without the file's name: not_found,
/// permission, unsupported (encrypted, several files), corrupt.
[[nodiscard]] Result<std::unique_ptr<Unpacker>> open_packed(const std::filesystem::path& file);

/// For open_packed().
[[nodiscard]] Result<std::unique_ptr<Unpacker>> open_zip(const std::filesystem::path& file);

/// The error of data that its format's checks refuse.
[[nodiscard]] Error damaged(Packing packing, std::string_view how);

}  // namespace slipway::migrate
