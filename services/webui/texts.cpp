#include "services/webui/texts.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "embedded/webui.hpp"

namespace slipway::webui {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The weight of "fr;q=0.8" in thousandths; 1000 without one, 0 when it cannot be read.
int weight(std::string_view parameters) {
  const auto q = parameters.find("q=");
  if (q == std::string_view::npos) return 1000;
  const std::string_view digits = trim(parameters.substr(q + 2));
  if (digits.empty() || (digits[0] != '0' && digits[0] != '1')) return 0;
  int value = (digits[0] - '0') * 1000;
  int unit = 100;
  for (std::size_t i = 2; i < digits.size() && unit > 0; ++i, unit /= 10) {
    if (digits[i] < '0' || digits[i] > '9') return 0;
    value += (digits[i] - '0') * unit;
  }
  return std::min(value, 1000);
}

}  // namespace

std::string_view to_text(Language language) { return language == Language::fr ? "fr" : "en"; }

std::optional<Language> parse_language(std::string_view text) {
  for (const Language language : kLanguages)
    if (text == to_text(language)) return language;
  return std::nullopt;
}

Language negotiate_language(std::string_view accept_language) {
  Language best = Language::en;
  int best_weight = 0;
  while (!accept_language.empty()) {
    const auto comma = std::min(accept_language.find(','), accept_language.size());
    const std::string_view range = trim(accept_language.substr(0, comma));
    accept_language.remove_prefix(std::min(comma + 1, accept_language.size()));
    const auto semicolon = std::min(range.find(';'), range.size());
    const std::string_view tag = trim(range.substr(0, semicolon));
    const auto language = parse_language(tag.substr(0, tag.find('-')));
    const int wanted = weight(range.substr(semicolon));
    if (!language || wanted <= best_weight) continue;
    best = *language;
    best_weight = wanted;
  }
  return best;
}

Result<std::map<std::string, std::string, std::less<>>> Texts::parse(std::string_view file) {
  std::map<std::string, std::string, std::less<>> texts;
  const auto document = nlohmann::json::parse(file, nullptr, false);
  if (!document.is_object()) return Error{Code::invalid_argument, "translations: not a JSON object"};
  for (const auto& [key, value] : document.items()) {
    if (!value.is_string()) return Error{Code::invalid_argument, "translations: '" + key + "' is no text"};
    texts.emplace(key, value.get<std::string>());
  }
  return texts;
}

const Texts& Texts::built_in() {
  static const Texts texts = [] {
    Texts made;
    for (const auto& file : embedded_files::webui()) {
      if (!file.name.starts_with("translations/")) continue;
      const auto language = parse_language(file.name.substr(13, 2));
      auto parsed = parse(file.bytes);
      if (!language || !parsed.has_value()) std::abort();
      made.texts_.emplace(*language, std::move(parsed).value());
    }
    if (made.texts_.size() != kLanguages.size()) std::abort();
    return made;
  }();
  return texts;
}

std::string_view Texts::text(Language language, std::string_view key) const {
  const auto& texts = all(language);
  const auto found = texts.find(key);
  return found == texts.end() ? std::string_view{} : found->second;
}

std::string Texts::text(Language language, std::string_view key, std::string_view value) const {
  std::string made(text(language, key));
  if (const auto place = made.find("%s"); place != std::string::npos) made.replace(place, 2, value);
  return made;
}

page::Translator Texts::translator(Language language) const {
  return [this, language](std::string_view key) { return text(language, key); };
}

const std::map<std::string, std::string, std::less<>>& Texts::all(Language language) const {
  return texts_.at(language);
}

}  // namespace slipway::webui
