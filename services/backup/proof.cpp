#include "services/backup/proof.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "services/backup/manifest.hpp"

namespace slipway::backup {
namespace {

using nlohmann::ordered_json;

constexpr int kForm = 1;
constexpr std::string_view kEnd = ".json";
constexpr std::array<ProofOutcome, 3> kOutcomes{ProofOutcome::proven, ProofOutcome::failed,
                                                ProofOutcome::could_not_try};

Result<ProofOutcome> read_outcome(const std::string& text) {
  const auto* found = std::ranges::find(kOutcomes, text, [](ProofOutcome outcome) { return to_text(outcome); });
  if (found == kOutcomes.end()) return Error{Code::corrupt, "proof: outcome '" + text.substr(0, 30) + "'"};
  return *found;
}

ordered_json window_json(const ProofWindow& window) {
  return {{"log_line", window.line},
          {"from", window.from.to_text()},
          {"first_segment", window.first_segment},
          {"last_segment", window.last_segment},
          {"transactions", window.groups},
          {"bytes", window.bytes}};
}

Result<ProofWindow> read_window(const ordered_json& json) {
  ProofWindow window;
  window.line = json.at("log_line");
  SLIPWAY_TRY(window.from, sql::GtidPosition::parse(json.at("from").get<std::string>()));
  window.first_segment = json.at("first_segment");
  window.last_segment = json.at("last_segment");
  window.groups = json.at("transactions");
  window.bytes = json.at("bytes");
  return window;
}

ordered_json fault_json(const std::optional<ProofFault>& fault) {
  if (!fault) return nullptr;
  return {{"stage", fault->stage},
          {"code", traits(fault->error.code).name},
          {"message", fault->error.message},
          {"hint", fault->error.hint}};
}

std::optional<ProofFault> read_fault(const ordered_json& json) {
  if (json.is_null()) return std::nullopt;
  ProofFault fault{json.at("stage"), {Code::internal, json.at("message"), json.at("hint")}};
  for (const auto& row : code_table())
    if (row.name == json.at("code").get<std::string>()) fault.error.code = row.code;
  return fault;
}

Status read_findings(const ordered_json& json, Proof& proof) {
  proof.tables = json.at("tables");
  proof.definitions = json.at("definitions");
  proof.checked = json.at("checked");
  for (const auto& [object, reason] : json.at("not_compared").items()) proof.not_compared[object] = reason;
  for (const auto& row : json.at("mismatches"))
    proof.mismatches.push_back({row.at("object"), row.at("what"), row.at("expected"), row.at("found")});
  proof.fault = read_fault(json.at("fault"));
  return {};
}

}  // namespace

std::string_view to_text(ProofOutcome outcome) {
  if (outcome == ProofOutcome::proven) return "proven";
  return outcome == ProofOutcome::failed ? "failed" : "could_not_try";
}

std::string to_text(const Proof& proof) {
  std::string text = "backup " + proof.backup + ": ";
  if (proof.outcome == ProofOutcome::proven)
    return text + "proven" + (proof.position.empty() ? "" : " up to " + proof.position.to_text()) + ": " +
           std::to_string(proof.tables) + " tables";
  text += proof.outcome == ProofOutcome::failed ? "failed its proof" : "could not be proven";
  if (proof.fault) text += ": " + proof.fault->error.message;
  for (const auto& mismatch : proof.mismatches)
    text += "\n  " + mismatch.object + ": " + mismatch.what + ": expected " + mismatch.expected + ", found " +
            mismatch.found;
  return text;
}

ordered_json to_json(const Proof& proof) {
  ordered_json json{{"form", kForm},
                    {"outcome", to_text(proof.outcome)},
                    {"backup", proof.backup},
                    {"repository", proof.repository},
                    {"gtid", proof.position.to_text()},
                    {"oracle_at", to_iso8601(proof.oracle_at)},
                    {"window", window_json(proof.window)},
                    {"tables", proof.tables},
                    {"definitions", proof.definitions},
                    {"checked", proof.checked},
                    {"not_compared", proof.not_compared},
                    {"mismatches", ordered_json::array()},
                    {"fault", fault_json(proof.fault)},
                    {"began_at", to_iso8601(proof.began_at)},
                    {"ended_at", to_iso8601(proof.ended_at)},
                    {"server_version", proof.server_version},
                    {"oracle_version", proof.oracle_version},
                    {"program_version", proof.program_version}};
  for (const auto& mismatch : proof.mismatches)
    json["mismatches"].push_back({{"object", mismatch.object},
                                  {"what", mismatch.what},
                                  {"expected", mismatch.expected},
                                  {"found", mismatch.found}});
  return json;
}

Result<Proof> read_proof(const ordered_json& json) {
  try {
    if (json.at("form").get<int>() > kForm)
      return Error{Code::unsupported, "proof of backup '" + json.value("backup", "") + "': is of a newer form",
                   "use the version of slipway that made it, or a newer one"};
    Proof proof;
    SLIPWAY_TRY(proof.outcome, read_outcome(json.at("outcome")));
    proof.backup = json.at("backup");
    proof.repository = json.at("repository");
    SLIPWAY_TRY(proof.position, sql::GtidPosition::parse(json.at("gtid").get<std::string>()));
    SLIPWAY_TRY(proof.oracle_at, parse_timestamp(json.at("oracle_at").get<std::string>()));
    SLIPWAY_TRY(proof.window, read_window(json.at("window")));
    SLIPWAY_CHECK(read_findings(json, proof));
    SLIPWAY_TRY(proof.began_at, parse_timestamp(json.at("began_at").get<std::string>()));
    SLIPWAY_TRY(proof.ended_at, parse_timestamp(json.at("ended_at").get<std::string>()));
    proof.server_version = json.at("server_version");
    proof.oracle_version = json.at("oracle_version");
    proof.program_version = json.at("program_version");
    return proof;
  } catch (const nlohmann::json::exception& fault) {
    return Error{Code::corrupt, "proof: " + std::string(fault.what())};
  }
}

std::string proof_name(const std::string& backup, int number) {
  return backup_folder(backup) + "proof" + (number == 1 ? "" : '.' + std::to_string(number)) + std::string(kEnd);
}

std::optional<int> proof_number(const std::string& backup, std::string_view name) {
  const std::string start = backup_folder(backup) + "proof";
  if (!name.starts_with(start) || !name.ends_with(kEnd)) return std::nullopt;
  name = name.substr(start.size(), name.size() - start.size() - kEnd.size());
  if (name.empty()) return 1;
  int number = 0;
  const auto read = std::from_chars(name.data() + 1, name.data() + name.size(), number);
  if (name[0] != '.' || read.ec != std::errc() || read.ptr != name.data() + name.size() || number < 2)
    return std::nullopt;
  return number;
}

std::string window_proof_name(Timestamp ended_at) {
  std::string name = "proofs/";
  for (const char letter : to_iso8601(std::chrono::floor<std::chrono::milliseconds>(ended_at)))
    if ((letter >= '0' && letter <= '9') || letter == '.')
      name += letter;
    else if (letter == 'T' || letter == 'Z')
      name += static_cast<char>(letter + ('a' - 'A'));
  return name + std::string(kEnd);
}

}  // namespace slipway::backup
