#include "services/wizard/draft.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "appliance/base/utf8.hpp"

namespace slipway::wizard {
namespace {

using firstboot::Answers;
using Place = Field::Place;

constexpr std::array<std::string_view, kPages> kNames{"machine",       "network", "access", "certificate",
                                                      "administrator", "start",   "backups"};
constexpr std::array<std::string_view, 2> kNetworkKinds{"dhcp", "fixed"};
constexpr std::array<std::string_view, 2> kCertificateKinds{"self-made", "own"};
constexpr std::array<std::string_view, 3> kStarts{"new", "repository", "server"};
constexpr std::array<std::string_view, 3> kRoles{"single", "primary", "secondary"};

Place nowhere(Answers& /*answers*/) { return std::monostate(); }

// A row each, in the order of the pages.
// clang-format off
constexpr std::array<Field, 27> kFields{{
  {Page::machine, "", "hostname", Kind::text, false, [](Answers& a) -> Place { return &a.hostname; }},
  {Page::machine, "", "timezone", Kind::zone, false, [](Answers& a) -> Place { return &a.timezone; }},
  {Page::network, "", "network.kind", Kind::choice, false, nowhere, kNetworkKinds},
  {Page::network, "when-fixed", "network.address", Kind::lines, false, [](Answers& a) -> Place { return &a.network.address; }},
  {Page::network, "when-fixed", "network.gateway", Kind::lines, true, [](Answers& a) -> Place { return &a.network.gateway; }},
  {Page::network, "when-fixed", "network.dns", Kind::lines, true, [](Answers& a) -> Place { return &a.network.dns; }},
  {Page::access, "", "management.networks", Kind::lines, true, [](Answers& a) -> Place { return &a.management.networks; }},
  {Page::access, "", "management.public_keys", Kind::lines, true, [](Answers& a) -> Place { return &a.management.public_keys; }},
  {Page::certificate, "", "certificate.kind", Kind::choice, false, [](Answers& a) -> Place { return &a.certificate.kind; }, kCertificateKinds},
  {Page::certificate, "when-own", "certificate.chain", Kind::area, false, [](Answers& a) -> Place { return &a.certificate.chain; }},
  {Page::certificate, "when-own", "certificate.key", Kind::secret_area, false, [](Answers& a) -> Place { return &a.certificate.key; }},
  {Page::certificate, "when-own", "certificate.contract_end", Kind::text, true, [](Answers& a) -> Place { return &a.certificate.contract_end; }},
  {Page::administrator, "", "administrator.email", Kind::mail, false, [](Answers& a) -> Place { return &a.administrator.email; }},
  {Page::administrator, "", "administrator.password", Kind::password, false, [](Answers& a) -> Place { return &a.administrator.password; }},
  {Page::administrator, "", "administrator.again", Kind::password, false, nowhere},
  {Page::start, "", "start.from", Kind::choice, false, [](Answers& a) -> Place { return &a.start.from; }, kStarts},
  {Page::start, "when-repository", "start.repository", Kind::text, true, [](Answers& a) -> Place { return &a.start.repository; }},
  {Page::start, "when-repository", "start.repository_credentials", Kind::secret_area, true, [](Answers& a) -> Place { return &a.start.repository_credentials; }},
  {Page::start, "when-server", "start.server", Kind::text, false, [](Answers& a) -> Place { return &a.start.server; }},
  {Page::start, "when-server", "start.server_password", Kind::password, false, [](Answers& a) -> Place { return &a.start.server_password; }},
  {Page::start, "role", "site.role", Kind::choice, false, [](Answers& a) -> Place { return &a.site.role; }, kRoles},
  {Page::backups, "", "backup.even", Kind::text, true, [](Answers& a) -> Place { return &a.backup.even; }},
  {Page::backups, "", "backup.even_credentials", Kind::secret_area, true, [](Answers& a) -> Place { return &a.backup.even_credentials; }},
  {Page::backups, "", "backup.odd", Kind::text, true, [](Answers& a) -> Place { return &a.backup.odd; }},
  {Page::backups, "", "backup.odd_credentials", Kind::secret_area, true, [](Answers& a) -> Place { return &a.backup.odd_credentials; }},
  {Page::backups, "keys", "backup.known_hosts", Kind::area, true, [](Answers& a) -> Place { return &a.backup.known_hosts; }},
  {Page::backups, "keys", "backup.key", Kind::password, true, [](Answers& a) -> Place { return &a.backup.key; }},
}};
// clang-format on

constexpr std::size_t kMostTextBytes = 64U << 10U;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// Browsers end the lines of a text with CR LF, Windows those of a file.
std::string with_plain_line_ends(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '\r') out.push_back(c);
  return out;
}

firstboot::Texts lines_of(std::string_view text) {
  firstboot::Texts lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (const auto line = trimmed(text.substr(0, end)); !line.empty()) lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Result<std::optional<std::string>> uploaded(const http::Form& form, const std::string& name) {
  for (const auto& upload : form.uploads) {
    if (upload.field != name || upload.size == 0) continue;
    if (upload.size > kMostTextBytes) return Error{Code::too_large, "file '" + upload.file_name + "': too large"};
    std::ifstream file(upload.path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (bytes.size() != upload.size)
      return Error{Code::unavailable, "file '" + upload.file_name + "': cannot be read back"};
    return std::optional(std::move(bytes));
  }
  return std::optional<std::string>();
}

bool is_secret(Kind kind) { return kind == Kind::password || kind == Kind::secret_area; }
bool is_long(Kind kind) { return kind == Kind::area || kind == Kind::secret_area; }

/// A directory, and no repository at all, take no credentials.
bool signs_in(std::string_view repository) { return !repository.empty() && !repository.starts_with("file:"); }

void put(const Place& place, Kind kind, std::string text) {
  text = with_plain_line_ends(text);
  // A private key ends with a line end, a password may end with a blank.
  if (kind != Kind::password) {
    const bool ends_line = is_long(kind) && text.find('\n') != std::string::npos;
    text = std::string(trimmed(text));
    if (ends_line && !text.empty()) text.push_back('\n');
  }
  if (auto* const* lines = std::get_if<firstboot::Texts*>(&place)) **lines = lines_of(text);
  if (auto* const* plain = std::get_if<std::string*>(&place)) **plain = std::move(text);
  if (auto* const* secret = std::get_if<Secret*>(&place)) **secret = Secret(std::move(text));
}

}  // namespace

std::string_view to_text(Page page) { return kNames[static_cast<std::size_t>(page)]; }

std::optional<Page> parse_page(std::string_view text) {
  const auto* const found = std::ranges::find(kNames, text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Page>(found - kNames.begin());
}

std::string Field::name() const {
  std::string text(key);
  std::ranges::replace(text, '.', '_');
  return text;
}

std::span<const Field> fields() { return kFields; }

firstboot::Answers Draft::answers() const {
  Answers made = typed;
  if (!fixed) made.network = {};
  if (made.certificate.kind == "self-made") made.certificate = {};
  if (made.start.from != "repository") {
    made.start.repository.clear();
    made.start.repository_credentials = Secret();
  }
  if (made.start.from != "server") {
    made.start.server.clear();
    made.start.server_password = Secret();
  }
  if (!signs_in(made.start.repository)) made.start.repository_credentials = Secret();
  if (!signs_in(made.backup.even)) made.backup.even_credentials = Secret();
  if (!signs_in(made.backup.odd)) made.backup.odd_credentials = Secret();
  return made;
}

Result<std::vector<std::string>> take_form(Draft& draft, Page page, const http::Form& form) {
  std::vector<std::string> no_text;
  for (const Field& field : kFields) {
    if (field.page != page) continue;
    const std::string name = field.name();
    if (field.key == "network.kind" && form.fields.contains(name)) draft.fixed = form.text(name) == "fixed";
    const Place place = field.place(draft.typed);
    if (std::holds_alternative<std::monostate>(place)) continue;
    if (is_long(field.kind)) {
      SLIPWAY_TRY(auto file, uploaded(form, name + "_file"));
      if (file && !is_utf8(*file)) {
        no_text.emplace_back(field.key);
        continue;
      }
      if (file) {
        put(place, field.kind, *std::move(file));
        continue;
      }
    }
    if (form.text(name + "_forget") == "yes") put(place, field.kind, "");
    if (!form.fields.contains(name) || (is_secret(field.kind) && form.text(name).empty())) continue;
    put(place, field.kind, form.text(name));
  }
  return no_text;
}

}  // namespace slipway::wizard
