// The parsed form of a template. Private to this folder.
#pragma once

#include "appliance/template/template.hpp"

namespace slipway::page {

struct Templates::Node {
  enum class Kind {
    group,      ///< `children`, in order: a whole file
    literal,    ///< `text` as it is
    value,      ///< the value at `path`, escaped
    address,    ///< the same where a link's address begins: dangerous schemes become "#"
    section,    ///< `children` for the value at `path`
    inverted,   ///< `children` when there is none
    partial,    ///< the template named `text`
    translated  ///< the text with key `text`; the value at `path`, if any, in place of %s
  };
  Kind kind = Kind::group;
  std::string text = {};
  std::vector<std::string> path = {};
  std::vector<Node> children = {};
  int line = 0;
};

/// Reads one file. Error: invalid_argument naming file:line.
[[nodiscard]] Result<Templates::Node> parse_template(const std::string& file, std::string_view text);

}  // namespace slipway::page
