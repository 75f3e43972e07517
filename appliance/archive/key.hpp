// The key of backup repositories: in a file for the programs, and in a form that a person prints and types.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"
#include "appliance/base/secret.hpp"

namespace slipway::archive {

/// 32 random bytes. A value: copies are safe to use from any thread.
class Key {
 public:
  [[nodiscard]] static Key make();
  /// A file of one line as write_file() makes it, readable by its owner alone. Errors: not_found, permission (of the
  /// file, or others may read it), corrupt.
  [[nodiscard]] static Result<Key> read_file(const std::filesystem::path& file);
  /// The printed form; blanks, hyphens and the case of letters do not matter, 0/O and 1/I/L are told apart. Error:
  /// invalid_argument, which names the group of letters that is wrong and never repeats them.
  [[nodiscard]] static Result<Key> from_recovery_text(std::string_view text);

  /// Mode 0600, in one step. Errors: those of replace_file(), conflict when the file is there (a key is never
  /// replaced).
  [[nodiscard]] Status write_file(const std::filesystem::path& file) const;
  /// Groups of letters and digits, each with its own check, for paper: whoever has them can read every backup.
  [[nodiscard]] Secret recovery_text() const;

  /// 8 hex digits that tell keys apart and betray nothing.
  [[nodiscard]] std::string id() const;
  /// 32 bytes for one purpose ("object", "manifest", …), by HKDF-SHA-256: the purpose, behind "slipway ", is its info.
  [[nodiscard]] Secret derive(std::string_view purpose, std::string_view salt = {}) const;

 private:
  explicit Key(Secret bytes);
  [[nodiscard]] Secret line() const;              ///< what its file holds
  [[nodiscard]] unsigned recovery_check() const;  ///< 4 bits that the recovery text carries besides the key
  Secret bytes_;
};

}  // namespace slipway::archive
