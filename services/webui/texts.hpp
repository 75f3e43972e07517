// What pages say, in each language. Constant after start, safe for all threads.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"
#include "appliance/template/template.hpp"

namespace slipway::webui {

enum class Language { en, fr };
inline constexpr std::array kLanguages{Language::en, Language::fr};
[[nodiscard]] std::string_view to_text(Language language);  ///< "en", "fr"
[[nodiscard]] std::optional<Language> parse_language(std::string_view text);

/// The language a browser asks for (RFC 9110, Accept-Language with weights); English when it asks for none of ours.
[[nodiscard]] Language negotiate_language(std::string_view accept_language);

class Texts {
 public:
  /// `file`: one JSON object of texts by key. Error: invalid_argument.
  [[nodiscard]] static Result<std::map<std::string, std::string, std::less<>>> parse(std::string_view file);
  /// The texts compiled in. Aborts when they cannot be read: a fault of the build, which a test finds.
  [[nodiscard]] static const Texts& built_in();

  /// "" when unknown.
  [[nodiscard]] std::string_view text(Language language, std::string_view key) const;
  /// The text with `value` in place of %s.
  [[nodiscard]] std::string text(Language language, std::string_view key, std::string_view value) const;
  [[nodiscard]] page::Translator translator(Language language) const;
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& all(Language language) const;

 private:
  std::map<Language, std::map<std::string, std::string, std::less<>>> texts_;
};

}  // namespace slipway::webui
