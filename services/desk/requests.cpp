// Looking at requests: one with all that is on it, its attachments, and what choosers offer.
#include "services/desk/content_store.hpp"
#include "services/desk/desk.hpp"
#include "services/desk/request_store.hpp"

namespace slipway::desk {
namespace {

namespace store = request_store;

Error unknown_request(std::int64_t number) {
  return {Code::not_found, "request " + std::to_string(number) + ": not found", "check the number"};
}

bool visible(const Person& person, const store::Found& found) {
  const auto& summary = found.detail.summary;
  return may_see({person.role, summary.requester.id == person.id, found.watched, summary.deleted});
}

}  // namespace

Result<RequestDetail> Desk::get(const Person& person, std::int64_t number) {
  SLIPWAY_TRY(auto connection, pool_->lend());
  auto& db = *connection;
  SLIPWAY_TRY(auto found, store::find(db, number, person.id));
  if (!found || !visible(person, *found)) return unknown_request(number);
  auto detail = std::move(found->detail);
  const store::Reader reader{person.id, is_staff(person.role)};
  SLIPWAY_TRY(detail.messages, store::messages(db, number, reader, kMostMessages + 1));
  if (detail.messages.size() > std::size_t{kMostMessages}) {
    detail.messages.erase(detail.messages.begin());
    detail.older_messages_left_out = true;
  }
  SLIPWAY_TRY(detail.events, store::events(db, number, reader, kMostMessages));
  SLIPWAY_TRY(detail.links, store::links(db, number, reader));
  SLIPWAY_TRY(detail.custom_values, store::custom_values(db, number));
  SLIPWAY_TRY(detail.watchers, store::watchers(db, number));
  if (!detail.summary.deleted && !detail.summary.merged_into)
    for (const auto status : kCaseStatuses)
      if (move_allowed_for(person.role, detail.summary.status, status)) detail.moves.push_back(status);
  return detail;
}

Result<AttachmentFile> Desk::attachment(const Person& person, std::int64_t attachment_id) {
  const Error unknown{Code::not_found, "attachment " + std::to_string(attachment_id) + ": not found",
                      "open it from its request"};
  SLIPWAY_TRY(auto db, pool_->lend());
  SLIPWAY_TRY(const auto file, store::find_attachment(*db, attachment_id));
  if (!file || (file->visibility == Visibility::internal && !is_staff(person.role))) return unknown;
  SLIPWAY_TRY(const auto found, store::find(*db, file->number, person.id));
  if (!found || !visible(person, *found)) return unknown;

  // A connection is lent for one piece at a time: a slow client holds none.
  auto stream = [pool = pool_, hash = file->content_hash,
                 size = file->info.size_bytes](const http::BodyWriter& write) -> Status {
    std::uint64_t sent = 0;
    for (std::uint64_t piece = 0; sent < size; ++piece) {
      SLIPWAY_TRY(const auto bytes, [&]() -> Result<std::string> {
        SLIPWAY_TRY(auto lease, pool->lend());
        return content_store::read_piece(*lease, hash, piece);
      }());
      if (bytes.empty() || bytes.size() > size - sent)
        return Error{Code::corrupt, "attachment: its content has another size"};
      SLIPWAY_CHECK(write(bytes));
      sent += bytes.size();
    }
    return {};
  };
  return AttachmentFile{file->info, std::move(stream)};
}

Result<std::vector<PersonRef>> Desk::staff(const Person& person) {
  if (!is_staff(person.role)) return std::vector<PersonRef>{};
  SLIPWAY_TRY(auto db, pool_->lend());
  return store::active_staff(*db);
}

Result<std::vector<TeamRef>> Desk::teams(const Person& person) {
  if (!is_staff(person.role)) return std::vector<TeamRef>{};
  SLIPWAY_TRY(auto db, pool_->lend());
  return store::active_teams(*db);
}

Desk::Desk(std::shared_ptr<sql::Pool> pool, DeskSettings settings)
    : pool_(std::move(pool)), settings_(std::move(settings)) {}

}  // namespace slipway::desk
