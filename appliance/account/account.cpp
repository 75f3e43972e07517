// The words of kinds and states, as the database and people know them.
#include <array>

#include "appliance/account/directory.hpp"

namespace slipway::account {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 5> kKinds{"production", "sandbox", "demonstration", "validation", "other"};
constexpr std::array<std::string_view, 5> kStates{"creating", "active", "suspended", "migrating", "deleting"};

}  // namespace

std::string_view to_text(Kind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }
std::string_view to_text(State state) { return kStates.at(static_cast<std::size_t>(state)); }

Result<Kind> parse_kind(std::string_view text) {
  for (std::size_t i = 0; i < kKinds.size(); ++i)
    if (kKinds[i] == text) return static_cast<Kind>(i);
  return Error{Code::invalid_argument, "kind '" + std::string(text.substr(0, 40)) + "': unknown",
               "choose production, sandbox, demonstration, validation or other"};
}

Result<State> parse_state(std::string_view text) {
  for (std::size_t i = 0; i < kStates.size(); ++i)
    if (kStates[i] == text) return static_cast<State>(i);
  return Error{Code::unsupported, "account state '" + std::string(text.substr(0, 40)) + "': unknown to this program",
               "use the program version that wrote it, or a newer one"};
}

}  // namespace slipway::account
