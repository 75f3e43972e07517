// Decoded messages into the account, and back out of it for comparison.
#include "appliance/crypto/crypto.hpp"
#include "migrate/products/content_step.hpp"
#include "migrate/products/content_store.hpp"
#include "migrate/products/mime_decode.hpp"
#include "migrate/products/part_rules.hpp"

namespace slipway::migrate {
namespace {

constexpr std::size_t kRowsAtATime = 500;
constexpr std::size_t kBodyBytesAtATime = 8U << 20U;

/// Rows of message and attachment on their way into the account.
class MessageWriter {
 public:
  MessageWriter(sql::Connection& staging, sql::Connection& target)
      : staging_(staging), target_(target), contents_(target) {}

  Status add(DecodedMessage&& message, ContentReport& report) {
    SLIPWAY_TRY(const auto plan,
                staging_.query_one("SELECT number, author_id, visibility, written_at, source_key FROM slipway_message "
                                   "WHERE message_id = ?",
                                   {message.message_id}));
    if (!plan)
      return Error{Code::invalid_argument,
                   "slipway_message: has no message_id " + std::to_string(message.message_id) + " below its last one",
                   "number the messages 1, 2, 3 … without a gap, as ROW_NUMBER() does"};
    waiting_bytes_ += message.body.size();
    messages_.push_back({message.message_id, plan->natural(0), plan->natural(1), plan->text(2), std::move(message.body),
                         message.html ? "html" : "plain", plan->text(3), plan->text(4)});
    for (const DecodedAttachment& file : message.attachments) {
      SLIPWAY_TRY(const std::string hash, contents_.add(file.bytes));
      attachments_.push_back({message.message_id, file.file_name, file.media_type,
                              static_cast<std::uint64_t>(file.bytes.size()), hash, file.source_key});
      report.bytes += file.bytes.size();
    }
    ++report.messages;
    report.attachments += message.attachments.size();
    if (!message.markup.empty()) ++report.markups[message.markup];
    for (std::string& part : message.unreadable) report.unreadable.push_back(std::move(part));
    if (messages_.size() >= kRowsAtATime || waiting_bytes_ >= kBodyBytesAtATime) return flush();
    return {};
  }

  Status flush() {
    SLIPWAY_CHECK(target_.execute_text("START TRANSACTION"));
    SLIPWAY_CHECK(contents_.flush());
    if (!messages_.empty())
      SLIPWAY_CHECK(
          target_.execute_bulk("INSERT INTO message (message_id, number, author_id, visibility, body, format, "
                               "written_at, source_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                               messages_));
    if (!attachments_.empty())
      SLIPWAY_CHECK(
          target_.execute_bulk("INSERT INTO attachment (message_id, file_name, media_type, size_bytes, content_hash, "
                               "source_key) VALUES (?, ?, ?, ?, ?, ?)",
                               attachments_));
    SLIPWAY_CHECK(target_.execute_text("COMMIT"));
    messages_.clear();
    attachments_.clear();
    waiting_bytes_ = 0;
    return {};
  }

 private:
  sql::Connection& staging_;
  sql::Connection& target_;
  ContentWriter contents_;
  std::vector<sql::Values> messages_;
  std::vector<sql::Values> attachments_;
  std::size_t waiting_bytes_ = 0;
};

Error differs(std::uint64_t message, const std::string& what) {
  return {Code::corrupt,
          "message " + std::to_string(message) + ": " + what + " in the account is not what the source holds",
          "nothing was published; run the command again, and report it when it stays so"};
}

Status compare_message(sql::Connection& target, const DecodedMessage& message) {
  SLIPWAY_TRY(const auto row,
              target.query_one("SELECT body, format FROM message WHERE message_id = ?", {message.message_id}));
  if (!row || row->text(0) != message.body || (row->text(1) == "html") != message.html)
    return differs(message.message_id, "the body");
  SLIPWAY_TRY(const auto files,
              target.query("SELECT source_key, file_name, media_type, size_bytes, content_hash FROM attachment "
                           "WHERE message_id = ? ORDER BY attachment_id",
                           {message.message_id}));
  if (files.size() != message.attachments.size()) return differs(message.message_id, "the number of attachments");
  for (std::size_t i = 0; i < files.size(); ++i) {
    const DecodedAttachment& expected = message.attachments[i];
    if (files[i].text(0) != expected.source_key || files[i].text(1) != expected.file_name ||
        files[i].text(2) != expected.media_type || files[i].natural(3) != expected.bytes.size() ||
        files[i].text(4) != crypto::sha256_raw(expected.bytes)) {
      return differs(message.message_id, "attachment " + expected.source_key);
    }
  }
  return {};
}

Result<std::string> value_text(const sql::Row& row) {
  const std::string short_value = row.optional_text(5).value_or("");
  const std::string& kind = row.text(4);
  if (kind == "file") return short_value;
  if (kind == "address") return plain_address(short_value);
  if (!short_value.empty()) return row.text(8).empty() ? short_value : text_of(row.text(8), "", short_value);
  SLIPWAY_TRY(const std::string bytes, decode_transfer(row.text(7), row.optional_text(6).value_or("")));
  return text_of(row.text(8), "", bytes);
}

}  // namespace

std::vector<std::string> remarks_on(const ContentReport& report) {
  std::vector<std::string> remarks = report.unreadable;
  for (const auto& [markup, count] : report.markups)
    remarks.push_back(count_text(count) + " texts are written in " + markup +
                      "; requests show them as they are written");
  return remarks;
}

Result<ContentReport> write_contents(sql::Connection& staging, sql::Connection& target,
                                     const std::filesystem::path& files, Progress& progress) {
  ContentReport report;
  SLIPWAY_TRY(const auto expected, staging.query_one("SELECT COUNT(*) FROM slipway_message"));
  MessageWriter writer(staging, target);
  SLIPWAY_CHECK(decode_messages(staging, files, [&](DecodedMessage&& message) -> Status {
    progress.advance(report.messages, report.bytes, expected->natural(0));
    return writer.add(std::move(message), report);
  }));
  SLIPWAY_CHECK(writer.flush());
  return report;
}

Result<ContentReport> compare_contents(sql::Connection& staging, sql::Connection& target,
                                       const std::filesystem::path& files, Progress& progress) {
  ContentReport report;
  SLIPWAY_TRY(const auto expected, staging.query_one("SELECT COUNT(*) FROM slipway_message"));
  SLIPWAY_CHECK(decode_messages(staging, files, [&](DecodedMessage&& message) -> Status {
    progress.advance(report.messages, report.bytes, expected->natural(0));
    ++report.messages;
    report.attachments += message.attachments.size();
    return compare_message(target, message);
  }));
  SLIPWAY_TRY(const auto written, target.query_one("SELECT COUNT(*) FROM attachment"));
  if (written->natural(0) != report.attachments) return differs(0, "the number of attachments");
  return report;
}

Result<std::uint64_t> write_values(sql::Connection& staging, sql::Connection& target) {
  std::vector<sql::Values> rows;
  std::uint64_t count = 0;
  const auto flush = [&]() -> Status {
    if (rows.empty()) return {};
    SLIPWAY_CHECK(target.execute_bulk(
        "INSERT INTO custom_value (value_id, number, field_id, position, value) VALUES (?, ?, ?, ?, ?)", rows));
    count += rows.size();
    rows.clear();
    return {};
  };
  SLIPWAY_TRY(const auto charset,
              staging.query_one("SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = "
                                "DATABASE() AND table_name = 'slipway_value_part' AND column_name = 'charset'"));
  SLIPWAY_CHECK(staging.stream(
      std::string("SELECT value_id, number, field_id, position, kind, short_value, content, COALESCE(encoding, ''), ") +
          (charset->natural(0) == 0 ? "''" : "COALESCE(`charset`, '')") + " FROM slipway_value_part",
      {}, [&](const sql::Row& row) -> Status {
        SLIPWAY_TRY(std::string value, value_text(row));
        rows.push_back({row.natural(0), row.natural(1), row.natural(2), row.natural(3), std::move(value)});
        return rows.size() >= kRowsAtATime ? flush() : Status{};
      }));
  SLIPWAY_CHECK(flush());
  return count;
}

}  // namespace slipway::migrate
