#include "appliance/telemetry/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "appliance/base/time.hpp"
#include "appliance/telemetry/json_line.hpp"

namespace slipway::telemetry {
namespace {

/// Lines go out as they are; spdlog gives the lock, the level and one write per line.
spdlog::logger& sink() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("slipway", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
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

void append_member(std::string& line, std::string_view key, const FieldValue& value) {
  line += line.empty() ? '{' : ',';
  append_string(line, key);
  line += ':';
  if (const auto* text = std::get_if<std::string>(&value)) {
    append_string(line, *text);
  } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    line += std::to_string(*whole);
  } else if (const auto* real = std::get_if<double>(&value)) {
    line += nlohmann::json(*real).dump();  // shortest form; not finite: null
  } else {
    line += std::get<bool>(value) ? "true" : "false";
  }
}

void write(Level level, std::string_view event, const std::vector<Field>& fields) {
  if (!enabled(level)) return;
  const std::string line = json_line(SystemClock().now(), level, program_name(), event, thread_request_id(), fields);
  sink().log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

std::string json_line(Timestamp time, Level level, std::string_view program, std::string_view event,
                      std::string_view request_id, const std::vector<Field>& fields) {
  std::string line;
  line.reserve(256);
  append_member(line, "time", to_iso8601(time));
  append_member(line, "level", std::string(level_name(level)));
  append_member(line, "program", std::string(program));
  append_member(line, "event", std::string(event));
  if (!request_id.empty()) append_member(line, "request_id", std::string(request_id));
  for (const Field& field : fields) append_member(line, field.key, field.value);
  line += '}';
  return line;
}

void set_up_logging(std::string_view program, Level least) {
  program_name() = std::string(program);
  sink().set_level(to_spdlog(least));
}

bool enabled(Level level) { return sink().should_log(to_spdlog(level)); }

void log(Level level, std::string_view event, std::initializer_list<Field> fields) { write(level, event, fields); }

void log_error(std::string_view event, const Error& error, std::initializer_list<Field> fields) {
  std::vector<Field> all{{"code", std::string(traits(error.code).name)}, {"message", error.message}};
  if (!error.hint.empty()) all.push_back({"hint", error.hint});
  for (const auto& [key, value] : error.context) all.push_back({key, value});
  all.insert(all.end(), fields.begin(), fields.end());
  write(Level::error, event, all);
}

void set_request_id(std::string_view id) { thread_request_id() = std::string(id); }

}  // namespace slipway::telemetry
