#include "migrate/engine/sequences.hpp"

namespace slipway::migrate {
namespace {

bool connection_is_lost(const Error& error) { return error.code == Code::unavailable; }

Status create(sql::Connection& source, sql::Connection& target, const std::string& name, ObjectsReport& report) {
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(name));
  SLIPWAY_TRY(const auto row, source.query_one("SHOW CREATE SEQUENCE " + quoted));
  if (!row) return Error{Code::not_found, "sequence '" + name + "': went away while it was read"};
  std::vector<std::string> changes;
  SLIPWAY_CHECK(target.execute_text(port_sequence(row->text(1), changes)));
  for (const std::string& change : changes) report.notes.push_back("sequence " + name + ": " + change);
  return {};
}

Status finish(sql::Connection& source, sql::Connection& target, const std::string& name) {
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(name));
  SLIPWAY_TRY(const auto row, source.query_one("SELECT next_not_cached_value, cycle_count FROM " + quoted));
  if (!row) return Error{Code::not_found, "sequence '" + name + "': went away while it was read"};
  SLIPWAY_CHECK(target.query_one("SELECT SETVAL(" + quoted + ", " + row->text(0) + ", 0, " + row->text(1) + ")"));
  // SETVAL says nothing when it would go back; what counts is what the sequence holds.
  SLIPWAY_TRY(const auto now, target.query_one("SELECT next_not_cached_value, cycle_count FROM " + quoted));
  if (now && now->text(0) == row->text(0) && now->text(1) == row->text(1)) return {};
  return Error{Code::corrupt, "sequence '" + name + "': does not take the source's value " + row->text(0)};
}

template <typename Work>
Status each_sequence(const Catalog& catalog, const std::set<std::string>& skip, const std::string& way_out,
                     ObjectsReport& report, Work&& work) {
  for (const OtherObject& object : catalog.others) {
    if (object.kind != "sequence" || skip.contains(object.name)) continue;
    auto done = work(object.name);
    if (done) continue;
    if (connection_is_lost(done.error())) return std::move(done).error();
    report.problems.push_back({object.kind, object.name, done.error().message, way_out});
  }
  return {};
}

}  // namespace

std::string port_sequence(std::string_view text, std::vector<std::string>& changes) {
  std::vector<Edit> edits;
  const auto tokens = tokens_of(text);
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (tokens[i].is("SEQUENCE")) {
      edits.push_back({tokens[i].end(), tokens[i].end(), " IF NOT EXISTS"});
      ++i;  // the name
    } else if (tokens[i].is("AS")) {
      // From 11.5 on a sequence has a type; before, all are BIGINT.
      edits.push_back({tokens[i].begin, tokens[i + 1].end(), ""});
      if (!tokens[i + 1].is("BIGINT")) changes.push_back("type " + tokens[i + 1].name() + " became bigint");
    } else if (tokens[i].is("ENGINE") && tokens[i + 1].is_sign('=')) {
      edits.push_back({tokens[i + 2].begin, tokens[i + 2].end(), "InnoDB"});
      if (tokens[i + 2].text != "InnoDB") changes.push_back("engine " + tokens[i + 2].name() + " became InnoDB");
    }
  }
  return apply(text, std::move(edits));
}

Status create_sequences(sql::Connection& source, sql::Connection& target, const Catalog& catalog,
                        const std::set<std::string>& skip, ObjectsReport& report) {
  return each_sequence(catalog, skip, "create it on the target by hand, then run the copy again", report,
                       [&](const std::string& name) { return create(source, target, name, report); });
}

Status finish_sequences(sql::Connection& source, sql::Connection& target, const Catalog& catalog,
                        const std::set<std::string>& skip, ObjectsReport& report) {
  return each_sequence(catalog, skip, "set it with ALTER SEQUENCE … RESTART on the target", report,
                       [&](const std::string& name) -> Status {
                         SLIPWAY_CHECK(finish(source, target, name));
                         ++report.copied;
                         return {};
                       });
}

}  // namespace slipway::migrate
