#include "services/backup/manifest.hpp"

#include <array>
#include <cstdio>

namespace slipway::backup {
namespace {

using nlohmann::ordered_json;

constexpr int kForm = 1;

Result<Kind> parse_kind(const std::string& text) {
  for (const Kind kind : {Kind::full, Kind::incremental, Kind::sandbox})
    if (text == to_text(kind)) return kind;
  return Error{Code::unsupported, "manifest: of the kind '" + text + "', which this version does not know",
               "use the version of slipway that made it, or a newer one"};
}

}  // namespace

std::string_view to_text(Kind kind) {
  switch (kind) {
    case Kind::full:
      return "full";
    case Kind::incremental:
      return "incremental";
    case Kind::sandbox:
      break;
  }
  return "sandbox";
}

ordered_json to_json(const Manifest& manifest) {
  ordered_json json{{"form", kForm},
                    {"id", manifest.id},
                    {"repository", manifest.repository},
                    {"kind", to_text(manifest.kind)},
                    {"parent", manifest.parent},
                    {"taken_at", to_iso8601(manifest.taken_at)},
                    {"ended_at", to_iso8601(manifest.ended_at)},
                    {"lineage", manifest.lineage},
                    {"server_version", manifest.server_version},
                    {"program_version", manifest.program_version},
                    {"gtid", manifest.position.to_text()},
                    {"log_line", manifest.log_line},
                    {"binlog_file", manifest.binlog_file},
                    {"binlog_position", manifest.binlog_position},
                    {"from_lsn", manifest.from_lsn},
                    {"to_lsn", manifest.to_lsn},
                    {"server_state", manifest.server_state},
                    {"plain_bytes", manifest.plain_bytes},
                    {"stored_bytes", manifest.stored_bytes},
                    {"key", manifest.key_id},
                    {"accounts", ordered_json::array()},
                    {"pieces", ordered_json::array()}};
  for (const auto& account : manifest.accounts)
    json["accounts"].push_back({{"name", account.name}, {"database", account.database}});
  if (manifest.kind == Kind::sandbox) {
    json["replaces"] = manifest.replaces;
    json["table_sums"] = manifest.table_sums;
  }
  for (const auto& piece : manifest.pieces)
    json["pieces"].push_back({{"name", piece.name}, {"bytes", piece.bytes}, {"sha256", piece.sha256}});
  return json;
}

Result<Manifest> read_manifest(const ordered_json& json) {
  try {
    if (json.at("form").get<int>() > kForm)
      return Error{Code::unsupported, "backup '" + json.value("id", "") + "': its manifest is of a newer form",
                   "use the version of slipway that made it, or a newer one"};
    Manifest manifest;
    manifest.id = json.at("id");
    manifest.repository = json.at("repository");
    SLIPWAY_TRY(manifest.kind, parse_kind(json.at("kind").get<std::string>()));
    manifest.parent = json.at("parent");
    SLIPWAY_TRY(manifest.taken_at, parse_timestamp(json.at("taken_at").get<std::string>()));
    SLIPWAY_TRY(manifest.ended_at, parse_timestamp(json.at("ended_at").get<std::string>()));
    manifest.lineage = json.value("lineage", "");
    manifest.server_version = json.at("server_version");
    manifest.program_version = json.at("program_version");
    SLIPWAY_TRY(manifest.position, sql::GtidPosition::parse(json.at("gtid").get<std::string>()));
    manifest.log_line = json.at("log_line");
    manifest.binlog_file = json.at("binlog_file");
    manifest.binlog_position = json.at("binlog_position");
    manifest.from_lsn = json.at("from_lsn");
    manifest.to_lsn = json.at("to_lsn");
    manifest.server_state = json.value("server_state", "");
    manifest.plain_bytes = json.at("plain_bytes");
    manifest.stored_bytes = json.at("stored_bytes");
    manifest.key_id = json.at("key");
    for (const auto& account : json.at("accounts"))
      manifest.accounts.push_back({account.at("name"), account.at("database")});
    if (manifest.kind == Kind::sandbox) {
      manifest.replaces = json.at("replaces");
      manifest.table_sums = json.at("table_sums").get<std::map<std::string, std::string>>();
      if (manifest.accounts.size() != 1)
        return Error{Code::corrupt, "manifest: of a sandbox backup without an account"};
    }
    for (const auto& piece : json.at("pieces"))
      manifest.pieces.push_back({piece.at("name"), piece.at("bytes"), piece.at("sha256")});
    return manifest;
  } catch (const nlohmann::json::exception& fault) {
    return Error{Code::corrupt, "manifest: " + std::string(fault.what())};
  }
}

bool holds_nothing_new(const Manifest& manifest) {
  return manifest.kind == Kind::incremental && manifest.pieces.empty();
}

bool is_backup_id(std::string_view text) {
  const auto dash = text.rfind('-');
  return dash != std::string_view::npos && parse_kind(std::string(text.substr(dash + 1))).has_value();
}

std::string backup_id(Timestamp taken_at, Kind kind) {
  // 2026-11-29T03:15:00 → 20261129t031500z
  std::string id;
  for (const char letter : to_iso8601(std::chrono::floor<std::chrono::seconds>(taken_at))) {
    if (letter == 'T') id += 't';
    if (letter >= '0' && letter <= '9') id += letter;
  }
  return id + "z-" + std::string(to_text(kind));
}

std::string backup_folder(const std::string& id) { return "backups/" + id + "/"; }
std::string manifest_name(const std::string& id) { return backup_folder(id) + "manifest.json"; }

}  // namespace slipway::backup
