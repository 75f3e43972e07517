// The one option table: file keys, environment names, flags, help and documentation come from it.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::config {

struct FileContent;

enum class Type { text, path, integer, boolean, duration, bytes, choice };

/// One option. Key "web.port" is `[web] port` in the file, SLIPWAY_WEB_PORT in the environment, --web-port as a flag.
struct Option {
  std::string_view key;
  Type type;
  std::string_view default_value;  ///< in file notation
  std::string_view unit;           ///< "" or what a bare number means
  std::string_view help;           ///< one sentence, what it does
  std::int64_t least = 0;          ///< bounds of integers, milliseconds, bytes
  std::int64_t most = 0;           ///< 0: none
  std::string_view choices = {};   ///< "a|b|c"
};

/// The table, sorted by key.
[[nodiscard]] std::span<const Option> option_table();
/// The option of this key, or null.
[[nodiscard]] const Option* find_option(std::string_view key);
/// All keys, sorted.
[[nodiscard]] std::vector<std::string> option_keys();

/// Where a value came from, for `slipway config show`: "default", "slipway.toml:12", "SLIPWAY_WEB_PORT", "--web-port".
struct Setting {
  std::string text;
  std::string origin;
};

/// All settings, read once at start-up, then constant and safe for all threads.
class Config {
 public:
  /// Reads the file (when it exists, or must when `file_required`), then the environment, then flags. Error:
  /// invalid_argument whose message has one line per fault, each with file:line, variable or flag, and for an unknown
  /// key the nearest known one.
  [[nodiscard]] static Result<Config> load(const std::filesystem::path& file, bool file_required,
                                           const std::map<std::string, std::string>& environment,
                                           const std::map<std::string, std::string>& flags);

  /// The same when `toml` stood in the file: nothing is read, `file` only stands in origins and messages.
  [[nodiscard]] static Result<Config> load_text(std::string_view toml, const std::filesystem::path& file,
                                                const std::map<std::string, std::string>& environment,
                                                const std::map<std::string, std::string>& flags);

  [[nodiscard]] const std::string& text(std::string_view key) const;
  [[nodiscard]] std::filesystem::path path(std::string_view key) const;
  [[nodiscard]] std::int64_t integer(std::string_view key) const;
  [[nodiscard]] bool boolean(std::string_view key) const;
  [[nodiscard]] std::chrono::milliseconds duration(std::string_view key) const;
  [[nodiscard]] std::uint64_t bytes(std::string_view key) const;
  [[nodiscard]] const Setting& setting(std::string_view key) const;

 private:
  /// `content` may be that of no file at all, or what is wrong with its TOML.
  [[nodiscard]] static Result<Config> combine(const std::filesystem::path& file, const Result<FileContent>& content,
                                              const std::map<std::string, std::string>& environment,
                                              const std::map<std::string, std::string>& flags);

  std::map<std::string, Setting, std::less<>> settings_;
};

}  // namespace slipway::config
