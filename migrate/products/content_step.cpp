#include "migrate/products/content_step.hpp"

#include "migrate/products/mime_decode.hpp"
#include "migrate/products/outside_files.hpp"
#include "migrate/products/part_rules.hpp"

namespace slipway::migrate {
namespace {

constexpr std::uint64_t kMessagesAtATime = 500;
constexpr std::uint64_t kFetchBytes = 8U << 20U;
constexpr std::size_t kFetchParts = 200;
constexpr std::uint64_t kPieceBytes = 4U << 20U;  // of a file too large to be fetched with others

struct PartRow {
  std::uint64_t message_id = 0;
  Part part;
  std::string source_key;
  std::string charset;  ///< empty: what the headers say
  std::string markup;
  std::string path;  ///< of a file outside the database; empty: the bytes are in it
};

/// "COALESCE(charset, '')" when slipway_part has such a column, else "''".
Result<std::string> optional_columns(sql::Connection& staging) {
  std::string selected;
  for (const char* name : {"charset", "markup", "path"}) {
    SLIPWAY_TRY(const auto there,
                staging.query_one("SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND "
                                  "table_name = 'slipway_part' AND column_name = ?",
                                  {name}));
    selected += there->natural(0) == 0 ? ", ''" : ", COALESCE(`" + std::string(name) + "`, '')";
  }
  return selected;
}

Result<bool> contents_are_bytes(sql::Connection& staging) {
  SLIPWAY_TRY(
      const auto type,
      staging.query_one("SELECT LOWER(data_type) LIKE '%blob' FROM information_schema.columns WHERE "
                        "table_schema = DATABASE() AND table_name = 'slipway_part' AND column_name = 'content'"));
  return type && type->boolean(0);
}

std::string lower_case(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

Result<std::vector<PartRow>> read_parts(sql::Connection& staging, const std::string& optional, std::uint64_t after,
                                        std::uint64_t to) {
  SLIPWAY_TRY(
      const auto rows,
      staging.query("SELECT message_id, part_id, parent_id, COALESCE(media_type, ''), COALESCE(file_name, ''), "
                    "COALESCE(headers, ''), COALESCE(encoding, ''), COALESCE(LENGTH(content), 0), source_key" +
                        optional +
                        " FROM slipway_part WHERE message_id > ? AND message_id <= ? ORDER BY message_id, part_id",
                    {after, to}));
  std::vector<PartRow> parts;
  parts.reserve(rows.size());
  for (const auto& row : rows) {
    PartRow part;
    part.message_id = row.natural(0);
    part.part = {row.integer(1), row.integer(2), lower_case(row.text(3)), row.text(4),
                 row.text(5),    row.text(6),    row.natural(7)};
    part.source_key = row.text(8);
    part.charset = row.text(9);
    part.markup = lower_case(row.text(10));
    part.path = row.text(11);
    // Bytes that lie elsewhere: a mail among them is a file, not a container of other parts.
    if (!part.path.empty()) part.part.size_bytes = 1;
    parts.push_back(std::move(part));
  }
  return parts;
}

/// Fetches stored contents ahead, some megabytes at a time, in the order of `parts`.
class ContentReader {
 public:
  /// `bytes`: contents are bytes, so that pieces of them can be told by bytes.
  ContentReader(sql::Connection& staging, const std::filesystem::path& files, const std::vector<PartRow>& parts,
                bool bytes)
      : staging_(staging), files_(files), parts_(parts), bytes_(bytes) {}

  Result<std::string> take(std::size_t index) {
    if (!parts_[index].path.empty()) return read_outside(files_, parts_[index].path);
    if (bytes_ && index >= fetched_to_ && parts_[index].part.size_bytes > kFetchBytes) {
      fetched_to_ = index + 1;
      return fetch_huge(parts_[index].part);
    }
    if (index >= fetched_to_) SLIPWAY_CHECK(fetch(index));
    const auto found = contents_.find(parts_[index].part.id);
    if (found == contents_.end()) return std::string{};
    std::string bytes = std::move(found->second);
    contents_.erase(found);
    return bytes;
  }

 private:
  Status fetch(std::size_t from) {
    contents_.clear();
    std::string marks;
    sql::Values ids;
    std::uint64_t bytes = 0;
    std::size_t at = from;
    for (; at < parts_.size() && ids.size() < kFetchParts &&
           (ids.empty() || bytes + parts_[at].part.size_bytes <= kFetchBytes);
         ++at) {
      bytes += parts_[at].part.size_bytes;
      ids.emplace_back(parts_[at].part.id);
      marks += marks.empty() ? "?" : ",?";
    }
    fetched_to_ = at;
    return staging_.stream("SELECT part_id, content FROM slipway_part WHERE part_id IN (" + marks + ")", ids,
                           [&](const sql::Row& row) -> Status {
                             contents_[row.integer(0)] = row.optional_text(1).value_or("");
                             return {};
                           });
  }

  /// In pieces: as one value it would be in memory four times.
  Result<std::string> fetch_huge(const Part& part) {
    std::string content;
    content.reserve(part.size_bytes);
    while (content.size() < part.size_bytes) {
      SLIPWAY_TRY(const auto row,
                  staging_.query_one("SELECT SUBSTRING(content, ?, ?) FROM slipway_part WHERE part_id = ?",
                                     {static_cast<std::uint64_t>(content.size()) + 1, kPieceBytes, part.id}));
      if (!row || row->is_null(0) || row->text(0).empty())
        return Error{Code::corrupt, "part " + std::to_string(part.id) + ": ends before its length"};
      content += row->text(0);
    }
    return content;
  }

  sql::Connection& staging_;
  const std::filesystem::path& files_;
  const std::vector<PartRow>& parts_;
  bool bytes_;
  std::map<std::int64_t, std::string> contents_;
  std::size_t fetched_to_ = 0;
};

/// Parts of no message would be read by nobody. Asked of an empty plan too, so that a trial finds columns that lack.
Status refuse_strays(sql::Connection& staging, std::uint64_t last) {
  SLIPWAY_CHECK(read_parts(staging, "", 0, 0));
  SLIPWAY_TRY(const auto stray,
              staging.query_one("SELECT source_key FROM slipway_part WHERE message_id > ? OR message_id < 1 OR "
                                "message_id IS NULL LIMIT 1",
                                {last}));
  if (!stray) return {};
  return Error{Code::invalid_argument,
               "slipway_part: '" + stray->text(0) + "' belongs to a message that slipway_message does not have",
               "mend the profile's step that makes the two"};
}

/// `begin` to `end` are the parts of one message.
Result<DecodedMessage> decode_message(std::uint64_t id, const std::vector<PartRow>& rows, std::size_t begin,
                                      std::size_t end, ContentReader& contents) {
  DecodedMessage message;
  message.message_id = id;
  std::vector<Part> parts;
  for (std::size_t i = begin; i < end; ++i) parts.push_back(rows[i].part);
  const auto body = choose_body(parts);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    const PartRow& row = rows[begin + i];
    auto stored = contents.take(begin + i);
    if (!stored && row.path.empty()) return std::move(stored).error();
    if (!stored) {
      message.unreadable.push_back(row.source_key + ": " + stored.error().message);
      continue;
    }
    if (is_container(part)) continue;
    auto decoded = decode_transfer(part.encoding, std::move(*stored));
    if (!decoded) {
      message.unreadable.push_back(row.source_key + ": its content is not in the source database");
    } else if (body == i) {
      message.body = text_of(row.charset, header_field(part.headers, "Content-Type"), *decoded);
      message.html = part.media_type == "text/html";
      if (!message.html && !message.body.empty()) message.markup = row.markup;
    } else {
      message.attachments.push_back({row.source_key, part.file_name.empty() ? made_up_name(part) : part.file_name,
                                     part.media_type.empty() ? "application/octet-stream" : part.media_type,
                                     std::move(*decoded)});
    }
  }
  return message;
}

}  // namespace

Status decode_messages(sql::Connection& staging, const std::filesystem::path& files,
                       const std::function<Status(DecodedMessage&&)>& each) {
  SLIPWAY_TRY(const std::string optional, optional_columns(staging));
  SLIPWAY_TRY(const bool bytes, contents_are_bytes(staging));
  SLIPWAY_TRY(const auto last_row, staging.query_one("SELECT COALESCE(MAX(message_id), 0) FROM slipway_message"));
  const std::uint64_t last = last_row->natural(0);
  SLIPWAY_CHECK(refuse_strays(staging, last));
  for (std::uint64_t after = 0; after < last; after += kMessagesAtATime) {
    const std::uint64_t to = std::min(after + kMessagesAtATime, last);
    SLIPWAY_TRY(const auto rows, read_parts(staging, optional, after, to));
    ContentReader contents(staging, files, rows, bytes);
    std::size_t at = 0;
    for (std::uint64_t id = after + 1; id <= to; ++id) {
      const std::size_t begin = at;
      while (at < rows.size() && rows[at].message_id == id) ++at;
      SLIPWAY_TRY(DecodedMessage message, decode_message(id, rows, begin, at, contents));
      SLIPWAY_CHECK(each(std::move(message)));
    }
  }
  return {};
}

}  // namespace slipway::migrate
