// What was typed so far. Everything is kept as it was typed, also what another answer closes: somebody who looks at the
// other choice and comes back finds it again. Values; not synchronised.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "appliance/firstboot/answers.hpp"
#include "appliance/firstboot/fault.hpp"
#include "appliance/http/message.hpp"

namespace slipway::wizard {

/// In the order in which they are asked.
enum class Page { machine, network, access, certificate, administrator, start, backups };
inline constexpr std::size_t kPages = 7;
[[nodiscard]] std::string_view to_text(Page page);  ///< "machine", as in the address
[[nodiscard]] std::optional<Page> parse_page(std::string_view text);

enum class Kind { text, zone, mail, lines, area, choice, password, secret_area };

struct Draft {
  firstboot::Answers typed = {};
  bool fixed = false;  ///< the network's address is said here, not by DHCP

  /// What is carried out: without what another answer closes.
  [[nodiscard]] firstboot::Answers answers() const;
};

/// One question of the form.
struct Field {
  using Place = std::variant<std::monostate, std::string*, Secret*, firstboot::Texts*>;
  Page page;
  std::string_view group;  ///< questions of a group stand together; "when-…": only with that choice
  std::string_view key;    ///< as in the answers file, and two that are not in it: network.kind, administrator.again
  Kind kind;
  bool optional;
  Place (*place)(firstboot::Answers&);
  std::span<const std::string_view> choices = {};

  [[nodiscard]] std::string name() const;  ///< in HTML: "network_address"
};

/// All questions, in order.
[[nodiscard]] std::span<const Field> fields();

/// What is wrong with one field, in the reader's language.
struct Complaint {
  std::string key;
  std::string what;
  std::string way_out;
};

/// Takes over what the form of `page` brings; files count before typed text. A secret that is left empty stays as it
/// was. Complains of files that are no text. Errors: those of reading an upload.
[[nodiscard]] Result<std::vector<std::string>> take_form(Draft& draft, Page page, const http::Form& form);

}  // namespace slipway::wizard
