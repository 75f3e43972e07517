// The request list as a page: its address ↔ its query, and what the template shows.
#pragma once

#include "services/desk/page_frame.hpp"

namespace slipway::desk::pages {

/// Statuses of requests that somebody has to do something about.
inline const std::vector<CaseStatus> kActiveStatuses = {CaseStatus::fresh, CaseStatus::open, CaseStatus::suspended,
                                                        CaseStatus::in_progress};

/// What the address of a list says. A value: every link of the page is a changed copy.
struct ListAddress {
  std::string search = {};
  std::vector<CaseStatus> statuses = {};
  std::vector<int> severities = {};
  std::string assignee = {};  ///< "", "me", "none" or a person's id
  std::string team = {};      ///< "" or an id
  Sort sort = {};
  std::string cursor = {};

  bool operator==(const ListAddress&) const = default;
};

/// What choosers of staff and teams offer; empty for requesters.
struct Choosers {
  std::vector<PersonRef> staff;
  std::vector<TeamRef> teams;
};

/// Reads the query; without any filter it is the role's usual view. Unknown values are left out. Error:
/// invalid_argument when it is not UTF-8.
[[nodiscard]] Result<ListAddress> read_list_address(const http::Request& request, Role role);
/// "/requests?…", such that read_list_address() gives the same again.
[[nodiscard]] std::string list_path(const ListAddress& address);
[[nodiscard]] ListQuery list_query(const ListAddress& address, const Person& person);

/// What the template shows of a status or severity: {"key", "text"}, {"level", "text"}.
[[nodiscard]] nlohmann::json status_value(const Visit& visit, CaseStatus status);
[[nodiscard]] nlohmann::json severity_value(const Visit& visit, int severity);
/// The line about a merged or deleted request; null for others.
[[nodiscard]] nlohmann::json gone_text(const Visit& visit, const RequestSummary& row);

[[nodiscard]] Result<http::Response> show_list(Visit& visit, http::Request& request);

}  // namespace slipway::desk::pages
