// The console menu: asks for the answers on a terminal, then shows how the machine is. Inside this folder only.
#pragma once

#include <optional>

#include "appliance/command/command.hpp"
#include "appliance/firstboot/answers.hpp"
#include "appliance/firstboot/fault.hpp"
#include "appliance/firstboot/progress.hpp"
#include "services/firstboot/terminal.hpp"

namespace slipway::firstboot {

/// Runs until the terminal goes away. Errors: permission, no_space (answers cannot be written).
[[nodiscard]] Status console(const Places& places, const command::Context& context, std::optional<Language> language);

/// A text in both languages.
struct Said {
  const char* english;
  const char* french;
  [[nodiscard]] const char* in(Language language) const { return language == Language::english ? english : french; }
};

enum class Asked { confirmed, interrupted, end };
/// Asks everything and shows a summary, until a person confirms it with a whole word.
[[nodiscard]] Asked ask_answers(Terminal& terminal, Language language, Answers& answers);

/// Addresses of this machine on its networks, without loopback and link-local ones.
[[nodiscard]] std::vector<std::string> own_addresses();

/// How the machine is, in at most 24 lines.
[[nodiscard]] std::string status_screen(Language language);

}  // namespace slipway::firstboot
