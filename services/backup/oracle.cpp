#include "services/backup/oracle.hpp"

#include "services/backup/oracle_store.hpp"

namespace slipway::backup {
namespace {

constexpr std::size_t kChangedAtMost = 10;
constexpr std::string_view kTableKind = "table ";

std::string name_of(const std::string& object) { return object.substr(kTableKind.size()); }

std::string to_text(const TableSum& sum) {
  return "sum " + std::to_string(sum.sum) + " of " + std::to_string(sum.rows) + " rows";
}

/// Sums every table that an InnoDB snapshot holds; notes the others.
Status sum_tables(sql::Connection& server, const Description& description, const OraclePause& pause, Oracle& oracle) {
  std::uint64_t done = 0;
  for (const auto& [object, table] : description.tables) {
    if (pause) SLIPWAY_CHECK(pause(done++, description.tables.size()));
    if (table.engine != "InnoDB") {
      oracle.not_summed[object] =
          table.engine.empty() ? "the server cannot open it" : "engine " + table.engine + " has no snapshots";
      continue;
    }
    auto sum = sum_table(server, table);
    if (sum)
      oracle.tables[name_of(object)] = *sum;
    else if (sum.error().code == Code::conflict)
      oracle.left_out[object] = "was changed or held meanwhile: " + sum.error().message;
    else
      return sum.error();
  }
  return {};
}

/// What was one thing before the snapshot and another after it is not known at the snapshot.
void leave_out_changed(const Description& before, const Description& after, Oracle& oracle) {
  const auto note = [&oracle](const std::string& object, const char* reason) {
    oracle.left_out.try_emplace(object, reason);
  };
  for (const auto& [object, digest] : before.definitions) {
    const auto now = after.definitions.find(object);
    if (now == after.definitions.end())
      note(object, "was dropped meanwhile");
    else if (now->second != digest)
      note(object, "was altered meanwhile");
  }
  for (const auto& [object, digest] : after.definitions)
    if (!before.definitions.contains(object)) note(object, "was created meanwhile");
  for (const auto& [object, table] : before.tables)
    if (const auto now = after.tables.find(object); now != after.tables.end() && now->second.ids != table.ids)
      note(object, "was rebuilt, emptied or exchanged meanwhile");
  for (const auto& [object, reason] : oracle.left_out) {
    oracle.definitions.erase(object);
    oracle.not_summed.erase(object);
    if (object.starts_with(kTableKind)) oracle.tables.erase(name_of(object));
  }
}

Result<Oracle> take_once(sql::Connection& server, const OraclePause& pause) {
  SLIPWAY_TRY(const Description before, describe_server(server));
  SLIPWAY_TRY(const SnapshotPlace place, begin_snapshot(server));
  Oracle oracle{.position = place.position,
                .taken_at = place.taken_at,
                .server_version = server.server_version(),
                .tables = {},
                .definitions = before.definitions,
                .not_summed = {},
                .left_out = {}};
  SLIPWAY_CHECK(sum_tables(server, before, pause, oracle));
  SLIPWAY_CHECK(end_reading(server));
  SLIPWAY_TRY(const Description after, describe_server(server));
  leave_out_changed(before, after, oracle);
  return oracle;
}

void compare_definitions(const Oracle& expected, const Oracle& found, std::map<std::string, Mismatch>& all) {
  for (const auto& [object, digest] : expected.definitions) {
    const auto there = found.definitions.find(object);
    if (there == found.definitions.end())
      all[object] = {object, "definition", digest, "is missing"};
    else if (there->second != digest)
      all[object] = {object, "definition", digest, there->second};
  }
  for (const auto& [object, digest] : found.definitions)
    if (!expected.definitions.contains(object) && !expected.left_out.contains(object))
      all[object] = {object, "definition", "was not there", digest};
}

}  // namespace

Result<Oracle> take_oracle(const sql::Endpoint& server, const OracleOptions& options) {
  SLIPWAY_TRY(auto connection, open_oracle_session(server));
  for (int attempt = 1;; ++attempt) {
    SLIPWAY_TRY(auto oracle, take_once(connection, options.pause));
    const std::size_t changed = oracle.left_out.size();
    const bool many = changed > kChangedAtMost && changed * 10 > oracle.definitions.size();
    if (!many || attempt >= options.snapshots_at_most) return oracle;
  }
}

Result<Oracle> read_quiet_server(const sql::Endpoint& server, const OraclePause& pause) {
  SLIPWAY_TRY(auto connection, open_oracle_session(server));
  SLIPWAY_TRY(const Description description, describe_server(connection));
  Oracle oracle;
  oracle.server_version = connection.server_version();
  oracle.definitions = description.definitions;
  SLIPWAY_CHECK(begin_reading(connection));
  SLIPWAY_CHECK(sum_tables(connection, description, pause, oracle));
  SLIPWAY_CHECK(end_reading(connection));
  return oracle;
}

std::vector<Mismatch> differences(const Oracle& expected, const Oracle& found) {
  std::map<std::string, Mismatch> all;
  compare_definitions(expected, found, all);
  for (const auto& [name, sum] : expected.tables) {
    const std::string object = std::string(kTableKind) + name;
    const auto there = found.tables.find(name);
    if (there != found.tables.end() && there->second == sum) continue;
    if (there == found.tables.end() && all.contains(object)) continue;
    all[object] = {object, "rows", to_text(sum), there == found.tables.end() ? "none" : to_text(there->second)};
  }
  std::vector<Mismatch> list;
  for (auto& [object, mismatch] : all) list.push_back(std::move(mismatch));
  return list;
}

}  // namespace slipway::backup
