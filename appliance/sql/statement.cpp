#include "appliance/sql/statement.hpp"

#include <mysqld_error.h>

#include <algorithm>
#include <array>

#include "appliance/sql/columns.hpp"
#include "appliance/sql/failure.hpp"

namespace slipway::sql {
namespace {

// What a packet needs beside the parameters' bytes.
constexpr std::size_t kPacketOverheadBytes = 4096;

// What Connector/C reports as affected rows when there is no count.
constexpr auto kNotCounted = static_cast<std::uint64_t>(-1);

// A parameter that points into the value it was made from.
MYSQL_BIND bind_value(const Value& value) {
  MYSQL_BIND bind{};
  struct Visitor {
    MYSQL_BIND& bind;
    void operator()(std::monostate) const { bind.buffer_type = MYSQL_TYPE_NULL; }
    void operator()(const std::int64_t& number) const { point(MYSQL_TYPE_LONGLONG, &number, sizeof number); }
    void operator()(const std::uint64_t& number) const {
      point(MYSQL_TYPE_LONGLONG, &number, sizeof number);
      bind.is_unsigned = 1;
    }
    void operator()(const double& number) const { point(MYSQL_TYPE_DOUBLE, &number, sizeof number); }
    void operator()(const std::string& bytes) const { point(MYSQL_TYPE_STRING, bytes.data(), bytes.size()); }
    void point(enum_field_types type, const void* data, std::size_t size) const {
      bind.buffer_type = type;
      bind.buffer = const_cast<void*>(data);  // Connector/C reads parameters only
      bind.buffer_length = size;
      bind.length_value = size;
    }
  };
  std::visit(Visitor{bind}, value.variant());
  return bind;
}

}  // namespace

Error Session::failure(unsigned number, const char* sqlstate, const char* text) const {
  const bool limit_passed = limit.count() > 0 && std::chrono::steady_clock::now() - asked_at >= limit;
  return to_error({number, sqlstate, text, limit_passed}, name);
}

Error Session::failure() const { return failure(mysql_errno(handle), mysql_sqlstate(handle), mysql_error(handle)); }

Statement::Statement(Session& session, MYSQL_STMT* statement, std::string_view text)
    : session_(session), statement_(statement), text_(text) {}

Statement::~Statement() { mysql_stmt_close(statement_); }

Error Statement::failure() const {
  // An error that ends an unbuffered result is kept with the connection only.
  if (mysql_stmt_errno(statement_) == 0) return session_.failure();
  return session_.failure(mysql_stmt_errno(statement_), mysql_stmt_sqlstate(statement_), mysql_stmt_error(statement_));
}

Result<std::unique_ptr<Statement>> Statement::prepare(Session& session, std::string_view text) {
  MYSQL_STMT* raw = mysql_stmt_init(session.handle);
  if (raw == nullptr) return session.failure();
  std::unique_ptr<Statement> statement(new Statement(session, raw, text));
  session.begin_round_trip();
  if (mysql_stmt_prepare(raw, text.data(), text.size()) != 0) return statement->failure();
  return statement;
}

Status Statement::check_parameters(const Values& parameters) const {
  const std::size_t wanted = mysql_stmt_param_count(statement_);
  if (parameters.size() != wanted)
    return Error{Code::internal, session_.name + ": statement takes " + std::to_string(wanted) + " parameters, " +
                                     std::to_string(parameters.size()) + " given"};
  std::size_t bytes = kPacketOverheadBytes;
  for (const Value& value : parameters)
    if (const auto* text = std::get_if<std::string>(&value.variant())) bytes += text->size();
  // The server would answer a packet over its limit by closing the connection.
  if (session_.max_packet_bytes != 0 && bytes > session_.max_packet_bytes)
    return Error{Code::too_large,
                 session_.name + ": parameters of " + std::to_string(bytes) + " bytes are more than the server takes",
                 "raise max_allowed_packet, now " + std::to_string(session_.max_packet_bytes) + " bytes"};
  return {};
}

Result<Outcome> Statement::run(const Values& parameters, const EachRow& each) {
  SLIPWAY_CHECK(check_parameters(parameters));
  std::vector<MYSQL_BIND> binds;
  binds.reserve(parameters.size());
  for (const Value& value : parameters) binds.push_back(bind_value(value));
  if (!binds.empty() && mysql_stmt_bind_param(statement_, binds.data()) != 0) return failure();
  SLIPWAY_TRY(const Outcome outcome, execute());
  const Status read = read_rows(each);
  const Status drained = drain();
  if (!read) return read.error();
  if (!drained) return drained.error();
  return outcome;
}

Result<Outcome> Statement::execute() {
  session_.begin_round_trip();
  if (mysql_stmt_execute(statement_) != 0) return failure();
  const std::uint64_t affected = mysql_stmt_affected_rows(statement_);
  return Outcome{affected == kNotCounted ? 0 : affected, mysql_stmt_insert_id(statement_),
                 mysql_warning_count(session_.handle)};
}

Status Statement::read_rows(const EachRow& each) {
  if (mysql_stmt_field_count(statement_) == 0) return {};
  Columns columns(statement_);
  if (!columns.bind()) return failure();
  for (;;) {
    session_.begin_round_trip();
    const int fetched = mysql_stmt_fetch(statement_);
    if (fetched == MYSQL_NO_DATA) return {};
    if (fetched != 0 && fetched != MYSQL_DATA_TRUNCATED) return failure();
    SLIPWAY_CHECK(each(columns.row()));
  }
}

Status Statement::drain() {
  if (mysql_stmt_free_result(statement_) != 0) return failure();
  while (mysql_stmt_more_results(statement_) != 0) {
    if (mysql_stmt_next_result(statement_) > 0 || mysql_stmt_free_result(statement_) != 0) return failure();
  }
  return {};
}

Result<Statement*> StatementCache::get(std::string_view text) {
  const auto found = std::find_if(statements_.begin(), statements_.end(),
                                  [&](const auto& statement) { return statement->text() == text; });
  // The server may show a view as it was when the statement was prepared.
  const bool shows = text.starts_with("SHOW ");
  if (found != statements_.end() && shows) statements_.erase(found);
  if (found != statements_.end() && !shows) {
    statements_.splice(statements_.begin(), statements_, found);
    return statements_.front().get();
  }
  if (statements_.size() >= kMost) statements_.pop_back();
  auto prepared = Statement::prepare(session_, text);
  if (!prepared && mysql_errno_of(prepared.error()) == ER_MAX_PREPARED_STMT_COUNT_REACHED) {
    clear();
    prepared = Statement::prepare(session_, text);
  }
  SLIPWAY_TRY(auto statement, std::move(prepared));
  statements_.push_front(std::move(statement));
  return statements_.front().get();
}

void StatementCache::drop(const Statement* statement) {
  statements_.remove_if([&](const auto& kept) { return kept.get() == statement; });
}

}  // namespace slipway::sql
