#include "services/desk/list_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "appliance/base/utf8.hpp"

namespace slipway::desk {
namespace {

constexpr std::array<std::pair<SortField, std::string_view>, 5> kFields = {{{SortField::updated, "updated"},
                                                                            {SortField::created, "created"},
                                                                            {SortField::number, "number"},
                                                                            {SortField::severity, "severity"},
                                                                            {SortField::status, "status"}}};

/// InnoDB's built-in stop words: it does not index them, so requiring one would find nothing.
constexpr std::array<std::string_view, 35> kStopWords = {
    "a",    "about", "an",  "are",  "as",   "at",    "be",  "by",   "com",  "de",  "en",   "for",
    "from", "how",   "i",   "in",   "is",   "it",    "la",  "of",   "on",   "or",  "that", "the",
    "this", "to",    "was", "what", "when", "where", "who", "will", "with", "und", "www"};

constexpr std::size_t kLeastIndexed = 3;  // innodb_ft_min_token_size
constexpr std::size_t kMostIndexed = 84;  // innodb_ft_max_token_size

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Takes the part before `separator` off `text`.
std::string_view take(std::string_view& text, char separator) {
  const auto at = text.find(separator);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

/// True for a byte that stands in a word: ASCII letters, digits, _ and all of other scripts.
bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Blanks out punctuation beyond ASCII: U+0080–U+00BF, U+2000–U+206F, U+3000–U+303F.
std::string without_foreign_punctuation(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto rest = text.substr(i);
    const bool latin = rest.size() >= 2 && rest[0] == '\xC2';
    const bool general = rest.size() >= 3 && rest[0] == '\xE2' && (rest[1] == '\x80' || rest[1] == '\x81');
    const bool ideographic = rest.size() >= 3 && rest[0] == '\xE3' && rest[1] == '\x80';
    const std::size_t length = latin ? 2 : general || ideographic ? 3 : 1;
    if (length > 1)
      out += ' ';
    else
      out += rest[0];
    i += length;
  }
  return out;
}

std::vector<std::string> words_of(std::string_view text) {
  const auto clean = without_foreign_punctuation(text);
  std::vector<std::string> words;
  std::string word;
  for (const char c : clean + " ") {
    if (is_word_byte(c)) {
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!word.empty()) {
      if (words.size() < kMostSearchWords && std::ranges::find(words, word) == words.end()) words.push_back(word);
      word.clear();
    }
  }
  return words;
}

std::optional<std::int64_t> request_number(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(" \t") - first + 1);
  if (text.starts_with('#')) text.remove_prefix(1);
  const auto number = parse_number<std::int64_t>(text);
  return number && *number > 0 ? number : std::nullopt;
}

}  // namespace

std::optional<Sort> parse_sort(std::string_view text) {
  const bool descending = text.starts_with('-');
  if (descending) text.remove_prefix(1);
  for (const auto& [field, name] : kFields)
    if (name == text) return Sort{field, descending};
  return std::nullopt;
}

std::string to_text(Sort sort) {
  for (const auto& [field, name] : kFields)
    if (field == sort.field) return std::string(sort.descending ? "-" : "").append(name);
  return {};
}

std::string encode_position(const Position& position) {
  return std::string(position.backwards ? "p" : "n") + '.' + to_text(position.sort) + '.' +
         std::to_string(position.value) + '.' + std::to_string(position.number);
}

std::optional<Position> decode_position(std::string_view text) {
  const auto direction = take(text, '.');
  const auto sort = parse_sort(take(text, '.'));
  const auto value = parse_number<std::int64_t>(take(text, '.'));
  const auto number = parse_number<std::int64_t>(text);
  if ((direction != "n" && direction != "p") || !sort || !value || !number) return std::nullopt;
  return Position{*sort, direction == "p", *value, *number};
}

SearchTerms parse_search(std::string_view text) {
  SearchTerms terms;
  if (!is_utf8(text)) return terms;
  terms.number = request_number(text);
  for (auto& word : words_of(text)) {
    const auto length = utf8_length(word);
    const bool indexed =
        length >= kLeastIndexed && length <= kMostIndexed && std::ranges::find(kStopWords, word) == kStopWords.end();
    if (!indexed) {
      terms.short_words.push_back(std::move(word));
      continue;
    }
    if (!terms.full_text.empty()) terms.full_text += ' ';
    terms.full_text.append("+").append(word).append("*");
  }
  return terms;
}

std::string like_contains(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + '%';
}

}  // namespace slipway::desk
