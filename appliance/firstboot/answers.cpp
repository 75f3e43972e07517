#include "appliance/firstboot/answers.hpp"

#include <array>
#include <variant>

#include "appliance/base/secret_file.hpp"
#include "appliance/config/nearest.hpp"
#include "appliance/config/toml_file.hpp"

namespace slipway::firstboot {
namespace {

using Place = std::variant<std::string*, Secret*, Texts*>;

/// A key of the file, and where its value is kept.
struct Field {
  std::string_view key;
  std::string_view comment;
  Place (*place)(Answers&);
};

const std::array<Field, 25>& fields() {
  static constexpr std::array<Field, 25> all{{
      {"hostname", "full name; empty: it keeps the one that it has", [](Answers& a) -> Place { return &a.hostname; }},
      {"timezone", "such as Europe/Paris", [](Answers& a) -> Place { return &a.timezone; }},
      {"network.address", "with prefix length; all empty: DHCP",
       [](Answers& a) -> Place { return &a.network.address; }},
      {"network.gateway", "", [](Answers& a) -> Place { return &a.network.gateway; }},
      {"network.dns", "", [](Answers& a) -> Place { return &a.network.dns; }},
      {"management.networks", "from where SSH is reachable; empty: from nowhere",
       [](Answers& a) -> Place { return &a.management.networks; }},
      {"management.public_keys", "lines of .pub files", [](Answers& a) -> Place { return &a.management.public_keys; }},
      {"administrator.email", "first administrator of account production",
       [](Answers& a) -> Place { return &a.administrator.email; }},
      {"administrator.password", "empty: one is made", [](Answers& a) -> Place { return &a.administrator.password; }},
      {"certificate.kind", "self-made or own", [](Answers& a) -> Place { return &a.certificate.kind; }},
      {"certificate.chain", "PEM, own first", [](Answers& a) -> Place { return &a.certificate.chain; }},
      {"certificate.key", "PEM", [](Answers& a) -> Place { return &a.certificate.key; }},
      {"certificate.contract_end", "such as 2027-12-31: until then it must be valid",
       [](Answers& a) -> Place { return &a.certificate.contract_end; }},
      {"site.role", "single, primary or secondary", [](Answers& a) -> Place { return &a.site.role; }},
      {"backup.even", "file:///DIR, sftp://USER@HOST/DIR, s3://BUCKET, ftps://USER@HOST/DIR",
       [](Answers& a) -> Place { return &a.backup.even; }},
      {"backup.odd", "", [](Answers& a) -> Place { return &a.backup.odd; }},
      {"backup.even_credentials", "sftp: private key; s3: two lines; ftps: password",
       [](Answers& a) -> Place { return &a.backup.even_credentials; }},
      {"backup.odd_credentials", "", [](Answers& a) -> Place { return &a.backup.odd_credentials; }},
      {"backup.known_hosts", "host keys of sftp hosts", [](Answers& a) -> Place { return &a.backup.known_hosts; }},
      {"backup.key", "recovery key of existing repositories; empty: a new key",
       [](Answers& a) -> Place { return &a.backup.key; }},
      {"start.from", "new, repository or server", [](Answers& a) -> Place { return &a.start.from; }},
      {"start.repository", "which to restore from; empty: those above",
       [](Answers& a) -> Place { return &a.start.repository; }},
      {"start.repository_credentials", "", [](Answers& a) -> Place { return &a.start.repository_credentials; }},
      {"start.server", "mysql://USER@HOST:PORT/DATABASE", [](Answers& a) -> Place { return &a.start.server; }},
      {"start.server_password", "", [](Answers& a) -> Place { return &a.start.server_password; }},
  }};
  return all;
}

std::string unknown(const std::string& key) {
  Texts known;
  for (const Field& field : fields()) known.emplace_back(field.key);
  const auto suggestion = config::nearest(key, known);
  return "unknown key '" + key + "'" + (suggestion ? "; did you mean '" + *suggestion + "'?" : "");
}

/// Puts the value in its place; what is wrong with it, or an empty text.
std::string take(Answers& answers, config::FileEntry entry) {
  for (const Field& field : fields()) {
    if (field.key != entry.key) continue;
    const Place place = field.place(answers);
    const bool list = std::holds_alternative<Texts*>(place);
    if (list != (entry.written == config::Written::list) || (!list && entry.written != config::Written::text))
      return entry.key + (list ? " must be a list of texts, such as [\"…\"]" : " must be text in quotes");
    if (list) *std::get<Texts*>(place) = std::move(entry.items);
    if (const auto* text = std::get_if<std::string*>(&place)) **text = std::move(entry.text);
    if (const auto* secret = std::get_if<Secret*>(&place)) **secret = Secret(std::move(entry.text));
    return "";
  }
  return unknown(entry.key);
}

void append_quoted(std::string& out, std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  // A PEM text is easier to look at on lines of its own.
  const bool lines = text.find('\n') != std::string_view::npos;
  out.append(lines ? "\"\"\"\n" : "\"");
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') {
      out.append("\\").push_back(letter);
    } else if (letter == '\n') {
      out.push_back(letter);
    } else if (byte < 0x20U || byte == 0x7fU) {
      out.append("\\u00").push_back(digits[byte >> 4U]);
      out.push_back(digits[byte & 15U]);
    } else {
      out.push_back(letter);
    }
  }
  out.append(lines ? "\"\"\"" : "\"");
}

void append_value(std::string& out, const Place& place) {
  if (const auto* text = std::get_if<std::string*>(&place)) return append_quoted(out, **text);
  if (const auto* secret = std::get_if<Secret*>(&place)) return append_quoted(out, (*secret)->reveal());
  out.append("[");
  std::string_view between;
  for (const std::string& item : *std::get<Texts*>(place)) {
    out.append(between);
    append_quoted(out, item);
    between = ", ";
  }
  out.append("]");
}

}  // namespace

Result<Answers> parse_answers(std::string_view text, const std::string& name) {
  SLIPWAY_TRY(auto content, config::parse_toml(text, name));
  Answers answers;
  std::string faults;
  const auto note = [&](unsigned line, const std::string& what) {
    if (what.empty()) return;
    faults.append(faults.empty() ? "" : "\n")
        .append(name)
        .append(":")
        .append(std::to_string(line))
        .append(": ")
        .append(what);
  };
  for (const auto& [section, line] : content.sections) {
    bool known = false;
    for (const Field& field : fields()) known = known || field.key.starts_with(section + ".");
    if (!known) note(line, "unknown section [" + section + "]");
  }
  for (auto& entry : content.entries) {
    const unsigned line = entry.line;
    note(line, take(answers, std::move(entry)));
  }
  if (!faults.empty()) return Error{Code::invalid_argument, faults, "docs/first-boot.md has an example with every key"};
  return answers;
}

Result<Secret> read_answers_text(const std::filesystem::path& file) {
  // Read as a secret is, since it may hold some; said as what it is.
  auto text = read_secret_file(file);
  if (text) return text;
  if (text.error().code != Code::not_found) return text.error().within("answers");
  return Error{
      Code::not_found, "answers '" + file.string() + "': there is no such file",
      "write it (0600; docs/first-boot.md has an example), or give the answers on the console or in the browser"};
}

Result<Answers> read_answers(const std::filesystem::path& file) {
  SLIPWAY_TRY(const Secret text, read_answers_text(file));
  return parse_answers(text.reveal(), file.string());
}

Secret render_answers(const Answers& answers) {
  std::string out = "# What this machine was told at its first boot. Carried out by: slipway first-boot apply\n";
  std::string section;
  Answers copy = answers;
  for (const Field& field : fields()) {
    const std::size_t dot = field.key.find('.');
    const std::string_view in = dot == std::string_view::npos ? std::string_view() : field.key.substr(0, dot);
    if (in != section) {
      out.append("\n[").append(in).append("]\n");
      section = in;
    }
    if (!field.comment.empty()) out.append("# ").append(field.comment).append("\n");
    out.append(field.key.substr(dot == std::string_view::npos ? 0 : dot + 1)).append(" = ");
    append_value(out, field.place(copy));
    out.append("\n");
  }
  return Secret(std::move(out));
}

Answers without_secrets(Answers answers) {
  for (const Field& field : fields()) {
    const Place place = field.place(answers);
    if (const auto* secret = std::get_if<Secret*>(&place)) **secret = Secret();
  }
  return answers;
}

}  // namespace slipway::firstboot
