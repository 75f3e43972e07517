#include "services/console/backup_report.hpp"

#include <nlohmann/json.hpp>

#include "appliance/http/client.hpp"

namespace slipway::console {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kPatience{2000};  // a person waits for the page

/// Thrown inside parse_report() alone, as the reader of JSON throws, too.
struct BadTime {};

Timestamp time_of(const json& value) {
  const auto time = parse_timestamp(value.get<std::string>());
  if (!time.has_value()) throw BadTime();
  return *time;
}

std::optional<Timestamp> maybe_time(const json& value) {
  if (value.is_null()) return {};
  return time_of(value);
}

std::vector<Span> spans_of(const json& values) {
  std::vector<Span> spans;
  for (const auto& value : values)
    spans.push_back({time_of(value.at("from")), time_of(value.at("until")), maybe_time(value.at("proven_from"))});
  return spans;
}

BackupEntry backup_of(const json& value) {
  return {value.at("id"),      value.at("repository"),        value.at("kind"),  value.at("parent"),
          value.at("account"), time_of(value.at("taken_at")), value.at("bytes"), value.at("proof")};
}

BackupReport report_of(const json& answer) {
  BackupReport report{.enabled = answer.at("enabled"),
                      .rests = answer.at("rests"),
                      .doing = answer.at("doing"),
                      .looked_at = maybe_time(answer.at("looked_at")),
                      .archived_until = maybe_time(answer.at("archived_until")),
                      .alerts = {},
                      .spans = spans_of(answer.at("spans")),
                      .repositories = {},
                      .backups = {}};
  for (const auto& alert : answer.at("alerts"))
    report.alerts.push_back({alert.at("name"), alert.at("repository"), alert.at("account")});
  for (const auto& repository : answer.at("repositories"))
    report.repositories.push_back(
        {repository.at("name"), repository.at("available"), spans_of(repository.at("spans"))});
  for (const auto& backup : answer.at("backups")) report.backups.push_back(backup_of(backup));
  return report;
}

}  // namespace

Result<BackupReport> parse_report(std::string_view text) {
  const Error unreadable{Code::corrupt, "backup agent: its answer cannot be read",
                         "slipway-webd and slipway-backupd must be of one release"};
  try {
    return report_of(json::parse(text));
  } catch (const json::exception&) {
    return unreadable;
  } catch (const BadTime&) {
    return unreadable;
  }
}

Result<BackupReport> ask_agent(const std::filesystem::path& socket) {
  if (socket.empty()) return Error{Code::unavailable, "backup agent: no socket is configured", "set backup.socket"};
  SLIPWAY_TRY(const auto answer,
              http::fetch({.url = "http://localhost/timeline"}, {.unix_socket = socket, .limit = kPatience}));
  if (answer.status != 200)
    return Error{Code::unavailable, "backup agent: it answers with status " + std::to_string(answer.status),
                 "look at its log"};
  return parse_report(answer.body);
}

}  // namespace slipway::console
