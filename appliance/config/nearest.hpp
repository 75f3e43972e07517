// "Did you mean": the known name that differs least from a mistyped one. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace slipway::config {

/// Fewest insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest of `known`, the first of equals; nothing when all differ by more than a third of their length.
[[nodiscard]] std::optional<std::string> nearest(std::string_view text, std::span<const std::string> known);

/// A fault's words: "unknown key 'web.prot'; did you mean 'web.port'?", `what` being "key"; without the question when
/// none is near.
[[nodiscard]] std::string unknown_name(std::string_view what, std::string_view name,
                                       std::span<const std::string> known);

}  // namespace slipway::config
