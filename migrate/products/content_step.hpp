// The step of a transformation that SQL cannot do: parts of mails become bodies and attachments.
#pragma once

#include "appliance/sql/connection.hpp"
#include "migrate/engine/progress.hpp"

namespace slipway::migrate {

struct ContentReport {
  std::uint64_t messages = 0;
  std::uint64_t attachments = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> unreadable;  ///< source keys of parts whose content is not in the database
};

/// What one message became, for writing it and for comparing it later.
struct DecodedAttachment {
  std::string source_key;
  std::string file_name;
  std::string media_type;
  std::string bytes;
};
struct DecodedMessage {
  std::uint64_t message_id = 0;
  std::string body;
  bool html = false;
  std::vector<DecodedAttachment> attachments;
  std::vector<std::string> unreadable;
};

/// Reads the staging tables slipway_message and slipway_part in order and decodes. `each` is called once per message.
/// Memory is bounded by the largest message plus some megabytes.
[[nodiscard]] Status decode_messages(sql::Connection& staging, const std::function<Status(DecodedMessage&&)>& each);

/// Fills message, attachment and content of the target from the staging tables.
[[nodiscard]] Result<ContentReport> write_contents(sql::Connection& staging, sql::Connection& target,
                                                   Progress& progress);

/// Decodes everything once more and compares it with what the account gives back: the body of every message, name, type
/// and SHA-256 of every attachment (contents themselves are proven by prove_contents). Error: corrupt naming the
/// message.
[[nodiscard]] Result<ContentReport> compare_contents(sql::Connection& staging, sql::Connection& target,
                                                     Progress& progress);

/// Custom values: slipway_value_part of the staging database becomes custom_value.
[[nodiscard]] Result<std::uint64_t> write_values(sql::Connection& staging, sql::Connection& target);

}  // namespace slipway::migrate
