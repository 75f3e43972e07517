#include "services/desk/request_store.hpp"

#include <algorithm>
#include <unordered_map>

#include "services/desk/list_store.hpp"

namespace slipway::desk::request_store {
namespace {

template <typename T, typename Make>
Result<std::vector<T>> collect(sql::Connection& db, std::string_view statement, const sql::Values& values, Make make) {
  SLIPWAY_TRY(const auto rows, db.query(statement, values));
  std::vector<T> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(make(row));
  return out;
}

Status add_attachments(sql::Connection& db, std::int64_t number, std::vector<Message>& messages) {
  if (messages.empty()) return {};
  std::unordered_map<std::int64_t, Message*> by_id;
  for (auto& message : messages) by_id[message.id] = &message;
  SLIPWAY_TRY(const auto rows,
              db.query("SELECT f.message_id, f.attachment_id, f.file_name, f.media_type, f.size_bytes FROM message m"
                       " JOIN attachment f ON f.message_id = m.message_id WHERE m.number = ? ORDER BY f.attachment_id",
                       {number}));
  for (const auto& row : rows)
    if (const auto at = by_id.find(row.integer(0)); at != by_id.end())
      at->second->attachments.push_back({row.integer(1), row.text(2), row.text(3), row.natural(4)});
  return {};
}

}  // namespace

Result<std::optional<Found>> find(sql::Connection& db, std::int64_t number, std::int64_t viewer) {
  static const auto statement = "SELECT " + std::string(list_store::kSummaryColumns) +
                                ", r.solution, r.close_reason, EXISTS (SELECT 1 FROM request_watcher w"
                                " WHERE w.number = r.number AND w.person_id = ?) FROM request r" +
                                std::string(list_store::kSummaryJoins) + " WHERE r.number = ?";
  SLIPWAY_TRY(const auto row, db.query_one(statement, {viewer, number}));
  if (!row) return std::optional<Found>{};
  Found found;
  found.detail.summary = list_store::summary_of(*row);
  if (!row->is_null(14)) found.detail.solution = parse_solution(row->text(14));
  found.detail.close_reason = row->optional_text(15).value_or("");
  found.watched = row->boolean(16);
  return std::optional(std::move(found));
}

Result<std::vector<Message>> messages(sql::Connection& db, std::int64_t number, Reader reader, int most) {
  SLIPWAY_TRY(auto out, collect<Message>(
                            db,
                            "SELECT m.message_id, m.author_id, p.display_name, p.role, m.visibility, m.body, m.format,"
                            " m.written_at FROM message m JOIN person p ON p.person_id = m.author_id"
                            " WHERE m.number = ? AND (? OR m.visibility = 'public')"
                            " ORDER BY m.written_at DESC, m.message_id DESC LIMIT ?",
                            {number, reader.staff, most}, [](const sql::Row& row) {
                              return Message{row.integer(0),
                                             {row.integer(1), row.text(2)},
                                             row.text(3) != "requester",
                                             parse_visibility(row.text(4)).value_or(Visibility::internal),
                                             row.text(5),
                                             row.text(6) == "html",
                                             row.time(7),
                                             {}};
                            }));
  std::ranges::reverse(out);
  SLIPWAY_CHECK(add_attachments(db, number, out));
  return out;
}

Result<std::vector<Event>> events(sql::Connection& db, std::int64_t number, Reader reader, int most) {
  SLIPWAY_TRY(auto out,
              collect<Event>(db,
                             "SELECT e.happened_at, e.actor_id, p.display_name, e.kind, COALESCE(e.old_value, ''),"
                             " COALESCE(e.new_value, ''), COALESCE(e.detail, '')"
                             " FROM request_event e LEFT JOIN person p ON p.person_id = e.actor_id"
                             " WHERE e.number = ? AND (? OR e.kind IN ('opened', 'status', 'severity', 'answered'))"
                             " ORDER BY e.happened_at DESC, e.event_id DESC LIMIT ?",
                             {number, reader.staff, most}, [](const sql::Row& row) {
                               Event event{row.time(0), {}, row.text(3), row.text(4), row.text(5), row.text(6)};
                               if (!row.is_null(1)) event.actor = PersonRef{row.integer(1), row.text(2)};
                               return event;
                             }));
  std::ranges::reverse(out);
  return out;
}

Result<std::vector<Link>> links(sql::Connection& db, std::int64_t number, Reader reader) {
  constexpr std::string_view kStatement =
      "SELECT l.kind, 1, l.target_number, IF(? OR r.requester_id = ?, r.subject, ''), COALESCE(l.target_url, '')"
      " FROM request_link l LEFT JOIN request r ON r.number = l.target_number WHERE l.number = ?"
      " UNION ALL SELECT l.kind, 0, l.number, IF(? OR r.requester_id = ?, r.subject, ''), ''"
      " FROM request_link l JOIN request r ON r.number = l.number WHERE l.target_number = ?"
      " ORDER BY 2 DESC, 1, 3 LIMIT 1000";
  return collect<Link>(db, kStatement, {reader.staff, reader.person_id, number, reader.staff, reader.person_id, number},
                       [](const sql::Row& row) {
                         return Link{row.text(0), row.boolean(1), row.optional_integer(2),
                                     row.optional_text(3).value_or(""), row.text(4)};
                       });
}

Result<std::vector<CustomValue>> custom_values(sql::Connection& db, std::int64_t number) {
  return collect<CustomValue>(db,
                              "SELECT f.name, f.kind, v.value FROM custom_value v JOIN custom_field f USING (field_id)"
                              " WHERE v.number = ? ORDER BY f.name, v.position LIMIT 1000",
                              {number}, [](const sql::Row& row) {
                                return CustomValue{row.text(0), row.text(1), row.text(2)};
                              });
}

Result<std::vector<Watcher>> watchers(sql::Connection& db, std::int64_t number) {
  return collect<Watcher>(
      db,
      "SELECT w.person_id, p.display_name, w.role = 'agent_copy' FROM request_watcher w"
      " JOIN person p USING (person_id) WHERE w.number = ? ORDER BY p.display_name, w.person_id LIMIT 1000",
      {number}, [](const sql::Row& row) {
        return Watcher{{row.integer(0), row.text(1)}, row.boolean(2)};
      });
}

Result<std::optional<FoundAttachment>> find_attachment(sql::Connection& db, std::int64_t id) {
  SLIPWAY_TRY(
      const auto row,
      db.query_one("SELECT m.number, m.visibility, f.attachment_id, f.file_name, f.media_type, f.size_bytes,"
                   " f.content_hash FROM attachment f JOIN message m USING (message_id) WHERE f.attachment_id = ?",
                   {id}));
  if (!row) return std::optional<FoundAttachment>{};
  return std::optional(FoundAttachment{row->integer(0),
                                       parse_visibility(row->text(1)).value_or(Visibility::internal),
                                       {row->integer(2), row->text(3), row->text(4), row->natural(5)},
                                       row->text(6)});
}

Result<std::vector<PersonRef>> active_staff(sql::Connection& db) {
  return collect<PersonRef>(db,
                            "SELECT person_id, display_name FROM person WHERE active AND role <> 'requester'"
                            " ORDER BY display_name, person_id LIMIT 5000",
                            {}, [](const sql::Row& row) {
                              return PersonRef{row.integer(0), row.text(1)};
                            });
}

Result<std::vector<TeamRef>> active_teams(sql::Connection& db) {
  return collect<TeamRef>(db, "SELECT team_id, name FROM team WHERE active ORDER BY name LIMIT 5000", {},
                          [](const sql::Row& row) {
                            return TeamRef{row.integer(0), row.text(1)};
                          });
}

}  // namespace slipway::desk::request_store
