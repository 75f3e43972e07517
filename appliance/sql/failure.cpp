#include "appliance/sql/failure.hpp"

#include <errmsg.h>
#include <mysqld_error.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace slipway::sql {
namespace {

constexpr unsigned kMysqlCheckViolated = 3819;     // MySQL's ER_CHECK_CONSTRAINT_VIOLATED
constexpr unsigned kMysqlStatementTimeout = 3024;  // MySQL's ER_QUERY_TIMEOUT
constexpr unsigned kMysqlDuplicateForeignKey = 1826;

struct Meaning {
  unsigned number;
  Code code;
  bool names_only;  // the server's text holds names of objects, never values
};

// Sorted by number.
constexpr std::array kMeanings{
    Meaning{ER_DB_CREATE_EXISTS, Code::conflict, true},
    Meaning{ER_DB_DROP_EXISTS, Code::not_found, true},
    Meaning{ER_CHECKREAD, Code::conflict, true},
    Meaning{ER_DISK_FULL, Code::no_space, true},
    Meaning{ER_CON_COUNT_ERROR, Code::unavailable, true},
    Meaning{ER_DBACCESS_DENIED_ERROR, Code::permission, true},
    Meaning{ER_ACCESS_DENIED_ERROR, Code::unauthenticated, true},
    Meaning{ER_BAD_NULL_ERROR, Code::conflict, true},
    Meaning{ER_BAD_DB_ERROR, Code::not_found, true},
    Meaning{ER_TABLE_EXISTS_ERROR, Code::conflict, true},
    Meaning{ER_BAD_TABLE_ERROR, Code::not_found, true},
    Meaning{ER_SERVER_SHUTDOWN, Code::unavailable, true},
    Meaning{ER_BAD_FIELD_ERROR, Code::internal, true},
    Meaning{ER_DUP_FIELDNAME, Code::conflict, true},
    Meaning{ER_DUP_KEYNAME, Code::conflict, true},
    Meaning{ER_DUP_ENTRY, Code::conflict, false},
    Meaning{ER_CANT_DROP_FIELD_OR_KEY, Code::not_found, true},
    Meaning{ER_RECORD_FILE_FULL, Code::no_space, true},
    Meaning{ER_HOST_NOT_PRIVILEGED, Code::permission, true},
    Meaning{ER_TABLEACCESS_DENIED_ERROR, Code::permission, true},
    Meaning{ER_COLUMNACCESS_DENIED_ERROR, Code::permission, true},
    Meaning{ER_NO_SUCH_TABLE, Code::not_found, true},
    Meaning{ER_NET_PACKET_TOO_LARGE, Code::too_large, true},
    Meaning{ER_TOO_MANY_USER_CONNECTIONS, Code::unavailable, true},
    Meaning{ER_LOCK_WAIT_TIMEOUT, Code::timeout, true},
    Meaning{ER_LOCK_DEADLOCK, Code::conflict, true},
    Meaning{ER_NO_REFERENCED_ROW, Code::conflict, true},
    Meaning{ER_ROW_IS_REFERENCED, Code::conflict, true},
    Meaning{ER_USER_LIMIT_REACHED, Code::unavailable, true},
    Meaning{ER_SPECIFIC_ACCESS_DENIED_ERROR, Code::permission, true},
    Meaning{ER_SP_ALREADY_EXISTS, Code::conflict, true},
    Meaning{ER_SP_DOES_NOT_EXIST, Code::not_found, true},
    Meaning{ER_QUERY_INTERRUPTED, Code::cancelled, true},
    Meaning{ER_TRG_ALREADY_EXISTS, Code::conflict, true},
    Meaning{ER_TRG_DOES_NOT_EXIST, Code::not_found, true},
    Meaning{ER_NO_DEFAULT_FOR_FIELD, Code::internal, true},
    Meaning{ER_PROCACCESS_DENIED_ERROR, Code::permission, true},
    Meaning{ER_CANNOT_USER, Code::conflict, true},
    Meaning{ER_NONEXISTING_PROC_GRANT, Code::permission, true},
    Meaning{ER_DATA_TOO_LONG, Code::invalid_argument, true},
    Meaning{ER_ROW_IS_REFERENCED_2, Code::conflict, true},
    Meaning{ER_NO_REFERENCED_ROW_2, Code::conflict, true},
    Meaning{ER_DUP_ENTRY_WITH_KEY_NAME, Code::conflict, false},
    Meaning{ER_SIGNAL_EXCEPTION, Code::conflict, true},
    Meaning{ER_ACCESS_DENIED_NO_PASSWORD_ERROR, Code::unauthenticated, true},
    Meaning{kMysqlDuplicateForeignKey, Code::conflict, true},
    Meaning{ER_CONNECTION_KILLED, Code::unavailable, true},
    Meaning{ER_STATEMENT_TIMEOUT, Code::timeout, true},
    Meaning{CR_CONNECTION_ERROR, Code::unavailable, true},
    Meaning{CR_CONN_HOST_ERROR, Code::unavailable, true},
    Meaning{CR_UNKNOWN_HOST, Code::unavailable, true},
    Meaning{CR_SERVER_GONE_ERROR, Code::unavailable, true},
    Meaning{CR_SERVER_HANDSHAKE_ERR, Code::unavailable, true},
    Meaning{CR_SERVER_LOST, Code::unavailable, true},
    Meaning{CR_NET_PACKET_TOO_LARGE, Code::too_large, true},
    Meaning{CR_SSL_CONNECTION_ERROR, Code::unauthenticated, true},
    Meaning{CR_MALFORMED_PACKET, Code::unavailable, true},
    Meaning{CR_SERVER_LOST_EXTENDED, Code::unavailable, true},
    Meaning{kMysqlStatementTimeout, Code::timeout, true},
    Meaning{kMysqlCheckViolated, Code::conflict, true},
    Meaning{ER_CONSTRAINT_FAILED, Code::conflict, true},
    Meaning{ER_ACCOUNT_HAS_BEEN_LOCKED, Code::permission, true},
};
static_assert(std::is_sorted(kMeanings.begin(), kMeanings.end(),
                             [](const Meaning& a, const Meaning& b) { return a.number < b.number; }));

const Meaning* meaning_of(unsigned number) {
  const auto* found = std::lower_bound(kMeanings.begin(), kMeanings.end(), number,
                                       [](const Meaning& a, unsigned wanted) { return a.number < wanted; });
  return found != kMeanings.end() && found->number == number ? found : nullptr;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

Code code_of(const Fault& fault) {
  if (fault.limit_passed && connection_lost(fault.number)) return Code::timeout;
  if (fault.sqlstate == "45000") return Code::conflict;  // SIGNAL of our own schema
  if (const Meaning* known = meaning_of(fault.number)) return known->code;
  // 28 is the system's, 135 InnoDB's word for a full disk, as other messages quote them.
  for (const std::string_view full : {"No space left on device", "error 28 ", "errno: 28 ", "errno: 135 "})
    if (contains(fault.text, full)) return Code::no_space;
  if (fault.number == ER_OPTION_PREVENTS_STATEMENT && contains(fault.text, "read-only")) return Code::unavailable;
  if (fault.number == ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION) return Code::unavailable;
  if (fault.sqlstate.starts_with("23")) return Code::conflict;          // integrity constraint
  if (fault.sqlstate.starts_with("22")) return Code::invalid_argument;  // a value that does not fit its column
  if (fault.sqlstate.starts_with("08")) return Code::unavailable;       // connection trouble seen by the server
  return Code::internal;
}

// The server's words in our form, without what may be a value: everything between the first and the last quote.
std::string wording(const Fault& fault) {
  std::string text(fault.text);
  const Meaning* known = meaning_of(fault.number);
  if (const auto key = text.rfind(" for key "); !text.empty() && known != nullptr && !known->names_only) {
    text = key == std::string::npos ? "duplicate entry" : "duplicate entry" + text.substr(key);
  } else if (fault.sqlstate != "45000" && (known == nullptr || !known->names_only)) {
    const auto first = text.find('\'');
    const auto last = text.rfind('\'');
    if (first != last) text.replace(first + 1, last - first - 1, "…");
  }
  const bool capital = text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0;
  if (capital) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  while (!text.empty() && text.back() == '.') text.pop_back();
  return text;
}

std::string_view hint_of(Code code) {
  switch (code) {
    case Code::unauthenticated:
      return "check user, password and certificate of the database endpoint";
    case Code::unavailable:
      return "check that the database server runs and can be reached";
    case Code::no_space:
      return "free or add disk space on the database server";
    case Code::permission:
      return "grant the database user what the statement needs";
    default:
      return {};
  }
}

}  // namespace

bool connection_lost(unsigned number) noexcept {
  switch (number) {
    case ER_SERVER_SHUTDOWN:
    case ER_CONNECTION_KILLED:
    case ER_NET_PACKET_TOO_LARGE:
    case CR_SERVER_GONE_ERROR:
    case CR_SERVER_LOST:
    case CR_SERVER_LOST_EXTENDED:
    case CR_MALFORMED_PACKET:
    case CR_COMMANDS_OUT_OF_SYNC:
      return true;
    default:
      return false;
  }
}

Error to_error(const Fault& fault, std::string_view session) {
  const Code code = code_of(fault);
  std::string message = std::string(session) + ": ";
  message += fault.limit_passed && code == Code::timeout ? "no answer within the time limit" : wording(fault);
  return {code,
          std::move(message),
          std::string(hint_of(code)),
          {{"mysql_errno", std::to_string(fault.number)}, {"sqlstate", std::string(fault.sqlstate)}}};
}

unsigned mysql_errno_of(const Error& error) noexcept {
  unsigned number = 0;
  for (const auto& [key, value] : error.context)
    if (key == "mysql_errno") std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

}  // namespace slipway::sql
