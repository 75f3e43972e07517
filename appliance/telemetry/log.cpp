#include "appliance/telemetry/log.hpp"

#include <spdlog/sinks/sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cmath>
#include <mutex>
#include <nlohmann/json.hpp>

#include "appliance/base/time.hpp"
#include "appliance/telemetry/json_line.hpp"

namespace slipway::telemetry {
namespace {

/// Writes finished lines to standard error, each with one write(2): whole on a file, and on a pipe up to PIPE_BUF. No
/// lock is held while writing, because a thread put to sleep there would stop all others; only longer lines take turns.
class ErrorOutput final : public spdlog::sinks::sink {
 public:
  void log(const spdlog::details::log_msg& message) override {
    std::string_view line(message.payload.data(), message.payload.size());
    std::unique_lock<std::mutex> turn(long_lines_, std::defer_lock);
    if (line.size() > PIPE_BUF) turn.lock();
    while (!line.empty()) {
      const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return;  // nowhere to complain
      line.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  std::mutex long_lines_;
};

spdlog::logger& sink() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("slipway", std::make_shared<ErrorOutput>());
    made->set_level(spdlog::level::info);
    return made;
  }();
  return *logger;
}

std::string& program_name() {
  static std::string name = "slipway";
  return name;
}

std::string& thread_request_id() {
  thread_local std::string id;
  return id;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view level_name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

void append_string(std::string& line, std::string_view text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
  if (plain) {
    line.append("\"").append(text).append("\"");
  } else {
    line += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
}

template <typename Number>
void append_number(std::string& line, Number number) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  line.append(digits.data(), end);
}

void append_key(std::string& line, std::string_view key) {
  line += line.empty() ? '{' : ',';
  append_string(line, key);
  line += ':';
}

void append_text(std::string& line, std::string_view key, std::string_view text) {
  append_key(line, key);
  append_string(line, text);
}

void append_field(std::string& line, const Field& field) {
  append_key(line, field.key);
  if (const auto* text = std::get_if<std::string>(&field.value)) {
    append_string(line, *text);
  } else if (const auto* whole = std::get_if<std::int64_t>(&field.value)) {
    append_number(line, *whole);
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    if (std::isfinite(*real)) {
      append_number(line, *real);
    } else {
      line += "null";
    }
  } else {
    line += std::get<bool>(field.value) ? "true" : "false";
  }
}

/// The form of to_iso8601; the part down to seconds is made once a second and thread.
void append_time(std::string& line, Timestamp time) {
  thread_local std::chrono::sys_seconds made{};
  thread_local std::string text;
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  if (second != made || text.empty()) {
    text = to_iso8601(second);
    text.pop_back();  // the Z
    made = second;
  }
  append_key(line, "time");
  line.append("\"").append(text);
  if (const auto fraction = (time - second).count(); fraction != 0) {
    std::array<char, 7> digits{'.'};
    for (std::size_t i = digits.size() - 1, left = static_cast<std::size_t>(fraction); i > 0; --i, left /= 10)
      digits[i] = static_cast<char>('0' + left % 10);
    line.append(digits.data(), digits.size());
  }
  line.append("Z\"");
}

void write(Level level, std::string_view event, std::span<const Field> fields) {
  if (!enabled(level)) return;
  thread_local std::string line;
  line.clear();
  append_json_line(line, SystemClock().now(), level, program_name(), event, thread_request_id(), fields);
  line += '\n';
  sink().log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void append_json_line(std::string& line, Timestamp time, Level level, std::string_view program, std::string_view event,
                      std::string_view request_id, std::span<const Field> fields) {
  append_time(line, time);
  append_text(line, "level", level_name(level));
  append_text(line, "program", program);
  append_text(line, "event", event);
  if (!request_id.empty()) append_text(line, "request_id", request_id);
  for (const Field& field : fields) append_field(line, field);
  line += '}';
}

void set_up_logging(std::string_view program, Level least) {
  program_name() = std::string(program);
  sink().set_level(to_spdlog(least));
}

bool enabled(Level level) { return sink().should_log(to_spdlog(level)); }

void log(Level level, std::string_view event, std::initializer_list<Field> fields) {
  write(level, event, {fields.begin(), fields.size()});
}

void log_error(std::string_view event, const Error& error, std::initializer_list<Field> fields) {
  std::vector<Field> all{{"code", std::string(traits(error.code).name)}, {"message", error.message}};
  if (!error.hint.empty()) all.push_back({"hint", error.hint});
  for (const auto& [key, value] : error.context) all.push_back({key, value});
  all.insert(all.end(), fields.begin(), fields.end());
  write(Level::error, event, all);
}

void set_request_id(std::string_view id) { thread_request_id() = std::string(id); }

}  // namespace slipway::telemetry
