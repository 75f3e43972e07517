#include "tests/support/moved_desk.hpp"

#include <cstdio>
#include <cstdlib>

#include "appliance/crypto/crypto.hpp"

namespace slipway::test {
namespace {

template <typename T>
T must(Result<T> result, const std::string& what) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s: %s\n", what.c_str(), result.error().message.c_str());
  std::abort();
}

std::string or_none(const sql::Row& row, std::size_t column) { return row.optional_text(column).value_or("none"); }

/// Columns from `first` on, separated by bars.
std::string joined(const sql::Row& row, std::size_t first) {
  std::string text;
  for (std::size_t i = first; i < row.size(); ++i) text.append(i == first ? "" : "|").append(or_none(row, i));
  return text;
}

class AccountReader {
 public:
  explicit AccountReader(sql::Connection& db) : db_(db) {}

  Facts all() {
    people();
    requests();
    messages();
    files();
    values();
    relations();
    events();
    return std::move(facts_);
  }

 private:
  sql::Rows rows(const std::string& query) { return must(db_.query(query), query); }

  void people() {
    for (const auto& row :
         rows("SELECT person_id, COALESCE(login, CONCAT('~', display_name)), display_name, email, role, "
              "language, active, CAST(created_at AS DATETIME) FROM person")) {
      people_[row.text(0)] = row.text(1);
      // The account's own administrator came from no source.
      if (row.text(4) != "administrator") facts_["person " + row.text(1)] = joined(row, 2);
    }
    for (const auto& row : rows("SELECT name, description, active FROM team"))
      facts_["team " + row.text(0)] = joined(row, 1);
  }

  std::string label(const sql::Row& row, std::size_t column) {
    return row.is_null(column) ? "none" : people_[row.text(column)];
  }

  void requests() {
    for (const auto& row : rows(
             "SELECT q.number, q.subject, q.status, q.severity, q.requester_id, q.assignee_id, t.name, q.close_reason, "
             "CAST(q.created_at AS DATETIME), CAST(q.updated_at AS DATETIME), CAST(q.deleted_at AS DATETIME), "
             "q.merged_into FROM request q LEFT JOIN team t ON t.team_id = q.team_id")) {
      const std::string key = "request " + row.text(0) + " ";
      static const std::vector<std::string> names{"",          "subject",  "status",  "severity",
                                                  "requester", "assignee", "team",    "close reason",
                                                  "created",   "updated",  "deleted", "merged"};
      for (std::size_t i = 1; i < names.size(); ++i)
        facts_[key + names[i]] = i == 4 || i == 5 ? label(row, i) : or_none(row, i);
    }
  }

  void messages() {
    for (const auto& row : rows("SELECT message_id, source_key, number, author_id, visibility, format, "
                                "CAST(written_at AS DATETIME), body FROM message")) {
      messages_[row.text(0)] = row.text(1);
      const std::string key = "message " + row.text(1);
      facts_[key] = row.text(2) + "|" + label(row, 3) + "|" + row.text(4) + "|" + row.text(5) + "|" + row.text(6);
      facts_[key + " body"] = row.text(7);
    }
  }

  void files() {
    for (const auto& row :
         rows("SELECT attachment_id, source_key, message_id, file_name, media_type, size_bytes FROM attachment")) {
      std::string bytes;
      for (const auto& piece : rows("SELECT p.bytes FROM attachment a JOIN content_piece p USING (content_hash) "
                                    "WHERE a.attachment_id = " +
                                    row.text(0) + " ORDER BY p.piece"))
        bytes += piece.text(0);
      facts_["file " + row.text(1)] =
          messages_[row.text(2)] + "|" + row.text(3) + "|" + row.text(4) + "|" + sum_of(bytes);
      if (std::to_string(bytes.size()) != row.text(5)) facts_["file " + row.text(1)] += "|says " + row.text(5);
    }
  }

  void values() {
    for (const auto& row : rows("SELECT name, kind, active FROM custom_field"))
      facts_["field " + row.text(0)] = joined(row, 1);
    for (const auto& row : rows("SELECT v.number, f.name, v.position, v.value FROM custom_value v JOIN custom_field f "
                                "USING (field_id)"))
      facts_["value " + row.text(0) + " " + row.text(1) + " " + row.text(2)] = row.text(3);
  }

  void relations() {
    for (const auto& row : rows("SELECT number, person_id, role FROM request_watcher"))
      count_fact(facts_, "watcher " + row.text(0) + " " + label(row, 1) + " " + row.text(2));
    for (const auto& row : rows("SELECT number, kind, COALESCE(target_number, target_url) FROM request_link"))
      count_fact(facts_, "link " + row.text(0) + " " + row.text(1) + " " + row.text(2));
  }

  void events() {
    for (const auto& row :
         rows("SELECT number, CAST(happened_at AS DATETIME), actor_id, kind, COALESCE(old_value, ''), "
              "COALESCE(new_value, ''), COALESCE(detail, '') FROM request_event")) {
      const std::string& kind = row.text(3);
      const auto shown = [&](std::size_t column) {
        const std::string& value = row.text(column);
        if (kind == "assignee" && !value.empty()) return people_[value];
        if ((kind == "answered" || kind == "noted") && !value.empty()) return messages_[value];
        return value;
      };
      count_fact(facts_, "event " + row.text(0) + " " + row.text(1) + "|" + label(row, 2) + "|" + kind + "|" +
                             shown(4) + "|" + shown(5) + "|" + row.text(6));
    }
  }

  sql::Connection& db_;
  Facts facts_;
  std::map<std::string, std::string> people_;
  std::map<std::string, std::string> messages_;
};

std::string shortened(const std::string& text) {
  return text.size() <= 200 ? text : text.substr(0, 200) + "… (" + std::to_string(text.size()) + " bytes)";
}

}  // namespace

std::filesystem::path case_file(const std::string& name, const std::string& file) {
  return std::filesystem::path(SLIPWAY_MIGRATION_CASES) / name / file;
}

sql::Endpoint case_database(const std::string& name, const std::string& script) {
  sql::Endpoint database = fresh_database();
  database.statement_limit = std::chrono::seconds{60};
  auto connection = connect(database);
  const std::string text = read_file(case_file(name, script));
  if (const auto done = connection.run_script(text); text.empty() || !done) {
    std::fprintf(stderr, "%s/%s: %s\n", name.c_str(), script.c_str(),
                 text.empty() ? "missing" : done.error().message.c_str());
    std::abort();
  }
  return database;
}

migrate::RunOptions move_options(const sql::Endpoint& source, const std::string& account) {
  static_cast<void>(TestPlatform::instance().account(account));
  migrate::RunOptions options;
  options.source = address_of(source);
  options.account = account;
  options.execute = true;
  return options;
}

Result<migrate::RunReport> move(const migrate::RunOptions& options) {
  migrate::NoProgress progress;
  return migrate::run_migration(installation(), options, progress);
}

sql::Connection moved_account(const std::string& account) {
  sql::Endpoint endpoint = TestServer::instance().administrator();
  endpoint.database = "acct_" + account + "_2";
  return connect(endpoint);
}

Facts facts_of(sql::Connection& account) { return AccountReader(account).all(); }

void count_fact(Facts& facts, const std::string& key) {
  std::string& count = facts[key];
  count = std::to_string(count.empty() ? 1 : std::stoi(count) + 1);
}

std::string sum_of(const std::string& bytes) { return std::to_string(bytes.size()) + "|" + crypto::sha256_hex(bytes); }

std::string differences(const Facts& expected, const Facts& found) {
  constexpr int most = 15;
  std::string text;
  int count = 0;
  const auto say = [&](const std::string& key, const std::string& wanted, const std::string& is) {
    if (++count <= most)
      text += "\n  " + key + "\n    expected " + shortened(wanted) + "\n    found    " + shortened(is);
  };
  Facts all = expected;
  all.insert(found.begin(), found.end());
  for (const auto& [key, value] : all) {
    const auto wanted = expected.find(key);
    const auto is = found.find(key);
    const std::string left = wanted == expected.end() ? "nothing" : wanted->second;
    const std::string right = is == found.end() ? "nothing" : is->second;
    if (left != right) say(key, left, right);
  }
  return count == 0 ? "" : std::to_string(count) + " facts differ" + text;
}

std::string leaked(sql::Connection& account, const std::vector<std::string>& secrets) {
  std::string text;
  for (const std::string& secret : secrets) {
    const auto found = must(
        account.query("SELECT source_table, source_key FROM kept_aside WHERE content LIKE ?", {"%" + secret + "%"}),
        "kept_aside");
    for (const auto& row : found) text += secret + " in " + row.text(0) + " " + row.text(1) + "\n";
  }
  return text;
}

std::map<std::string, std::uint64_t> asides_of(const migrate::RunReport& report) {
  std::map<std::string, std::uint64_t> lines;
  for (const auto& line : report.asides)
    lines[line.left ? line.table + " (left)" : line.table + ": " + line.reason] += line.rows;
  return lines;
}

}  // namespace slipway::test
