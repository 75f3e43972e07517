#include "appliance/sql/binlog_stream.hpp"

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>

// After mysql.h, on which it depends.
#include <mariadb_rpl.h>
#include <sys/socket.h>

#include <atomic>

#include "appliance/sql/connection_state.hpp"

namespace slipway::sql {
namespace {

constexpr unsigned char kPlainPacket = 0x00;
constexpr unsigned char kSemiSyncMark = 0xef;
constexpr unsigned kSilenceInHeartbeats = 20;
constexpr std::uint16_t kSendAnnotations = MARIADB_RPL_BINLOG_SEND_ANNOTATE_ROWS;

struct CloseStream {
  void operator()(MARIADB_RPL* stream) const {
    // Only its memory: the session is closed by its owner.
    mariadb_rpl_close(stream);
  }
};

Status check_server(Connection& connection) {
  SLIPWAY_TRY(const auto row, connection.query_one("SELECT @@log_bin, @@binlog_format"));
  const std::string& server = connection.endpoint().describe();
  if (row->text(0) != "1")
    return Error{Code::unsupported, server + ": writes no binary log", "start the server with log_bin"};
  if (row->text(1) != "ROW")
    return Error{Code::unsupported, server + ": binlog_format is " + row->text(1) + ", so replaying is not exact",
                 "SET GLOBAL binlog_format = ROW, and in its configuration"};
  return {};
}

/// Numbers and texts of ours alone: a position consists of digits, hyphens and commas.
Status set_up(Connection& connection, const BinlogStart& start) {
  const auto set = [&](const std::string& statement) -> Status {
    SLIPWAY_CHECK(connection.execute_text(statement));
    return {};
  };
  SLIPWAY_CHECK(set("SET @master_binlog_checksum = @@global.binlog_checksum"));
  SLIPWAY_CHECK(set("SET @mariadb_slave_capability = 4"));
  SLIPWAY_CHECK(set("SET @slave_gtid_strict_mode = 1"));
  SLIPWAY_CHECK(set("SET @slave_gtid_ignore_duplicates = 0"));
  SLIPWAY_CHECK(set("SET @slave_connect_state = '" + start.after.to_text() + "'"));
  SLIPWAY_CHECK(set("SET @master_heartbeat_period = " + std::to_string(start.heartbeat.count() * 1'000'000)));
  if (start.acknowledges) SLIPWAY_CHECK(set("SET @rpl_semi_sync_slave = 1"));
  return set("SET max_statement_time = 0");
}

Error meaning_of(unsigned number, const std::string& text, const std::string& server, const BinlogStart& start) {
  const std::string after = start.after.empty() ? "the beginning" : start.after.to_text();
  const auto says = [&](const char* words) { return text.find(words) != std::string::npos; };
  if (number == ER_MASTER_FATAL_ERROR_READING_BINLOG) {
    if (says("same server_id") || says("same server id"))
      return {Code::in_use, server + ": another reader came with server id " + std::to_string(start.server),
              "give each replica and each backup agent an id of its own"};
    if (says("purged") || says("not find GTID state") || says("Could not find"))
      return {Code::not_found, server + ": no longer has the binary log after " + after,
              "a new full backup closes the gap; keep the server's log longer (binlog_expire_logs_seconds)"};
    if (says("not in the master's binlog") || says("diverge") || says("since the slave"))
      return {Code::conflict, server + ": its history does not hold " + after,
              "it was restored, or is another server; a new full backup begins a new line of the log"};
    return {Code::conflict, server + ": refuses to send its binary log after " + after + ": " + text.substr(0, 300)};
  }
  if (number == ER_ACCESS_DENIED_ERROR || number == ER_SPECIFIC_ACCESS_DENIED_ERROR)
    return {Code::permission, server + ": the binary log may not be read",
            "GRANT REPLICATION SLAVE ON *.* TO the user"};
  return {Code::unavailable,
          server + ": the binary log ended: " + (text.empty() ? "connection lost" : text.substr(0, 300))};
}

}  // namespace

struct BinlogStream::State {
  State(Connection session, BinlogStart begin) : connection(std::move(session)), start(std::move(begin)) {}

  Connection connection;
  BinlogStart start;
  std::unique_ptr<MARIADB_RPL, CloseStream> stream;
  LogPlace place;
  bool checksummed = false;
  std::atomic<bool> interrupted{false};

  [[nodiscard]] Error failure() {
    MYSQL* const handle = connection.handle();
    const std::string server = connection.endpoint().describe();
    if (interrupted) return {Code::unavailable, server + ": reading of the binary log was interrupted"};
    return meaning_of(mysql_errno(handle), mysql_error(handle), server, start);
  }

  [[nodiscard]] Status note(const EventView& event) {
    if (event.type == EventType::format_description) {
      SLIPWAY_TRY(checksummed, has_checksums(event));
    }
    // A description that was made up for us was not summed anew.
    if (checksummed && event.type != EventType::format_description && !checksum_holds(event))
      return Error{Code::corrupt, "binary log '" + place.file + "': checksum of the event that ends at " +
                                      std::to_string(event.end_position) + " differs"};
    if (event.type == EventType::rotate) {
      // The first one comes before the description that would tell: with its sum taken for a part of the file's name,
      // every acknowledgement would lie behind all that is in that file.
      SLIPWAY_TRY(place, read_rotate(event, checksum_holds(event)));
    } else if (!event.artificial()) {
      place.position = event.end_position;
    }
    return {};
  }
};

BinlogStream::BinlogStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
BinlogStream::BinlogStream(BinlogStream&&) noexcept = default;
BinlogStream& BinlogStream::operator=(BinlogStream&&) noexcept = default;
BinlogStream::~BinlogStream() = default;

Result<BinlogStream> BinlogStream::open(const Endpoint& endpoint, const BinlogStart& start) {
  if (start.acknowledges && endpoint.socket.empty())
    return Error{Code::unsupported, endpoint.describe() + ": acknowledging needs the server's UNIX socket",
                 "run the backup agent on the server's machine"};
  Endpoint patient = endpoint;
  const auto silence = std::chrono::duration_cast<std::chrono::seconds>(start.heartbeat * kSilenceInHeartbeats);
  patient.statement_limit = std::max(silence, std::chrono::seconds(10));
  SLIPWAY_TRY(auto connection, Connection::open(patient));
  SLIPWAY_CHECK(check_server(connection));
  SLIPWAY_CHECK(set_up(connection, start));
  auto state = std::make_unique<State>(std::move(connection), start);
  state->stream.reset(mariadb_rpl_init(state->connection.handle()));
  if (!state->stream) return Error{Code::internal, endpoint.describe() + ": out of memory"};
  mariadb_rpl_optionsv(state->stream.get(), MARIADB_RPL_SERVER_ID, start.server);
  mariadb_rpl_optionsv(state->stream.get(), MARIADB_RPL_START, 4UL);
  mariadb_rpl_optionsv(state->stream.get(), MARIADB_RPL_FLAGS, static_cast<unsigned>(kSendAnnotations));
  if (mariadb_rpl_open(state->stream.get()) != 0) return state->failure();
  return BinlogStream(std::move(state));
}

Result<StreamedEvent> BinlogStream::next() {
  State& state = *state_;
  MYSQL* const handle = state.connection.handle();
  if (state.interrupted) return state.failure();
  const unsigned long size = mysql_net_read_packet(handle);
  if (size == packet_error || size == 0) return state.failure();
  std::string_view packet(reinterpret_cast<const char*>(handle->net.read_pos), size);
  if (static_cast<unsigned char>(packet[0]) != kPlainPacket)
    return Error{Code::unavailable, state.connection.endpoint().describe() + ": the server ended the binary log"};
  packet.remove_prefix(1);
  StreamedEvent streamed;
  // Whether events are marked is the server's choice when the stream begins; an event's own size tells.
  if (state.start.acknowledges && packet.size() > 2 && static_cast<unsigned char>(packet[0]) == kSemiSyncMark) {
    const auto marked = read_event(packet.substr(2));
    if (marked && marked->bytes.size() == packet.size() - 2) {
      streamed.answer_wanted = packet[1] != 0;
      packet.remove_prefix(2);
    }
  }
  SLIPWAY_TRY(streamed.event, read_event(packet));
  SLIPWAY_CHECK(state.note(streamed.event));
  streamed.place = state.place;
  return streamed;
}

Status BinlogStream::acknowledge(const LogPlace& place) {
  // Length and number of the packet, the mark, the position, the file's name.
  const std::size_t length = 1 + 8 + place.file.size();
  std::string packet{static_cast<char>(length & 0xffU), static_cast<char>(length >> 8U & 0xffU), '\0', '\0',
                     static_cast<char>(kSemiSyncMark)};
  for (unsigned shift = 0; shift < 64; shift += 8) packet += static_cast<char>(place.position >> shift & 0xffU);
  packet += place.file;
  const auto socket = static_cast<int>(mysql_get_socket(state_->connection.handle()));
  for (std::string_view rest = packet; !rest.empty();) {
    const ssize_t sent = ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0)
      return Error{Code::unavailable, state_->connection.endpoint().describe() + ": takes no acknowledgement"};
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

void BinlogStream::interrupt() noexcept {
  state_->interrupted = true;
  ::shutdown(static_cast<int>(mysql_get_socket(state_->connection.handle())), SHUT_RDWR);
}

}  // namespace slipway::sql
