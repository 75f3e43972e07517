#include "services/desk/case_rules.hpp"

#include <algorithm>
#include <utility>

namespace slipway::desk {
namespace {

using enum CaseStatus;

/// B4, one pair a move.
constexpr std::pair<CaseStatus, CaseStatus> kMoves[] = {
    {fresh, open},           {open, suspended},   {open, resolved},
    {open, in_progress},     {open, closed},      {suspended, in_progress},
    {suspended, resolved},   {suspended, closed}, {in_progress, suspended},
    {in_progress, resolved}, {resolved, open},    {resolved, closed},
};

template <typename Names>
auto parse_name(const Names& names, std::string_view text) -> std::optional<decltype(names[0].first)> {
  for (const auto& [value, name] : names)
    if (name == text) return value;
  return std::nullopt;
}

template <typename Value, typename Names>
std::string_view name_of(const Names& names, Value value) {
  for (const auto& [candidate, name] : names)
    if (candidate == value) return name;
  return {};
}

constexpr std::array<std::pair<CaseStatus, std::string_view>, 6> kStatusNames = {{{fresh, "new"},
                                                                                  {open, "open"},
                                                                                  {suspended, "suspended"},
                                                                                  {in_progress, "in_progress"},
                                                                                  {resolved, "resolved"},
                                                                                  {closed, "closed"}}};
constexpr std::array<std::pair<Solution, std::string_view>, 5> kSolutionNames = {
    {{Solution::information, "information"},
     {Solution::workaround, "workaround"},
     {Solution::fix, "fix"},
     {Solution::works_as_designed, "works_as_designed"},
     {Solution::misuse_or_other_product, "misuse_or_other_product"}}};
constexpr std::array<std::pair<Role, std::string_view>, 3> kRoleNames = {
    {{Role::requester, "requester"}, {Role::agent, "agent"}, {Role::administrator, "administrator"}}};
constexpr std::array<std::pair<Visibility, std::string_view>, 2> kVisibilityNames = {
    {{Visibility::everyone, "public"}, {Visibility::internal, "internal"}}};

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

Error invalid(std::string_view parameter, std::string message, std::string hint) {
  return {Code::invalid_argument, std::move(message), std::move(hint), {{"parameter", std::string(parameter)}}};
}

}  // namespace

std::string_view to_text(CaseStatus status) { return name_of(kStatusNames, status); }
std::string_view to_text(Solution solution) { return name_of(kSolutionNames, solution); }
std::string_view to_text(Role role) { return name_of(kRoleNames, role); }
std::string_view to_text(Visibility visibility) { return name_of(kVisibilityNames, visibility); }

std::optional<CaseStatus> parse_status(std::string_view text) { return parse_name(kStatusNames, text); }
std::optional<Solution> parse_solution(std::string_view text) { return parse_name(kSolutionNames, text); }
std::optional<Role> parse_role(std::string_view text) { return parse_name(kRoleNames, text); }
std::optional<Visibility> parse_visibility(std::string_view text) { return parse_name(kVisibilityNames, text); }

bool move_allowed(CaseStatus from, CaseStatus to) {
  return std::ranges::find(kMoves, std::pair{from, to}) != std::end(kMoves);
}

bool move_allowed_for(Role role, CaseStatus from, CaseStatus to) {
  return move_allowed(from, to) && (is_staff(role) || from == resolved);
}

Status check_move(const MoveFacts& facts) {
  const auto name = "move from " + std::string(to_text(facts.from)) + " to " + std::string(to_text(facts.to));
  if (!move_allowed(facts.from, facts.to)) {
    std::string ways;
    for (const auto status : kCaseStatuses)
      if (move_allowed(facts.from, status)) ways += (ways.empty() ? "" : ", ") + std::string(to_text(status));
    return Error{Code::conflict, name + ": not a move of the support process",
                 ways.empty() ? "a closed request never reopens; open a new one that refers to it"
                              : "possible from here: " + ways};
  }
  if (!move_allowed_for(facts.role, facts.from, facts.to))
    return Error{Code::forbidden, name + ": reserved to agents", "answer the request and ask for it"};
  if (facts.to == closed && is_blank(facts.reason))
    return invalid("reason", name + ": a reason is missing", "say in a few words why the request is closed");
  if (facts.reason.size() > 500)
    return invalid("reason", name + ": the reason is longer than 500 bytes", "put the details in a message");
  if (facts.to == resolved && !facts.solution)
    return invalid("solution", name + ": the kind of solution is missing",
                   "one of information, workaround, fix, works_as_designed, misuse_or_other_product");
  if (facts.solution && facts.to != resolved && facts.to != closed)
    return invalid("solution", name + ": a kind of solution does not belong here",
                   "give it when the request is resolved");
  return {};
}

bool may_see(const AccessFacts& facts) {
  return is_staff(facts.role) || ((facts.is_requester || facts.watches) && !facts.deleted);
}

Status check_changeable(CaseStatus status) {
  if (status == closed)
    return Error{Code::conflict, "closed request: it does not change any more", "open a new request that refers to it"};
  return {};
}

}  // namespace slipway::desk
