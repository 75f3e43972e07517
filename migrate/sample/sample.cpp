#include "migrate/sample/sample.hpp"

#include "appliance/sql/schema.hpp"
#include "migrate/products/content_store.hpp"
#include "migrate/sample/sample_file.hpp"
#include "migrate/sample/sample_text.hpp"

namespace slipway::migrate {
namespace {

using std::chrono::minutes;

constexpr std::array<std::string_view, 5> kTeams{"Support", "Workplace", "Network", "Applications", "Accounts"};
constexpr std::size_t kRowsAtATime = 1000;

/// How far a request has come; each step is one of the moves of B4.
enum class Stage { fresh, opened, in_progress, suspended, resolved, closed };

class Generator {
 public:
  Generator(sql::Connection& db, const SampleOptions& options)
      : db_(db), contents_(db), random_(options.seed), newest_(options.newest), tickets_(options.tickets) {}

  Status run(Progress& progress) {
    people();
    for (std::uint64_t number = 1; number <= tickets_; ++number) {
      SLIPWAY_CHECK(ticket(number));
      if (requests_.size() >= kRowsAtATime) SLIPWAY_CHECK(flush());
      progress.advance(number, 0, tickets_);
    }
    SLIPWAY_CHECK(flush());
    return link_some();
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  template <typename T>
  const T& pick(std::span<const T> from) {
    return from[below(from.size())];
  }

  void people() {
    std::uint64_t id = 0;
    const auto add = [&](const SamplePerson& person, const char* role, const std::string& domain) {
      people_.push_back({++id, person.name, std::string(person.login) + domain, person.login, role,
                         person.french ? "fr" : "en", newest_ - std::chrono::days(500)});
    };
    for (const SamplePerson& person : sample_agents()) add(person, "agent", "@slipway.example");
    for (const SamplePerson& person : sample_requesters()) add(person, "requester", "@harbour.example");
    for (std::size_t i = 0; i < kTeams.size(); ++i)
      teams_.push_back({static_cast<std::uint64_t>(i + 1), kTeams[i], ""});
  }

  std::string filled(std::string_view text, const std::string& person) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t open = std::min(text.find('{', at), text.size());
      result += text.substr(at, open - at);
      if (open == text.size()) break;
      const std::size_t close = text.find('}', open);
      const std::string_view name = text.substr(open + 1, close - open - 1);
      if (name == "device") result += device_;
      if (name == "site") result += site_;
      if (name == "app") result += app_;
      if (name == "person") result += person;
      if (name == "n") result += std::to_string(number_);
      at = close + 1;
    }
    return result;
  }

  Stage stage_for(double age) {
    const std::uint64_t dice = below(100);
    if (age < 0.03) return dice < 45 ? Stage::fresh : dice < 75 ? Stage::opened : Stage::in_progress;
    if (age < 0.15)
      return dice < 12   ? Stage::fresh
             : dice < 35 ? Stage::opened
             : dice < 60 ? Stage::in_progress
             : dice < 78 ? Stage::suspended
                         : Stage::resolved;
    return dice < 2 ? Stage::suspended : dice < 12 ? Stage::resolved : Stage::closed;
  }

  void event(std::uint64_t number, Timestamp at, std::uint64_t actor, const char* kind, std::string before,
             std::string after, std::string detail = {}) {
    events_.push_back({number, at, actor, kind, std::move(before), std::move(after), std::move(detail)});
  }

  Status say(std::uint64_t number, Timestamp at, std::uint64_t author, bool internal, const std::string& body,
             SampleFile file) {
    const std::uint64_t id = ++last_message_;
    messages_.push_back({id, number, author, internal ? "internal" : "public", body, at});
    if (!internal) search_ += body + "\n";
    if (file == SampleFile::none) return {};
    const MadeFile made = make_file(file, random_);
    SLIPWAY_TRY(const std::string hash, contents_.add(made.bytes));
    attachments_.push_back({id, made.name, made.media_type, static_cast<std::uint64_t>(made.bytes.size()), hash});
    return {};
  }

  /// Somebody who speaks the language of the story.
  std::uint64_t speaker(std::span<const SamplePerson> from, bool french) {
    std::uint64_t at = below(from.size());
    while (from[at].french != french) at = (at + 1) % from.size();
    return at;
  }

  Status ticket(std::uint64_t number) {
    const SampleStory& story = pick(sample_stories());
    device_ = pick(sample_devices());
    site_ = pick(sample_sites());
    app_ = pick(sample_apps());
    number_ = 2 + below(38);
    const std::uint64_t who = speaker(sample_requesters(), story.french);
    const std::uint64_t requester = sample_agents().size() + 1 + who;
    const std::uint64_t agent = 1 + speaker(sample_agents(), story.french);
    const std::string person(sample_requesters()[who].name);
    const double age = 1.0 - static_cast<double>(number) / static_cast<double>(tickets_ + 1);
    const Stage stage = stage_for(age);
    search_.clear();
    Timestamp at =
        newest_ -
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::duration<double>(age * 86400 * 400)) -
        minutes(below(30) + 20);
    const Timestamp opened = at;
    const auto later = [&](std::uint64_t most_minutes) {
      return at = std::min(newest_, at + minutes(3 + below(most_minutes)));
    };

    event(number, at, requester, "opened", "", "new");
    SLIPWAY_CHECK(say(number, at, requester, false, filled(story.opening, person), SampleFile::none));
    std::string status = "new";
    const auto move = [&](const char* to, const std::string& reason = {}) {
      event(number, at, agent, "status", status, to, reason);
      status = to;
    };
    if (stage != Stage::fresh) {
      later(90);
      event(number, at, agent, "assignee", "", std::to_string(agent), std::string(sample_agents()[agent - 1].name));
      move("open");
      later(30);
      SLIPWAY_CHECK(say(number, at, agent, false, filled(story.question, person), SampleFile::none));
      later(600);
      SLIPWAY_CHECK(say(number, at, requester, false, filled(story.answer, person), story.file));
    }
    if (stage > Stage::opened) {
      later(200);
      if (stage != Stage::suspended || below(2) == 0) move("in_progress");
      SLIPWAY_CHECK(say(number, at, agent, true, filled(story.note, person), SampleFile::none));
      if (stage == Stage::suspended) move("suspended");
    }
    if (stage >= Stage::resolved) {
      later(900);
      SLIPWAY_CHECK(say(number, at, agent, false, filled(story.solution, person), SampleFile::none));
      move("resolved");
    }
    const std::string reason = story.french ? "Confirmé par le demandeur" : "Confirmed by the requester";
    if (stage == Stage::closed) {
      later(3000);
      SLIPWAY_CHECK(say(number, at, requester, false,
                        story.french ? "C’est réglé, merci beaucoup !" : "That solved it, many thanks!",
                        SampleFile::none));
      move("closed", reason);
    }
    const auto team =
        static_cast<std::uint64_t>(std::find(kTeams.begin(), kTeams.end(), story.team) - kTeams.begin() + 1);
    const std::uint64_t dice = below(100);
    requests_.push_back({number, filled(story.subject, person), status,
                         dice < 6    ? 1
                         : dice < 30 ? 2
                         : dice < 85 ? 3
                                     : 4,
                         requester, stage == Stage::fresh ? sql::Value() : sql::Value(agent), team,
                         stage >= Stage::resolved ? sql::Value(story.kind) : sql::Value(),
                         stage == Stage::closed ? sql::Value(reason) : sql::Value(), opened, at, search_});
    return {};
  }

  Status insert(const char* statement, std::vector<sql::Values>& rows) {
    if (!rows.empty()) SLIPWAY_CHECK(db_.execute_bulk(statement, rows));
    rows.clear();
    return {};
  }

  Status flush() {
    SLIPWAY_CHECK(db_.execute_text("START TRANSACTION"));
    SLIPWAY_CHECK(
        insert("INSERT INTO person (person_id, display_name, email, login, role, language, created_at) VALUES (?, ?, "
               "?, ?, ?, ?, ?)",
               people_));
    SLIPWAY_CHECK(insert("INSERT INTO team (team_id, name, description) VALUES (?, ?, ?)", teams_));
    SLIPWAY_CHECK(
        insert("INSERT INTO request (number, subject, status, severity, requester_id, assignee_id, team_id, solution, "
               "close_reason, created_at, "
               "updated_at, search_text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               requests_));
    SLIPWAY_CHECK(insert(
        "INSERT INTO message (message_id, number, author_id, visibility, body, written_at) VALUES (?, ?, ?, ?, ?, ?)",
        messages_));
    SLIPWAY_CHECK(contents_.flush());
    SLIPWAY_CHECK(insert(
        "INSERT INTO attachment (message_id, file_name, media_type, size_bytes, content_hash) VALUES (?, ?, ?, ?, ?)",
        attachments_));
    SLIPWAY_CHECK(
        insert("INSERT INTO request_event (number, happened_at, actor_id, kind, old_value, new_value, detail) VALUES "
               "(?, ?, ?, ?, ?, ?, ?)",
               events_));
    SLIPWAY_CHECK(db_.execute_text("COMMIT"));
    return {};
  }

  Status link_some() {
    SLIPWAY_CHECK(db_.execute(
        "INSERT INTO request_link (number, kind, target_number) SELECT number, 'refers_to', number - 9 FROM request "
        "WHERE number % 17 = 0 AND number > 9"));
    SLIPWAY_CHECK(
        db_.execute("INSERT INTO request_watcher (number, person_id, role) SELECT number, 1 + number % 9, 'agent_copy' "
                    "FROM request WHERE number % 5 = 0"));
    return {};
  }

  sql::Connection& db_;
  ContentWriter contents_;
  std::mt19937_64 random_;
  Timestamp newest_;
  std::uint64_t tickets_;
  std::uint64_t last_message_ = 0;
  std::string_view device_, site_, app_;
  std::uint64_t number_ = 0;
  std::string search_;
  std::vector<sql::Values> people_, teams_, requests_, messages_, attachments_, events_;
};

}  // namespace

Status make_sample(const sql::Endpoint& target, const SampleOptions& options, Progress& progress) {
  progress.begin("make the sample");
  SLIPWAY_TRY(sql::Connection db, sql::Connection::open(target));
  SLIPWAY_TRY(const auto tables,
              db.query_one("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()"));
  if (tables->integer(0) > 0)
    return Error{Code::conflict, "database '" + target.database + "': is not empty", "name an empty database"};
  SLIPWAY_TRY([[maybe_unused]] const auto schema, sql::upgrade_schema(db, sql::account_schema()));
  return Generator(db, options).run(progress);
}

}  // namespace slipway::migrate
