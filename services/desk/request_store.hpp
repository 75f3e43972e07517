// Reads one request with everything on it.
#pragma once

#include "appliance/sql/connection.hpp"
#include "services/desk/desk.hpp"

namespace slipway::desk::request_store {

/// What decides who may see a request.
struct Found {
  RequestDetail detail;  ///< summary, solution and close reason only
  bool watched = false;  ///< by the viewer
};
[[nodiscard]] Result<std::optional<Found>> find(sql::Connection& db, std::int64_t number, std::int64_t viewer);

/// What staff see and requesters do not is left out here, by the query, so it cannot leak further up.
struct Reader {
  std::int64_t person_id = 0;
  bool staff = false;
};
[[nodiscard]] Result<std::vector<Message>> messages(sql::Connection& db, std::int64_t number, Reader reader, int most);
[[nodiscard]] Result<std::vector<Event>> events(sql::Connection& db, std::int64_t number, Reader reader, int most);
[[nodiscard]] Result<std::vector<Link>> links(sql::Connection& db, std::int64_t number, Reader reader);
[[nodiscard]] Result<std::vector<CustomValue>> custom_values(sql::Connection& db, std::int64_t number);
[[nodiscard]] Result<std::vector<Watcher>> watchers(sql::Connection& db, std::int64_t number);

/// An attachment with the request it belongs to.
struct FoundAttachment {
  std::int64_t number = 0;
  Visibility visibility = Visibility::everyone;
  AttachmentInfo info;
  std::string content_hash;  ///< 32 bytes
};
[[nodiscard]] Result<std::optional<FoundAttachment>> find_attachment(sql::Connection& db, std::int64_t id);

[[nodiscard]] Result<std::vector<PersonRef>> active_staff(sql::Connection& db);
[[nodiscard]] Result<std::vector<TeamRef>> active_teams(sql::Connection& db);

}  // namespace slipway::desk::request_store
