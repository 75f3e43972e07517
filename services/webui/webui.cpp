#include "services/webui/webui.hpp"

#include <cstdlib>

#include "embedded/webui.hpp"

namespace slipway::webui {

Result<page::Templates> parse_templates() {
  std::map<std::string, std::string_view> files;
  for (const auto& file : embedded_files::webui()) {
    if (!file.name.starts_with("templates/")) continue;
    const std::string_view name = file.name.substr(10);
    files.emplace(name.substr(0, name.rfind('.')), file.bytes);
  }
  return page::Templates::parse(files);
}

const page::Templates& templates() {
  static const page::Templates parsed = [] {
    auto made = parse_templates();
    if (!made.has_value()) std::abort();
    return std::move(made).value();
  }();
  return parsed;
}

}  // namespace slipway::webui
