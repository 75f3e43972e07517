#include "tests/support/server_history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "services/backup/log_line.hpp"
#include "tests/support/eventually.hpp"

namespace slipway::test {
namespace {

constexpr std::chrono::seconds kPatience{60};

sql::Connection open_session(const sql::Endpoint& server) {
  auto connection = connect(server);
  for (const char* limit : {"SET SESSION innodb_lock_wait_timeout = 1", "SET SESSION lock_wait_timeout = 2"})
    static_cast<void>(connection.execute_text(limit).has_value());
  return connection;
}

/// What a crash leaves either whole or undone, in the tables and in the log alike; the server promises that for these.
bool atomic_in_crashes(const std::string& definition) {
  return definition.find("SELECT") == std::string::npos && definition.find("OR REPLACE") == std::string::npos &&
         definition.find("TRUNCATE") == std::string::npos && definition.find("OPTIMIZE") == std::string::npos;
}

}  // namespace

ServerHistory::ServerHistory(const std::filesystem::path& top, const HistoryPlan& plan)
    : plan_(plan), random_(plan.seed), servers_(top), repositories_(servers_.repositories().all()) {}

void ServerHistory::open() { session_.emplace(open_session(servers_.primary())); }

bool ServerHistory::attempt(sql::Connection& server, const std::string& statement) {
  const auto outcome = server.execute_text(statement);
  ++(outcome ? done_ : refused_);
  if (!outcome && outcome.error().code == Code::unavailable)
    std::cerr << statement.substr(0, 300) << ": " << to_text(outcome.error()) << "\n";
  if (std::getenv("SLIPWAY_HISTORY_TRACE") != nullptr)
    std::cerr << "  " << statement.substr(0, 150) << (outcome ? "" : "  -- " + outcome.error().message.substr(0, 100))
              << "\n";
  return outcome.has_value();
}

void ServerHistory::attempt_all(const Statements& statements) {
  for (const std::string& statement : statements) attempt(*session_, statement);
  // What a refused statement may have left open.
  attempt(*session_, "ROLLBACK");
}

void ServerHistory::several_sessions() {
  std::vector<std::thread> threads;
  const auto endpoint = servers_.primary();
  for (std::uint64_t n = 2 + random_.pick(2); n > 0; --n)
    threads.emplace_back([this, &endpoint, seed = random_.pick(1U << 31U)] {
      HistoryStatements own(seed);
      auto connection = open_session(endpoint);
      for (std::uint64_t turns = 3 + own.pick(8); turns > 0; --turns) {
        for (const std::string& statement : own.transaction(true)) attempt(connection, statement);
        attempt(connection, "ROLLBACK");
        if (own.once_in(6)) attempt(connection, own.table_definition());
      }
    });
  for (auto& thread : threads) thread.join();
}

void ServerHistory::other_domain() {
  std::thread beside([this, endpoint = servers_.primary(), turns = 1 + random_.pick(5)] {
    auto connection = open_session(endpoint);
    attempt(connection, "SET SESSION gtid_domain_id = 1");
    for (std::uint64_t turn = 0; turn < turns; ++turn) {
      attempt(connection, "INSERT INTO side.t (a, b) SELECT seq, RAND() FROM side.seq_1_to_20");
      attempt(connection, "UPDATE side.t SET a = a + 1 WHERE id % 7 = 3");
      attempt(connection, "DELETE FROM side.t WHERE id % 11 = 3");
    }
  });
  attempt_all(random_.transaction(false));
  beside.join();
}

/// An XA transaction of a session of its own; at times it is left prepared.
void ServerHistory::distributed() {
  if (!left_prepared_.empty() && random_.once_in(2)) return settle_distributed();
  const int number = ++distributed_;
  const std::string id = "'x" + std::to_string(number) + "'";
  const std::string first = std::to_string(number * 100);
  auto connection = open_session(servers_.primary());
  attempt(connection, "XA START " + id);
  attempt(connection, "INSERT INTO xa.t SELECT " + first + " + seq, RAND() FROM xa.seq_1_to_" +
                          std::to_string(1 + random_.pick(20)));
  attempt(connection, "UPDATE xa.t SET text = 'changed' WHERE id BETWEEN " + first + " + 1 AND " + first + " + 3");
  attempt(connection, "XA END " + id);
  const auto kind = random_.pick(6);
  if (kind == 0) {
    attempt(connection, "XA COMMIT " + id + " ONE PHASE");
  } else if (kind == 1) {
    attempt(connection, "XA ROLLBACK " + id);
  } else {
    attempt(connection, "XA PREPARE " + id);
    if (kind == 2) attempt(connection, "XA ROLLBACK " + id);
    if (kind == 3) attempt(connection, "XA COMMIT " + id);
    if (kind > 3) left_prepared_.push_back(id);
  }
}

void ServerHistory::settle_distributed() {
  const auto which = random_.pick(left_prepared_.size());
  const std::string id = left_prepared_[which];
  const std::string statement = (random_.once_in(3) ? "XA ROLLBACK " : "XA COMMIT ") + id;
  // The session that prepared it may not have ended yet.
  EXPECT_TRUE(eventually(kPatience, [&] { return session_->execute_text(statement).has_value(); })) << statement;
  left_prepared_.erase(left_prepared_.begin() + static_cast<std::ptrdiff_t>(which));
}

void ServerHistory::settings() {
  static const Statements kSettings{"SET GLOBAL binlog_checksum = NONE",
                                    "SET GLOBAL binlog_checksum = CRC32",
                                    "SET GLOBAL log_bin_compress = ON",
                                    "SET GLOBAL log_bin_compress = OFF",
                                    "SET GLOBAL binlog_alter_two_phase = ON",
                                    "SET GLOBAL binlog_alter_two_phase = OFF",
                                    "SET GLOBAL binlog_row_image = MINIMAL",
                                    "SET GLOBAL binlog_row_image = FULL",
                                    "FLUSH LOGS",
                                    "FLUSH BINARY LOGS",
                                    "FLUSH TABLES"};
  attempt(*session_, kSettings[random_.pick(kSettings.size())]);
  // Sessions have their own copies of some.
  open();
  attempt_all(random_.transaction(true));
}

/// SETVAL commits into the binary log and leaves its page in memory until somebody else commits: a server that is
/// killed before that has forgotten it.
void ServerHistory::settle_sequences() {
  const auto settled = session_->execute_text("FLUSH NO_WRITE_TO_BINLOG ENGINE LOGS");
  ASSERT_TRUE(settled.has_value()) << to_text(settled.error());
}

void ServerHistory::restart() {
  settle_sequences();
  session_.reset();
  servers_.restart(random_.once_in(2));
  open();
  forget_resurrected();
}

/// InnoDB does not write at once that a prepared transaction was rolled back, so a server that is killed then has it
/// prepared again, whatever its binary log says.
void ServerHistory::forget_resurrected() {
  const auto prepared = session_->query("XA RECOVER");
  ASSERT_TRUE(prepared.has_value()) << to_text(prepared.error());
  ASSERT_TRUE(session_->execute_text("SET SESSION sql_log_bin = 0").has_value());
  for (const auto& row : *prepared) {
    const std::string id = "'" + row.text(3) + "'";
    if (std::ranges::find(left_prepared_, id) != left_prepared_.end()) continue;
    EXPECT_TRUE(session_->execute_text("XA ROLLBACK " + id).has_value()) << id;
  }
  ASSERT_TRUE(session_->execute_text("SET SESSION sql_log_bin = 1").has_value());
}

void ServerHistory::kill_under_load() {
  std::vector<std::thread> threads;
  std::atomic<bool> dead{false};
  const int until = done_ + 5 + static_cast<int>(random_.pick(80));
  for (int n = 0; n < 2; ++n)
    threads.emplace_back(
        [this, &dead, seed = random_.pick(1U << 31U), connection = open_session(servers_.primary())]() mutable {
          HistoryStatements own(seed);
          while (!dead) {
            for (const std::string& statement : own.transaction(false))
              if (const auto outcome = connection.execute_text(statement))
                ++done_;
              else if (outcome.error().code == Code::unavailable)
                return;
            if (!own.once_in(4)) continue;
            const std::string definition = own.table_definition();
            if (atomic_in_crashes(definition)) static_cast<void>(connection.execute_text(definition).has_value());
          }
        });
  EXPECT_TRUE(eventually(kPatience, [&] { return done_ >= until; }));
  servers_.kill_primary();
  dead = true;
  for (auto& thread : threads) thread.join();
  session_.reset();
  servers_.restart(true);
  open();
  forget_resurrected();
}

void ServerHistory::wait_for_next_second() {
  const auto second = [] { return std::chrono::system_clock::now().time_since_epoch() / std::chrono::seconds(1); };
  const auto now = second();
  EXPECT_TRUE(eventually(std::chrono::seconds(5), [&] { return second() > now; }));
}

void ServerHistory::promote() {
  const bool kill = random_.once_in(2);
  const Picture before = picture_of(*session_);
  settle_sequences();
  session_.reset();
  servers_.promote(kill);
  open();
  ++promotions_;
  EXPECT_EQ(difference(before, picture_of(*session_)), "") << "the replica differs from its primary";
}

/// What comes at its time: backups, a replica, a promotion.
void ServerHistory::planned(int number) {
  if (number % plan_.backup_every == 0) {
    doing_ = "backup";
    const bool odd = random_.once_in(2);
    const bool incremental = random_.once_in(2);
    // A transaction is under way meanwhile.
    std::thread beside([this, endpoint = servers_.primary(), seed = random_.pick(1U << 31U)] {
      HistoryStatements own(seed);
      auto connection = open_session(endpoint);
      for (int turn = 0; turn < 5; ++turn) {
        for (const std::string& statement : own.transaction(false)) attempt(connection, statement);
        attempt(connection, "ROLLBACK");
      }
    });
    servers_.back_up(odd, incremental);
    beside.join();
    remember();
  }
  const int half = plan_.promote_every / 2;
  if (number % plan_.promote_every == half) {
    doing_ = "a replica is added";
    const int own = servers_.primary_number();
    const int other = 1 + static_cast<int>(random_.pick(3));
    servers_.add_replica(other == own ? 1 + other % 3 : other);
  }
  if (number % plan_.promote_every == plan_.promote_every - 3 && servers_.has_replica() && random_.once_in(2)) {
    doing_ = "the replica is archived";
    servers_.archive_from_replica();
  }
  if (number % plan_.promote_every == plan_.promote_every - 1 && servers_.has_replica()) {
    doing_ = "promotion";
    promote();
    remember();
  }
  if (number == plan_.steps / 3) {
    doing_ = "large";
    attempt_all(random_.large(plan_.large_bytes));
    remember();
    attempt_all({"TRUNCATE TABLE desk.big"});
    remember();
  }
}

void ServerHistory::ordinary() {
  struct Kind {
    const char* name;
    unsigned weight;
    std::function<void()> run;
  };
  const std::vector<Kind> kinds{
      {"transactions", 8, [this] { attempt_all(random_.transaction(true)); }},
      {"definition", 6,
       [this] {
         attempt_all({random_.table_definition(), random_.change(true)});
       }},
      {"other definition", 6, [this] { attempt_all(random_.other_definition()); }},
      {"several sessions", 3, [this] { several_sessions(); }},
      {"failure", 2, [this] { attempt_all(random_.failure()); }},
      {"XA", 4, [this] { distributed(); }},
      {"other domain", 2, [this] { other_domain(); }},
      {"setting", 3, [this] { settings(); }},
      {"restart", 1, [this] { restart(); }},
      {"kill under load", 1, [this] { kill_under_load(); }},
      {"some megabytes", 1, [this] { attempt_all(random_.large(1 + random_.pick(2'000'000))); }}};
  unsigned all = 0;
  for (const Kind& kind : kinds) all += kind.weight;
  auto chosen = random_.pick(all);
  for (const Kind& kind : kinds) {
    if (chosen < kind.weight) {
      doing_ = kind.name;
      ++kinds_[doing_];
      return kind.run();
    }
    chosen -= kind.weight;
  }
}

void ServerHistory::remember() {
  Moment moment{position_of(*session_), picture_of(*session_), doing_};
  const std::string position = moment.position.to_text();
  const auto [at, fresh] = moments_.try_emplace(position, std::move(moment));
  if (!fresh) {
    EXPECT_EQ(difference(at->second.picture, picture_of(*session_)), "")
        << "changed without a transaction in the log, after " << position << ", by " << doing_;
  }
}

void ServerHistory::run() {
  open();
  attempt_all(HistoryStatements::schema());
  doing_ = "schema";
  remember();
  for (int number = 0; number < plan_.steps; ++number) {
    planned(number);
    ordinary();
    if (std::getenv("SLIPWAY_HISTORY_TRACE") != nullptr)
      std::cerr << "step " << number << " at " << to_iso8601(SystemClock().now()).substr(14, 9) << ": " << doing_
                << ", " << position_of(*session_).to_text() << "\n";
    remember();
    if (random_.once_in(4)) wait_for_next_second();
    if (::testing::Test::HasFailure()) break;
  }
  servers_.wait_for_archive();
  static_cast<void>(servers_.line());
  servers_.archiver().stop();
  read_archive();
}

void ServerHistory::read_archive() {
  const auto& odd = servers_.repositories().odd();
  const std::string line = servers_.line();
  const auto numbers = backup::segments_of(odd, line);
  ASSERT_TRUE(numbers.has_value());
  for (const auto number : *numbers) {
    auto opener = odd.open_sealed(backup::segment_name(line, number));
    ASSERT_TRUE(opener.has_value()) << to_text(opener.error());
    const auto note = [this](const backup::Group& group) -> Status {
      groups_.push_back(group);
      return {};
    };
    const auto read = backup::read_segment(*opener, {.event = {}, .group = note}, false);
    ASSERT_TRUE(read.has_value()) << to_text(read.error());
  }
}

std::string ServerHistory::counts() const {
  std::string text = std::to_string(done_) + " statements, " + std::to_string(refused_) + " refused, " +
                     std::to_string(groups_.size()) + " groups, " + std::to_string(moments_.size()) + " moments, " +
                     std::to_string(promotions_) + " promotions";
  for (const auto& [kind, times] : kinds_) text += ", " + std::to_string(times) + " " + kind;
  return text;
}

}  // namespace slipway::test
