// A profile tried between two databases without rows: the server says whether it understands every statement.
#include "appliance/sql/failure.hpp"
#include "appliance/sql/script.hpp"
#include "migrate/products/aside.hpp"
#include "migrate/products/profile_check.hpp"
#include "migrate/products/transform.hpp"

namespace slipway::migrate {
namespace {

constexpr const char* kManifest = "profile.toml";
constexpr std::size_t kCheckColumns = 3;
constexpr std::size_t kAssessColumns = 4;
constexpr unsigned kWrongNumberOfColumns = 1353;

class Trial {
 public:
  Trial(const Profile& profile, std::string source, std::string target, sql::Connection staging,
        sql::Connection account)
      : profile_(profile),
        source_(std::move(source)),
        target_(std::move(target)),
        staging_(std::move(staging)),
        account_(std::move(account)) {}

  Result<ProfileFaults> all() {
    SLIPWAY_TRY(const Catalog catalog, read_catalog(staging_, source_));
    SLIPWAY_TRY(const StatusMap map, status_map(profile_, {}));
    SLIPWAY_CHECK(write_maps(staging_, map));
    if (!profile_.statuses_query.empty()) SLIPWAY_CHECK(query(profile_.statuses_query, "statuses", 1));
    if (!profile_.outside.query.empty()) SLIPWAY_CHECK(query(profile_.outside.query, "files", 2));
    for (const Counted& counted : profile_.counts) SLIPWAY_CHECK(query(counted.query, "count " + counted.name, 1));
    if (!profile_.assess.empty()) SLIPWAY_CHECK(queries(profile_.assess, kAssessColumns));
    for (const std::string& step : profile_.steps) SLIPWAY_CHECK(run_step(step));
    SLIPWAY_CHECK(queries(profile_.checks, kCheckColumns));
    SLIPWAY_CHECK(keep(catalog));
    return std::move(faults_);
  }

 private:
  [[nodiscard]] std::size_t line(const std::string& what) const {
    const auto found = profile_.lines.find(what);
    return found == profile_.lines.end() ? 0 : found->second;
  }

  /// The server's whole words: there are no rows here that they could quote.
  Status note(sql::Connection& connection, const std::string& file, std::size_t at, const Error& error,
              const std::string& within = "") {
    if (error.code == Code::unavailable) return error;
    std::string text = error.message;
    if (const auto words = connection.query("SHOW ERRORS"); words && !words->empty()) text = words->front().text(2);
    faults_.push_back({file, at, within + text});
    return {};
  }

  Status query(const std::string& text, const std::string& what, std::size_t columns) {
    SLIPWAY_TRY(const std::string filled, fill_in(text, source_, source_));
    return one_query(staging_, filled, kManifest, line(what), columns);
  }

  Status queries(const std::string& file, std::size_t columns) {
    SLIPWAY_TRY(const std::string script, profile_script(profile_, file, source_, target_));
    SLIPWAY_TRY(const auto statements, sql::split_script(script));
    for (const auto& statement : statements)
      SLIPWAY_CHECK(one_query(account_, std::string(statement.text), file, statement.line, columns));
    return {};
  }

  Status one_query(sql::Connection& connection, const std::string& text, const std::string& file, std::size_t at,
                   std::size_t columns) {
    const auto rows = connection.query(text);
    if (!rows) return note(connection, file, at, rows.error());
    if (rows->empty()) return count_columns(text, file, at, columns);
    for (const auto& row : *rows) {
      if (row.size() != columns) {
        faults_.push_back(
            {file, at, "gives " + std::to_string(row.size()) + " columns instead of " + std::to_string(columns)});
        break;
      }
      if (columns == kCheckColumns && !row.is_null(1) && !row.is_null(2) && row.text(1) != row.text(2))
        faults_.push_back({file, at,
                           "'" + row.text(0) + "' finds " + row.text(2) + " instead of " + row.text(1) +
                               " although there are no rows"});
    }
    return {};
  }

  /// Of a query that finds no row only a view says how many columns it has. What a view cannot hold is not judged.
  Status count_columns(const std::string& text, const std::string& file, std::size_t at, std::size_t columns) {
    std::string names;
    for (std::size_t i = 0; i < columns; ++i) names += (i == 0 ? "c" : ", c") + std::to_string(i);
    const auto made = staging_.execute_text("CREATE VIEW slipway_columns (" + names + ") AS " + text);
    if (made) {
      SLIPWAY_CHECK(staging_.execute_text("DROP VIEW slipway_columns"));
    } else if (sql::mysql_errno_of(made.error()) == kWrongNumberOfColumns) {
      faults_.push_back({file, at, "does not give " + std::to_string(columns) + " columns"});
    } else if (made.error().code == Code::unavailable) {
      return made.error();
    }
    return {};
  }

  Status run_step(const std::string& step) {
    NoProgress silent;
    if (step == "content" || step == "values") {
      Status done;
      if (step == "content") {
        const auto report = write_contents(staging_, account_, {}, silent);
        if (!report) done = report.error();
      } else if (const auto count = write_values(staging_, account_); !count) {
        done = count.error();
      }
      return done ? Status{} : note(staging_, kManifest, line("step " + step), done.error(), "step \"" + step + "\": ");
    }
    SLIPWAY_TRY(const std::string script, profile_script(profile_, step, source_, target_));
    SLIPWAY_TRY(const auto statements, sql::split_script(script));
    for (const auto& statement : statements)
      if (const auto done = account_.execute_text(statement.text); !done)
        SLIPWAY_CHECK(note(account_, step, statement.line, done.error()));
    return {};
  }

  Status keep(const Catalog& catalog) {
    for (std::size_t i = 0; i < profile_.asides.size(); ++i) {
      const Aside& aside = profile_.asides[i];
      const Table* table = catalog.find(aside.table);
      if (table == nullptr) continue;
      const auto kept = keep_aside(account_, aside, *table, profile_.title, source_, target_);
      if (!kept) SLIPWAY_CHECK(note(account_, kManifest, line("aside " + std::to_string(i)), kept.error()));
    }
    return {};
  }

  const Profile& profile_;
  std::string source_;
  std::string target_;
  sql::Connection staging_;
  sql::Connection account_;
  ProfileFaults faults_;
};

}  // namespace

Result<ProfileFaults> try_on_empty(const sql::Endpoint& admin, const Profile& profile, const std::string& source,
                                   const std::string& target) {
  sql::Endpoint endpoint = admin;
  endpoint.database = source;
  SLIPWAY_TRY(sql::Connection staging, sql::Connection::open(endpoint));
  endpoint.database = target;
  SLIPWAY_TRY(sql::Connection account, sql::Connection::open(endpoint));
  SLIPWAY_TRY([[maybe_unused]] const auto set, account.execute_text("SET SESSION foreign_key_checks = 0"));
  return Trial(profile, source, target, std::move(staging), std::move(account)).all();
}

}  // namespace slipway::migrate
