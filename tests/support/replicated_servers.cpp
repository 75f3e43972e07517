#include "tests/support/replicated_servers.hpp"

#include <cstdio>
#include <cstdlib>

#include "tests/support/eventually.hpp"
#include "tests/support/peer_server.hpp"

namespace slipway::test {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{120};
constexpr const char* kReplicaUser = "replica";
constexpr const char* kReplicaPassword = "between test servers only";

void demand(bool done, const std::string& what) {
  if (done) return;
  std::fprintf(stderr, "history: %s\n", what.c_str());
  std::abort();
}

void run(sql::Connection& server, const std::string& statement) {
  const auto done = server.execute_text(statement);
  demand(done.has_value(), statement + ": " + (done ? "" : to_text(done.error())));
}

/// Names of prepared transactions.
std::set<std::string> prepared_on(sql::Connection& server) {
  std::set<std::string> names;
  const auto rows = server.query("XA RECOVER");
  demand(rows.has_value(), "XA RECOVER");
  for (const auto& row : *rows) names.insert("'" + row.text(3) + "'");
  return names;
}

/// InnoDB does not write at once that a prepared transaction was rolled back: a server that was killed then has it
/// prepared again, and its locks would hold up what it replicates for ever.
void roll_back_others(sql::Connection& server, const std::set<std::string>& known) {
  run(server, "SET SESSION sql_log_bin = 0");
  for (const std::string& name : prepared_on(server))
    if (!known.contains(name)) run(server, "XA ROLLBACK " + name);
  run(server, "SET SESSION sql_log_bin = 1");
}

}  // namespace

ReplicatedServers::ReplicatedServers(const fs::path& top) : top_(top), repositories_(top / "repositories") {
  primary_.emplace(Member{.number = 1, .port = free_port(), .database = {}});
  start(*primary_);
  auto connection = connect(primary());
  run(connection, std::string("CREATE USER ") + kReplicaUser + " IDENTIFIED BY '" + kReplicaPassword + "'");
  run(connection, std::string("GRANT REPLICATION SLAVE ON *.* TO ") + kReplicaUser);
  archive_from(*primary_);
}

fs::path ReplicatedServers::directory_of(int number) const { return top_ / ("server" + std::to_string(number)); }

void ReplicatedServers::start(Member& member) {
  member.database.emplace(start_logging_server(
      directory_of(member.number), member.number,
      {"--skip-networking=0", "--bind-address=127.0.0.1", "--port=" + std::to_string(member.port), "--relay-log=relay",
       "--slave-parallel-threads=2", "--log-bin-compress-min-len=100", "--event-scheduler=OFF",
       "--innodb-flush-log-at-trx-commit=2", "--innodb-flush-method=nosync", "--slave-net-timeout=5"}));
}

std::string ReplicatedServers::line() {
  demand(eventually(kPatience, [this] { return !archiver_->operator->()->status().line.empty(); }), "no line");
  const std::string now = (*archiver_)->status().line;
  if (line_.empty()) line_ = now;
  demand(now == line_, "the archive began a new line, " + now + " after " + line_);
  return line_;
}

void ReplicatedServers::restart(bool kill) {
  if (kill)
    primary_->database->kill();
  else
    primary_->database->stop();
  primary_->database.reset();
  start(*primary_);
}

void ReplicatedServers::back_up(bool odd, bool incremental) {
  const auto& repository = odd ? repositories_.odd() : repositories_.even();
  std::optional<backup::Manifest> parent;
  if (const auto last = last_.find(repository.name());
      incremental && last != last_.end() && last->second.first == primary_->number)
    parent = last->second.second;
  last_[repository.name()] = {
      primary_->number, take_full(repository, *primary_->database, directory_of(primary_->number), line(), parent)};
}

void ReplicatedServers::replicate(Member& from, Member& to) {
  auto connection = connect(to.database->administrator());
  run(connection, "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = " + std::to_string(from.port) +
                      ", MASTER_USER = '" + kReplicaUser + "', MASTER_PASSWORD = '" + kReplicaPassword +
                      "', MASTER_CONNECT_RETRY = 1, MASTER_USE_GTID = slave_pos");
  run(connection, "START SLAVE");
}

void ReplicatedServers::add_replica(int number) {
  Member member{.number = number, .port = ports_.contains(number) ? ports_[number] : free_port(), .database = {}};
  ports_[number] = member.port;
  // Only the server before this one has a history that this one's log still leads on from.
  const bool known = number == before_ && fs::exists(directory_of(number));
  if (!known) {
    fs::remove_all(directory_of(number));
    std::erase_if(last_, [number](const auto& last) { return last.second.first == number; });
    wait_for_archive();
    auto restored = restore_to(repositories_.all(), "latest", directory_of(number));
    demand(restored.has_value(), "a replica's restore: " + (restored ? "" : to_text(restored.error())));
    restored->server.stop();
  }
  start(member);
  auto connection = connect(member.database->administrator());
  if (known) {
    roll_back_others(connection, prepared_);
    run(connection, "SET GLOBAL gtid_slave_pos = '" + position_of(connection).to_text() + "'");
  }
  replica_.emplace(std::move(member));
  replicate(*primary_, *replica_);
}

void ReplicatedServers::archive_from(Member& member) {
  if (archiver_) static_cast<void>(line());
  archiver_.reset();
  archiver_ = std::make_unique<RunningArchiver>(member.database->administrator(), repositories_.all(), top_ / "spool");
  archived_ = member.number;
}

void ReplicatedServers::hold_replica(bool held) {
  auto connection = connect(replica_->database->administrator());
  run(connection, held ? "STOP SLAVE SQL_THREAD" : "START SLAVE SQL_THREAD");
}

void ReplicatedServers::archive_from_replica() { archive_from(*replica_); }

void ReplicatedServers::wait_for_replica() {
  auto from = connect(primary());
  const std::string position = position_of(from).to_text();
  auto endpoint = replica_->database->administrator();
  endpoint.statement_limit = kPatience;
  auto to = connect(endpoint);
  std::string text;
  for (int attempt = 0; attempt < 60; ++attempt) {  // a change of many rows without a key takes its time there
    const auto row = to.query_one("SELECT MASTER_GTID_WAIT('" + position + "', 5)");
    if (row && row->has_value() && (*row)->integer(0) == 0) return;
    // A replica may have prepared an XA transaction and not say so before the next one of its domain has come.
    run(from, "CREATE DATABASE IF NOT EXISTS desk");
    text.clear();
    const auto status = to.query_one("SHOW SLAVE STATUS");
    for (std::size_t i = 0; status && *status && i < (*status)->size(); ++i)
      text += (*status)->optional_text(i).value_or("NULL") + '|';
    // A MariaDB whose primary was killed, and writes other checksums since, cannot read its own relay log: anew.
    if (text.find("|1594|") == std::string::npos) continue;
    run(to, "STOP SLAVE");
    replicate(*primary_, *replica_);
  }
  demand(false, "the replica does not reach " + position + ": " + text);
}

void ReplicatedServers::promote(bool kill) {
  wait_for_replica();
  if (kill)
    primary_->database->kill();
  else
    primary_->database->stop();
  auto connection = connect(replica_->database->administrator());
  run(connection, "STOP SLAVE");
  run(connection, "RESET SLAVE ALL");
  prepared_ = prepared_on(connection);
  ports_[primary_->number] = primary_->port;
  before_ = primary_->number;
  primary_ = std::move(replica_);
  replica_.reset();
  if (archived_ != primary_->number) archive_from(*primary_);
  static_cast<void>(line());
}

void ReplicatedServers::wait_for_archive() {
  auto connection = connect(primary());
  const auto position = position_of(connection);
  demand((*archiver_)->wait_for(position, kPatience), "the archive does not reach " + position.to_text() +
                                                          ", it is at " + (*archiver_)->status().safe.to_text() + ", " +
                                                          (*archiver_)->status().fault);
}

}  // namespace slipway::test
