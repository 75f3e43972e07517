#include "services/webui/show.hpp"

#include <array>
#include <cstdio>

namespace slipway::webui {
namespace {

using namespace std::chrono;

// Bytes of the UTF-8 character that starts `text`.
std::size_t character_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80U ? 1 : first < 0xe0U ? 2 : first < 0xf0U ? 3 : 4;
  return std::min(length, text.size());
}

}  // namespace

std::string date_text(const Texts& texts, Language language, Timestamp time) {
  const year_month_day date{floor<days>(time)};
  const auto month = "month." + std::to_string(static_cast<unsigned>(date.month()));
  return std::to_string(static_cast<unsigned>(date.day())) + " " + std::string(texts.text(language, month)) + " " +
         std::to_string(static_cast<int>(date.year()));
}

std::string relative_time(const Texts& texts, Language language, Timestamp now, Timestamp then) {
  const auto say = [&](std::string_view key, std::int64_t count) {
    return texts.text(language, key, std::to_string(count));
  };
  const auto age = now - then;
  if (age < minutes{1} && age > -minutes{1}) return std::string(texts.text(language, "time.now"));
  if (age < minutes{0}) return date_text(texts, language, then);
  if (age < hours{1}) return say("time.minutes_ago", duration_cast<minutes>(age).count());
  if (age < hours{24}) return say("time.hours_ago", duration_cast<hours>(age).count());
  const auto nights = (floor<days>(now) - floor<days>(then)).count();
  if (nights <= 1) return std::string(texts.text(language, "time.yesterday"));
  if (nights < 7) return say("time.days_ago", nights);
  return date_text(texts, language, then);
}

std::string absolute_time(const Texts& texts, Language language, Timestamp time) {
  const auto minute_of_day = duration_cast<minutes>(time - floor<days>(time)).count();
  std::array<char, 24> clock{};
  std::snprintf(clock.data(), clock.size(), ", %02d:%02d UTC", static_cast<int>(minute_of_day / 60),
                static_cast<int>(minute_of_day % 60));
  return date_text(texts, language, time) + clock.data();
}

nlohmann::json time_value(const Texts& texts, Language language, Timestamp now, Timestamp then) {
  return {{"iso", to_iso8601(floor<seconds>(then))},
          {"absolute", absolute_time(texts, language, then)},
          {"relative", relative_time(texts, language, now, then)}};
}

std::string file_size(const Texts& texts, Language language, std::uint64_t bytes) {
  if (bytes < 1000) return texts.text(language, "size.bytes", std::to_string(bytes));
  static constexpr std::array<std::string_view, 3> kUnits{"size.kilobytes", "size.megabytes", "size.gigabytes"};
  double amount = static_cast<double>(bytes) / 1000.0;
  std::size_t unit = 0;
  while (amount >= 999.5 && unit + 1 < kUnits.size()) {
    amount /= 1000.0;
    ++unit;
  }
  std::array<char, 32> number{};
  std::snprintf(number.data(), number.size(), amount < 9.95 ? "%.1f" : "%.0f", amount);
  std::string text = number.data();
  if (const auto point = text.find('.'); language == Language::fr && point != std::string::npos) text[point] = ',';
  return texts.text(language, kUnits[unit], text);
}

std::string initials(std::string_view display_name) {
  std::string letters;
  int count = 0;
  bool at_start = true;
  while (!display_name.empty() && count < 2) {
    const std::size_t length = character_length(display_name);
    const std::string_view character = display_name.substr(0, length);
    display_name.remove_prefix(length);
    const bool separates = character == " " || character == "." || character == "-" || character == "_";
    if (character == "@") break;
    if (at_start && !separates) {
      const char c = character.front();
      letters += c >= 'a' && c <= 'z' ? std::string(1, static_cast<char>(c - ('a' - 'A'))) : std::string(character);
      ++count;
    }
    at_start = separates;
  }
  return letters.empty() ? "?" : letters;
}

std::string url_encoded(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return out;
}

}  // namespace slipway::webui
