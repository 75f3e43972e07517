#include "appliance/sql/connection.hpp"

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>

#include <mutex>

#include "appliance/sql/connection_state.hpp"
#include "appliance/sql/failure.hpp"
#include "appliance/sql/script.hpp"

namespace slipway::sql {
namespace {

constexpr const char* kSessionSetUp =
    "SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY'";

// The server ends a statement at the limit; the client hangs up only when it does not even answer that.
constexpr std::chrono::seconds kHangUpAfter{2};

// Where Debian keeps the certificate authorities it trusts.
constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

void set_limits(MYSQL* handle, const Endpoint& endpoint) {
  const auto connect = static_cast<unsigned>(endpoint.connect_limit.count());
  mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
  if (endpoint.statement_limit.count() <= 0) return;
  const auto answer = static_cast<unsigned>((endpoint.statement_limit + kHangUpAfter).count());
  mysql_options(handle, MYSQL_OPT_READ_TIMEOUT, &answer);
  mysql_options(handle, MYSQL_OPT_WRITE_TIMEOUT, &answer);
}

void set_tls(MYSQL* handle, const Endpoint& endpoint) {
  const my_bool enforce = endpoint.tls != TlsMode::off;
  const my_bool verify = endpoint.tls == TlsMode::verify_identity;
  mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &enforce);
  mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
  if (!enforce) return;
  mysql_options(handle, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3");
  if (!endpoint.tls_ca_file.empty())
    mysql_options(handle, MYSQL_OPT_SSL_CA, endpoint.tls_ca_file.c_str());
  else if (verify)
    mysql_options(handle, MYSQL_OPT_SSL_CA, kSystemAuthorities);
}

// A server may ask for the password in clear text; only one whose identity is proven gets it.
constexpr const char* kSafeSignIn = "mysql_native_password,client_ed25519,caching_sha2_password,sha256_password";

void set_options(MYSQL* handle, const Endpoint& endpoint) {
  const my_bool no = 0;
  const unsigned local_data = endpoint.local_data ? 1 : 0;
  const unsigned protocol = endpoint.socket.empty() ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
  const unsigned long biggest_answer_bytes = 1UL << 30U;
  mysql_options(handle, MYSQL_OPT_RECONNECT, &no);  // a new session would silently lose transaction and settings
  mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &local_data);
  refuse_local_files(handle);  // a server may ask for any file, whatever the statement
  mysql_options(handle, MYSQL_OPT_PROTOCOL, &protocol);
  mysql_options(handle, MYSQL_OPT_MAX_ALLOWED_PACKET, &biggest_answer_bytes);
  mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_options4(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "slipway");
  if (endpoint.tls != TlsMode::verify_identity) mysql_options(handle, MARIADB_OPT_RESTRICTED_AUTH, kSafeSignIn);
  set_limits(handle, endpoint);
  set_tls(handle, endpoint);
}

int refuse_to_open(void** /*file*/, const char* /*name*/, void* /*unused*/) { return 1; }
int refuse_to_read(void* /*file*/, char* /*buffer*/, unsigned /*room*/) { return -1; }
void nothing_to_close(void* /*file*/) {}
int tell_refusal(void* /*file*/, char* text, unsigned room) {
  constexpr std::string_view kRefusal = "this program gives no files to a server";
  if (room > 0) text[kRefusal.copy(text, room - 1)] = '\0';
  return CR_UNKNOWN_ERROR;
}

const char* null_if_empty(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

}  // namespace

void refuse_local_files(st_mysql* handle) {
  mysql_set_local_infile_handler(handle, refuse_to_open, refuse_to_read, nothing_to_close, tell_refusal, nullptr);
}

void use_client_library() {
  static std::once_flag once;
  std::call_once(once, [] { mysql_library_init(0, nullptr, nullptr); });
  struct Thread {
    Thread() { mysql_thread_init(); }
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;
    ~Thread() { mysql_thread_end(); }
  };
  thread_local const Thread thread;
  static_cast<void>(thread);
}

bool Connection::State::overtaken(std::string_view text, const Error& error) {
  const unsigned number = mysql_errno_of(error);
  // Columns more or fewer than prepared for are found after execution, so only a read is repeated.
  return number == ER_NEED_REPREPARE || (number == CR_NEW_STMT_METADATA && first_word(text) == "SELECT");
}

std::string Endpoint::describe() const {
  std::string text = user + '@';
  text += socket.empty() ? host + ':' + std::to_string(port) : "socket:" + socket;
  if (!database.empty()) text += '/' + database;
  return text;
}

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::open(const Endpoint& endpoint) {
  use_client_library();
  auto state = std::make_unique<State>();
  Session& session = state->session;
  session.name = endpoint.describe();
  state->endpoint = endpoint;
  session.handle = mysql_init(nullptr);
  if (session.handle == nullptr) return Error{Code::internal, session.name + ": out of memory"};
  set_options(session.handle, endpoint);
  if (mysql_real_connect(session.handle, null_if_empty(endpoint.host), endpoint.user.c_str(),
                         endpoint.password.reveal().c_str(), null_if_empty(endpoint.database),
                         endpoint.socket.empty() ? endpoint.port : 0U, null_if_empty(endpoint.socket), 0) == nullptr)
    return session.failure();
  if (endpoint.tls != TlsMode::off && mysql_get_ssl_cipher(session.handle) == nullptr)
    return Error{Code::unauthenticated, session.name + ": the server does not speak TLS",
                 "set up a certificate on the server, or use its UNIX socket"};
  session.mariadb = mariadb_connection(session.handle) != 0;
  session.limit = endpoint.statement_limit;

  Connection connection(std::move(state));
  SLIPWAY_CHECK(connection.execute_text(kSessionSetUp));
  if (session.mariadb && session.limit.count() > 0)
    SLIPWAY_CHECK(connection.execute_text("SET max_statement_time = " + std::to_string(session.limit.count())));
  SLIPWAY_TRY(const auto row, connection.query_one("SELECT @@max_allowed_packet"));
  session.max_packet_bytes = row->natural(0);
  return connection;
}

Result<Rows> Connection::query(std::string_view statement, const Values& parameters) {
  Rows rows;
  SLIPWAY_CHECK(state_->with_statement(statement, [&](Statement& prepared) {
    return prepared.run(parameters, [&](Row&& row) {
      rows.push_back(std::move(row));
      return Status();
    });
  }));
  return rows;
}

Result<std::optional<Row>> Connection::query_one(std::string_view statement, const Values& parameters) {
  std::optional<Row> first;
  SLIPWAY_CHECK(state_->with_statement(statement, [&](Statement& prepared) {
    return prepared.run(parameters, [&](Row&& row) {
      if (!first) first = std::move(row);
      return Status();
    });
  }));
  return first;
}

Status Connection::stream(std::string_view statement, const Values& parameters,
                          const std::function<Status(const Row&)>& each) {
  const Session& session = state_->session;
  // The time limit is one of an answer, not of the reader's pace through it.
  const bool lift_limit = session.mariadb && session.limit.count() > 0;
  if (lift_limit) SLIPWAY_CHECK(execute_text("SET max_statement_time = 0"));
  const auto streamed = state_->with_statement(
      statement, [&](Statement& prepared) { return prepared.run(parameters, [&](Row&& row) { return each(row); }); });
  if (lift_limit && (streamed || !connection_lost(mysql_errno_of(streamed.error()))))
    SLIPWAY_CHECK(execute_text("SET max_statement_time = " + std::to_string(session.limit.count())));
  if (!streamed) return streamed.error();
  return {};
}

Result<Outcome> Connection::execute(std::string_view statement, const Values& parameters) {
  return state_->with_statement(
      statement, [&](Statement& prepared) { return prepared.run(parameters, [](Row&&) { return Status(); }); });
}

Result<Outcome> Connection::execute_text(std::string_view statement) {
  Session& session = state_->session;
  session.begin_round_trip();
  if (mysql_real_query(session.handle, statement.data(), statement.size()) != 0) return session.failure();
  Outcome outcome;
  if (mysql_field_count(session.handle) == 0) {
    outcome.affected_rows = mysql_affected_rows(session.handle);
    outcome.last_insert_id = mysql_insert_id(session.handle);
  } else if (MYSQL_RES* const rows = mysql_store_result(session.handle); rows != nullptr) {
    mysql_free_result(rows);
  } else {
    return session.failure();
  }
  outcome.warnings = mysql_warning_count(session.handle);
  // Prepared statements go on using the database they were prepared in.
  if (first_word(statement) == "USE") state_->statements.clear();
  return outcome;
}

Status Connection::run_script(std::string_view script) {
  SLIPWAY_TRY(const auto statements, split_script(script));
  for (const ScriptStatement& statement : statements) {
    if (const auto done = execute_text(statement.text); !done)
      return done.error().within("line " + std::to_string(statement.line));
  }
  return {};
}

bool Connection::ping() noexcept { return mysql_ping(state_->session.handle) == 0; }

std::string Connection::server_version() const { return mysql_get_server_info(state_->session.handle); }

bool Connection::is_mariadb() const { return state_->session.mariadb; }

const Endpoint& Connection::endpoint() const noexcept { return state_->endpoint; }

std::uint64_t Connection::session_id() const noexcept { return mysql_thread_id(state_->session.handle); }

st_mysql* Connection::handle() noexcept { return state_->session.handle; }

}  // namespace slipway::sql
