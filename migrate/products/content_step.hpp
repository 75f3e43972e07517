// The step of a transformation that SQL cannot do: parts of mails become bodies and attachments.
#pragma once

#include <filesystem>
#include <functional>
#include <map>

#include "appliance/sql/connection.hpp"
#include "migrate/engine/progress.hpp"

namespace slipway::migrate {

struct ContentReport {
  std::uint64_t messages = 0;
  std::uint64_t attachments = 0;
  std::uint64_t bytes = 0;
  std::map<std::string, std::uint64_t> markups;  ///< texts by the markup they are written in: "textile", "markdown"
  std::vector<std::string> unreadable;           ///< parts without content, each with the reason
};

/// Remarks on a report for people: what could not be read, and texts whose markup the desk shows as it is written.
[[nodiscard]] std::vector<std::string> remarks_on(const ContentReport& report);

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
  std::string markup;  ///< of a plain body: "textile", "markdown"; empty: none
  std::vector<DecodedAttachment> attachments;
  std::vector<std::string> unreadable;
};

/// Reads the staging tables slipway_message and slipway_part in order and decodes. `each` is called once per message.
/// slipway_part may have the columns charset ("utf-8 twice" for UTF-8 that was taken for latin1 and encoded again),
/// markup, and path: a file below the directory `files` that holds the bytes instead of content. Memory is bounded by
/// the largest message plus some megabytes.
[[nodiscard]] Status decode_messages(sql::Connection& staging, const std::filesystem::path& files,
                                     const std::function<Status(DecodedMessage&&)>& each);

/// Fills message, attachment and content of the target from the staging tables.
[[nodiscard]] Result<ContentReport> write_contents(sql::Connection& staging, sql::Connection& target,
                                                   const std::filesystem::path& files, Progress& progress);

/// Decodes everything once more and compares it with what the account gives back: the body of every message, name, type
/// and SHA-256 of every attachment (contents themselves are proven by prove_contents). Error: corrupt naming the
/// message.
[[nodiscard]] Result<ContentReport> compare_contents(sql::Connection& staging, sql::Connection& target,
                                                     const std::filesystem::path& files, Progress& progress);

/// Custom values: slipway_value_part of the staging database becomes custom_value. Its column charset is optional.
[[nodiscard]] Result<std::uint64_t> write_values(sql::Connection& staging, sql::Connection& target);

}  // namespace slipway::migrate
