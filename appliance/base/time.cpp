#include "appliance/base/time.hpp"

#include <cstdio>

namespace slipway {
namespace {

struct Fields {
  int year, month, day, hour, minute, second, micros;
};

Fields split(Timestamp time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const auto within = time - day;
  const auto seconds_of_day = duration_cast<seconds>(within).count();
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(seconds_of_day / 3600),
          static_cast<int>(seconds_of_day / 60 % 60),
          static_cast<int>(seconds_of_day % 60),
          static_cast<int>((within % seconds{1}).count())};
}

// The value of `count` digits at `position`, or -1.
int digits(std::string_view text, std::size_t position, std::size_t count) {
  if (position + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = position; i < position + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// Microseconds after the point at `position`, or -1.
int fraction(std::string_view text, std::size_t position) {
  const std::size_t count = text.size() - position;
  if (count == 0 || count > 6) return -1;
  int value = digits(text, position, count);
  for (std::size_t i = count; value >= 0 && i < 6; ++i) value *= 10;
  return value;
}

}  // namespace

Timestamp SystemClock::now() const {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string to_iso8601(Timestamp time) {
  const Fields f = split(time);
  std::array<char, 64> text{};
  if (f.micros == 0)
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ", f.year, f.month, f.day, f.hour, f.minute,
                  f.second);
  else
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", f.year, f.month, f.day, f.hour,
                  f.minute, f.second, f.micros);
  return text.data();
}

std::string to_sql(Timestamp time) {
  const Fields f = split(time);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d %02d:%02d:%02d.%06d", f.year, f.month, f.day, f.hour,
                f.minute, f.second, f.micros);
  return text.data();
}

Result<Timestamp> parse_timestamp(std::string_view text) {
  using namespace std::chrono;
  const auto refuse = [&] {
    return Error{Code::invalid_argument, "time '" + std::string(text.substr(0, 40)) + "' cannot be read",
                 "write it in UTC as 2026-11-21T03:00:00Z"};
  };
  std::string_view rest = text;
  if (!rest.empty() && rest.back() == 'Z') rest.remove_suffix(1);
  if (rest.size() < 19 || rest[4] != '-' || rest[7] != '-' || (rest[10] != 'T' && rest[10] != ' ') || rest[13] != ':' ||
      rest[16] != ':')
    return refuse();
  const int hour = digits(rest, 11, 2);
  const int minute = digits(rest, 14, 2);
  const int second = digits(rest, 17, 2);
  const int micros = rest.size() == 19 ? 0 : rest[19] == '.' ? fraction(rest, 20) : -1;
  const int year_number = digits(rest, 0, 4);
  const int month_number = digits(rest, 5, 2);
  const int day_number = digits(rest, 8, 2);
  if (year_number < 0 || month_number < 0 || day_number < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 59 || micros < 0)
    return refuse();
  const year_month_day date{year{year_number}, month{static_cast<unsigned>(month_number)},
                            day{static_cast<unsigned>(day_number)}};
  if (!date.ok()) return refuse();
  return Timestamp{sys_days{date}} + hours{hour} + minutes{minute} + seconds{second} + microseconds{micros};
}

}  // namespace slipway
