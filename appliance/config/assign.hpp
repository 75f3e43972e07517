// What `slipway config set` does to a configuration file, without the file. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"
#include "appliance/config/config.hpp"

namespace slipway::config {

/// One option and the value it shall have, in the notation of `slipway config show`.
struct Assignment {
  const Option* option;
  std::string text;
};

/// Of "web.port=8443" and the like, in their order. Error: invalid_argument with one line per fault: no `=`, an
/// unknown key (with the nearest known one), a value that is none of its option or has control characters, a key that
/// is given twice.
[[nodiscard]] Result<std::vector<Assignment>> parse_assignments(std::span<const std::string> words);

/// A setting that the file gets, values in the notation of `slipway config show`.
struct Change {
  std::string key;
  std::string before;  ///< the default where the file did not set it
  std::string after;
  bool was_default;  ///< the file did not set it
};

struct Assigned {
  std::string toml;             ///< the file's new text; the old one when nothing changes
  std::vector<Change> changes;  ///< in the order of the assignments
};

/// The text of a valid file with these assignments. A key that the file sets to the same value, however that is
/// written ("60s", "1m"), is left alone; one that it does not set is written even when the default is that value: what
/// was asked for stays when the default changes. `name` stands for the file in messages. Whether settings fit each
/// other is for Config::load_text(). Errors: invalid_argument when the text is no TOML; conflict when a key stands
/// there in a form that is not changed line by line.
[[nodiscard]] Result<Assigned> assign(std::string_view toml, const std::string& name,
                                      std::span<const Assignment> assignments);

}  // namespace slipway::config
