// The life of a request (B1–B7) as pure functions.
//
//            ┌──────────────────────────────┐
//   new ──▶ open ──▶ suspended ◀──▶ in_progress
//            │ ▲ └──────┐ │              │
//            │ │        ▼ ▼              │
//            │ └────── resolved ◀────────┘
//            ▼            │
//          closed ◀───────┘      (suspended ──▶ closed too)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::desk {

/// B4. Names in JSON, forms and the database are those of to_text: "new", "open", "suspended", "in_progress", ….
enum class CaseStatus { fresh, open, suspended, in_progress, resolved, closed };
inline constexpr std::array kCaseStatuses = {CaseStatus::fresh,       CaseStatus::open,     CaseStatus::suspended,
                                             CaseStatus::in_progress, CaseStatus::resolved, CaseStatus::closed};

/// B7.
enum class Solution { information, workaround, fix, works_as_designed, misuse_or_other_product };
inline constexpr std::array kSolutions = {Solution::information, Solution::workaround, Solution::fix,
                                          Solution::works_as_designed, Solution::misuse_or_other_product};

/// What a person may do; agents and administrators answer, requesters ask.
enum class Role { requester, agent, administrator };

/// Who reads a message: everybody on the request, or its agents only.
enum class Visibility { everyone, internal };

/// B1: 1 blocking, 2 major, 3 minor, 4 information.
inline constexpr int kLeastSeverity = 1;
inline constexpr int kMostSeverity = 4;
inline constexpr int kUsualSeverity = 3;

[[nodiscard]] std::string_view to_text(CaseStatus status);
[[nodiscard]] std::string_view to_text(Solution solution);
[[nodiscard]] std::string_view to_text(Role role);
[[nodiscard]] std::string_view to_text(Visibility visibility);  ///< "public", "internal"
[[nodiscard]] std::optional<CaseStatus> parse_status(std::string_view text);
[[nodiscard]] std::optional<Solution> parse_solution(std::string_view text);
[[nodiscard]] std::optional<Role> parse_role(std::string_view text);
[[nodiscard]] std::optional<Visibility> parse_visibility(std::string_view text);

[[nodiscard]] constexpr bool is_staff(Role role) { return role != Role::requester; }

/// True for exactly the twelve moves of B4.
[[nodiscard]] bool move_allowed(CaseStatus from, CaseStatus to);

/// Whether a person of this role may make the move: staff all of B4; the requester accepts or refuses a solution
/// (resolved to closed, resolved to open).
[[nodiscard]] bool move_allowed_for(Role role, CaseStatus from, CaseStatus to);

/// A wish to move a request on.
struct MoveFacts {
  Role role = Role::requester;
  CaseStatus from = CaseStatus::fresh;
  CaseStatus to = CaseStatus::fresh;
  std::string_view reason;           ///< of closing
  std::optional<Solution> solution;  ///< of resolving
};

/// Whether the move may be made: B4 (conflict, forbidden), a reason to close (B6) and a kind of solution to resolve
/// (B7) (invalid_argument with context parameter=reason or solution).
[[nodiscard]] Status check_move(const MoveFacts& facts);

/// What decides whether a request is somebody's to see.
struct AccessFacts {
  Role role = Role::requester;
  bool is_requester = false;  ///< of this request
  bool watches = false;
  bool deleted = false;
};
/// Staff see every request; others what they asked or watch, unless it was deleted.
[[nodiscard]] bool may_see(const AccessFacts& facts);

/// Whether messages, severity and assignment may still change: not once closed (B6). Error: conflict.
[[nodiscard]] Status check_changeable(CaseStatus status);

}  // namespace slipway::desk
