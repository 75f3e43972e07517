#include "services/site/site_store.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace slipway::site {
namespace {

/// Columns of SHOW SLAVE STATUS; the same ones since MariaDB 10.5, and what is added comes behind.
constexpr std::size_t kSourceHost = 1;
constexpr std::size_t kSourcePort = 3;
constexpr std::size_t kReceivedFile = 5;
constexpr std::size_t kReceivedTo = 6;
constexpr std::size_t kAppliedFile = 9;
constexpr std::size_t kReceiving = 10;
constexpr std::size_t kApplying = 11;
constexpr std::size_t kAppliedTo = 21;
constexpr std::size_t kReceiveErrorNumber = 34;
constexpr std::size_t kReceiveError = 35;
constexpr std::size_t kApplyErrorNumber = 36;
constexpr std::size_t kApplyError = 37;
constexpr std::size_t kApplyState = 49;
constexpr std::size_t kColumns = 50;

constexpr std::string_view kNothingToApply = "Slave has read all relay log; waiting for more updates";

std::string text_of(const sql::Row& row, std::size_t column) { return row.optional_text(column).value_or(""); }

Result<std::optional<Replica>> look_at_replica(sql::Connection& server) {
  SLIPWAY_TRY(const auto row, server.query_one("SHOW SLAVE STATUS"));
  if (!row) return std::optional<Replica>();
  if (row->size() < kColumns)
    return Error{Code::unsupported,
                 "database server " + server.server_version() + ": says less of replication than it should",
                 "the server has to be MariaDB 10.5 or newer"};
  // Workers that apply have tasks of their own beside the thread that hands them out.
  SLIPWAY_TRY(const auto busy,
              server.query_one("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE COMMAND = 'Slave_worker' AND "
                               "STATE <> 'Waiting for work from SQL thread'"));
  Replica replica;
  replica.source = {text_of(*row, kSourceHost), static_cast<std::uint16_t>(row->natural(kSourcePort))};
  replica.receiving = text_of(*row, kReceiving) != "No";
  replica.connected = text_of(*row, kReceiving) == "Yes";
  replica.applying = text_of(*row, kApplying) == "Yes";
  replica.idle = replica.applying && text_of(*row, kApplyState) == kNothingToApply && busy->integer(0) == 0;
  replica.applied_all = replica.idle && text_of(*row, kReceivedFile) == text_of(*row, kAppliedFile) &&
                        row->natural(kReceivedTo) == row->natural(kAppliedTo);
  replica.applied = text_of(*row, kAppliedFile) + ":" + text_of(*row, kAppliedTo);
  const bool cannot_apply = row->integer(kApplyErrorNumber) != 0;
  replica.cannot_apply = cannot_apply;
  replica.fault_number = static_cast<int>(row->integer(cannot_apply ? kApplyErrorNumber : kReceiveErrorNumber));
  replica.fault = text_of(*row, cannot_apply ? kApplyError : kReceiveError);
  return std::optional(replica);
}

std::uint64_t number_in(const std::string& text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Status look_at_standbys(sql::Connection& server, DatabaseFacts& facts) {
  SLIPWAY_TRY(const auto rows, server.query("SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_%'"));
  for (const sql::Row& row : rows) {
    const std::string& name = row.text(0);
    const std::string& value = row.text(1);
    if (name.ends_with("_clients")) facts.standbys = static_cast<int>(number_in(value));
    if (name.ends_with("master_status")) facts.waiting_works = value == "ON";
    if (name.ends_with("_wait_sessions")) facts.waiting = static_cast<int>(number_in(value));
    if (name.ends_with("_yes_tx")) facts.confirmed = number_in(value);
  }
  SLIPWAY_TRY(const auto uptime, server.query_one("SHOW GLOBAL STATUS LIKE 'Uptime'"));
  facts.uptime_s = number_in(uptime->text(1));
  if (facts.standbys == 0) return {};
  SLIPWAY_TRY(const auto sent, server.query_one("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE COMMAND = "
                                                "'Binlog Dump' AND STATE LIKE 'Master has sent all binlog to slave%'"));
  facts.all_sent = sent->integer(0) > 0;
  return {};
}

enum class Whom {
  busy,            ///< that write or are at work
  administrators,  ///< whom the server lets write at any time
  all
};

std::string_view condition_of(Whom whom) {
  switch (whom) {
    case Whom::busy:
      return " AND (COMMAND <> 'Sleep' OR ID IN (SELECT trx_mysql_thread_id FROM information_schema.INNODB_TRX))";
    case Whom::administrators:
      return " AND USER = 'root'";
    case Whom::all:
      return "";
  }
  return "";
}

/// Ends sessions of clients; not this one, and none of replication.
Status end_sessions(sql::Connection& server, Whom whom) {
  SLIPWAY_TRY(const auto sessions,
              server.query(std::string("SELECT ID FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND "
                                       "USER NOT IN ('system user', 'event_scheduler') AND COMMAND NOT IN ('Binlog "
                                       "Dump', 'Daemon')")
                               .append(condition_of(whom))));
  for (const sql::Row& row : sessions) {
    const auto ended = server.execute_text("KILL HARD CONNECTION " + std::to_string(row.natural(0)));
    if (!ended && ended.error().code == Code::unavailable) return ended.error();  // it has ended by itself otherwise
  }
  return {};
}

/// Quoted by the server itself: statements about replication take no parameters.
Result<std::string> literal(sql::Connection& server, std::string_view text) {
  SLIPWAY_TRY(const auto row, server.query_one("SELECT QUOTE(?)", {text}));
  return row->text(0);
}

Status run(sql::Connection& server, std::string_view statement) {
  const auto outcome = server.execute_text(statement);
  if (!outcome) return outcome.error();
  return {};
}

Status keeps_what_it_received(sql::Connection& server) {
  SLIPWAY_TRY(const auto recovery, server.query_one("SELECT @@global.relay_log_recovery"));
  if (recovery->boolean(0))
    return Error{Code::unsupported,
                 "relay_log_recovery is on: with each start the server would throw away what it has confirmed to the "
                 "other site and not applied yet",
                 "set relay_log_recovery = 0 in the configuration of the database server, and restart it"};
  return {};
}

}  // namespace

/// A GRANT waits for the standby as every commit does, and holds the lock of all privileges meanwhile: while commits
/// wait, nothing here may read a table, nor a status variable that counts privileges (information_schema.GLOBAL_STATUS
/// reads them all).
Result<DatabaseFacts> look(sql::Connection& server) {
  SLIPWAY_TRY(const auto row, server.query_one("SELECT @@global.read_only, @@global.rpl_semi_sync_master_enabled, "
                                               "@@global.gtid_current_pos"));
  DatabaseFacts facts;
  facts.runs = true;
  facts.read_only = row->boolean(0);
  facts.waits_for_standby = row->boolean(1);
  facts.position = row->optional_text(2).value_or("");
  SLIPWAY_CHECK(look_at_standbys(server, facts));
  // A server whose commits wait has nothing to undo: they stop waiting before that begins.
  if (!facts.waits_for_standby) {
    const auto undoing = server.query_one("SELECT COUNT(*) FROM slipway.site_undo");
    if (!undoing && undoing.error().code != Code::not_found) return undoing.error();
    facts.half_undone = undoing && (*undoing)->integer(0) > 0;
  }
  SLIPWAY_TRY(facts.replica, look_at_replica(server));
  return facts;
}

Status stop_writes(sql::Connection& server, bool at_once) {
  SLIPWAY_CHECK(run(server, "SET SESSION lock_wait_timeout = 1"));
  if (at_once) SLIPWAY_CHECK(end_sessions(server, Whom::busy));
  auto stopped = run(server, "SET GLOBAL read_only = 1");
  if (!stopped && stopped.error().code == Code::timeout) {
    SLIPWAY_CHECK(end_sessions(server, Whom::all));
    stopped = run(server, "SET GLOBAL read_only = 1");
  }
  SLIPWAY_CHECK(std::move(stopped));
  return end_sessions(server, Whom::administrators);
}

Status allow_writes(sql::Connection& server) { return run(server, "SET GLOBAL read_only = 0"); }

Status wait_for_standby(sql::Connection& server) {
  // The server's own limit would end the waiting behind the agent's back.
  SLIPWAY_CHECK(run(server, "SET GLOBAL rpl_semi_sync_master_timeout = 4294967295"));
  SLIPWAY_CHECK(run(server, "SET GLOBAL rpl_semi_sync_master_wait_no_slave = 1"));
  SLIPWAY_CHECK(run(server, "SET GLOBAL rpl_semi_sync_master_wait_point = 'AFTER_SYNC'"));
  return run(server, "SET GLOBAL rpl_semi_sync_master_enabled = 1");
}

Status stop_waiting(sql::Connection& server) { return run(server, "SET GLOBAL rpl_semi_sync_master_enabled = 0"); }

Status follow(sql::Connection& server, const Address& source, const ReplicationUser& user) {
  SLIPWAY_CHECK(keeps_what_it_received(server));
  SLIPWAY_TRY(const std::string host, literal(server, source.host));
  SLIPWAY_TRY(const std::string name, literal(server, user.name));
  SLIPWAY_TRY(const std::string password, literal(server, user.password.reveal()));
  SLIPWAY_TRY(const std::string ca, literal(server, user.ca_file));
  SLIPWAY_CHECK(run(server, "STOP SLAVE"));
  SLIPWAY_CHECK(run(server, "SET GLOBAL gtid_slave_pos = @@global.gtid_current_pos"));
  SLIPWAY_CHECK(run(server, "SET GLOBAL rpl_semi_sync_slave_enabled = 1"));
  // A link that is cut says nothing: silence of four beats is taken for that.
  SLIPWAY_CHECK(run(server, "SET GLOBAL slave_net_timeout = 4"));
  const std::string tls = user.ca_file.empty()
                              ? "MASTER_SSL = 0"
                              : "MASTER_SSL = 1, MASTER_SSL_VERIFY_SERVER_CERT = 1, MASTER_SSL_CA = " + ca;
  SLIPWAY_CHECK(
      run(server, "CHANGE MASTER TO MASTER_HOST = " + host + ", MASTER_PORT = " + std::to_string(source.port) +
                      ", MASTER_USER = " + name + ", MASTER_PASSWORD = " + password + ", " + tls +
                      ", MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1, MASTER_HEARTBEAT_PERIOD = 1"));
  return run(server, "START SLAVE");
}

Status stop_receiving(sql::Connection& server) { return run(server, "STOP SLAVE IO_THREAD"); }

Status start_applying(sql::Connection& server) {
  SLIPWAY_CHECK(keeps_what_it_received(server));
  return run(server, "START SLAVE SQL_THREAD");
}

Status forget_source(sql::Connection& server) {
  SLIPWAY_CHECK(run(server, "STOP SLAVE"));
  SLIPWAY_CHECK(run(server, "SET GLOBAL rpl_semi_sync_slave_enabled = 0"));
  return run(server, "RESET SLAVE ALL");
}

Status probe(sql::Connection& server, const std::string& site, Timestamp now) {
  const auto written = server.execute(
      "INSERT INTO slipway.site_probe (site, probed_at) VALUES (?, ?) ON DUPLICATE KEY UPDATE probed_at = "
      "VALUES(probed_at)",
      {site, now});
  if (!written) return written.error();
  return {};
}

Status record_epoch(sql::Connection& server, const EpochRecord& epoch) {
  const auto written = server.execute(
      "INSERT IGNORE INTO slipway.site_epoch (epoch, site, began_at, position, cause) VALUES (?, ?, ?, ?, ?)",
      {epoch.epoch, epoch.site, epoch.began_at, epoch.position, epoch.cause});
  if (!written) return written.error();
  return {};
}

Status record_order(sql::Connection& server, const std::string& site, const OrderRecord& order) {
  const auto written = server.execute(
      "INSERT IGNORE INTO slipway.site_order (ordered_at, site, kind, ordered_by, because, seen_epoch, accepts_loss) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)",
      {order.at, site, order.kind, order.by, order.because, order.seen_epoch, order.accepts_loss});
  if (!written) return written.error();
  return {};
}

Result<std::vector<EpochRecord>> recorded_epochs(sql::Connection& server, unsigned limit) {
  SLIPWAY_TRY(const auto rows, server.query("SELECT epoch, site, began_at, position, cause FROM slipway.site_epoch "
                                            "ORDER BY epoch DESC LIMIT ?",
                                            {limit}));
  std::vector<EpochRecord> epochs;
  for (const sql::Row& row : rows)
    epochs.push_back({row.natural(0), row.text(1), row.time(2), row.text(3), row.text(4)});
  return epochs;
}

Result<bool> takes_writes(sql::Connection& server) {
  SLIPWAY_TRY(const auto row, server.query_one("SELECT @@global.read_only"));
  return !row->boolean(0);
}

Result<std::string> begin_as_copy(sql::Connection& server) {
  SLIPWAY_TRY(const auto row, server.query_one("SELECT @@global.gtid_slave_pos, @@global.gtid_binlog_pos"));
  std::string position = text_of(*row, 0);
  if (position.empty()) position = text_of(*row, 1);
  if (position.empty())
    return Error{Code::corrupt, "restored server: does not know up to which transaction it was restored",
                 "choose another backup: slipway backup list"};
  SLIPWAY_TRY(const std::string quoted, literal(server, position));
  SLIPWAY_CHECK(run(server, "STOP SLAVE"));
  SLIPWAY_CHECK(run(server, "RESET SLAVE ALL"));
  SLIPWAY_CHECK(run(server, "RESET MASTER"));
  SLIPWAY_CHECK(run(server, "SET GLOBAL gtid_slave_pos = " + quoted));
  return position;
}

}  // namespace slipway::site
