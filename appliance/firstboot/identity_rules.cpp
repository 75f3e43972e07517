#include "appliance/firstboot/identity_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "appliance/base/utf8.hpp"

namespace slipway::firstboot {
namespace {

constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestMail = 254;  // what a person's row holds
constexpr std::size_t kLongestLocalPart = 64;
constexpr std::size_t kShortestPassword = 12;
constexpr std::size_t kLongestPassword = 200;
constexpr unsigned kLeastRsaBits = 3072;

bool is_letter_or_digit(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kLongestLabel || label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label, [](char letter) { return is_letter_or_digit(letter) || letter == '-'; });
}

bool is_number(std::string_view text) {
  return std::ranges::all_of(text, [](char letter) { return letter >= '0' && letter <= '9'; });
}

std::string lower(std::string_view text) {
  std::string out;
  for (const char letter : text) out.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(letter))));
  return out;
}

/// The bytes of base64 with its padding; nothing when it is not that.
std::optional<std::string> decode(std::string_view text) {
  static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string out;
  unsigned held = 0;
  unsigned bits = 0;
  for (const char letter : text.substr(0, text.size() - padding)) {
    const std::size_t value = alphabet.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    held = (held << 6U) | static_cast<unsigned>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<char>((held >> bits) & 0xffU));
    }
  }
  return out;
}

/// Takes one string of the SSH wire form (RFC 4251) from the front.
std::optional<std::string_view> take_string(std::string_view& rest) {
  if (rest.size() < 4) return std::nullopt;
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size = (size << 8U) | static_cast<unsigned char>(rest[i]);
  if (rest.size() - 4 < size) return std::nullopt;
  const std::string_view part = rest.substr(4, size);
  rest.remove_prefix(4 + size);
  return part;
}

unsigned bits_of(std::string_view number) {
  while (!number.empty() && number.front() == '\0') number.remove_prefix(1);
  return static_cast<unsigned>(number.size()) * 8;
}

struct Line {
  std::string_view kind, key, comment;
};

Line split(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  const std::size_t first = std::min(line.find(' '), line.size());
  const std::string_view rest = first == line.size() ? std::string_view() : line.substr(first + 1);
  const std::size_t second = std::min(rest.find(' '), rest.size());
  return {line.substr(0, first), rest.substr(0, second),
          second == rest.size() ? std::string_view() : rest.substr(second + 1)};
}

}  // namespace

std::optional<Wrong> fault_of_host_name(std::string_view name) {
  if (name.empty() || name.size() > kLongestName) return Wrong::no_host_name;
  std::string_view last;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    last = name.substr(begin, end - begin);
    if (!is_label(last)) return Wrong::no_host_name;
    begin = end + 1;
  }
  if (is_number(last)) return Wrong::name_is_address;
  return name.find('.') == std::string_view::npos ? std::optional(Wrong::no_full_name) : std::nullopt;
}

std::string_view first_label(std::string_view name) { return name.substr(0, name.find('.')); }

std::optional<Wrong> fault_of_mail(std::string_view mail) {
  static constexpr std::string_view others = "!#$%&'*+/=?^_`{|}~.-";
  const std::size_t at = mail.rfind('@');
  if (at == std::string_view::npos || mail.size() > kLongestMail || at == 0 || at > kLongestLocalPart)
    return Wrong::no_mail;
  const std::string_view local = mail.substr(0, at);
  const bool plain = std::ranges::all_of(
      local, [](char c) { return is_letter_or_digit(c) || others.find(c) != std::string_view::npos; });
  if (!plain || local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos)
    return Wrong::no_mail;
  return fault_of_host_name(mail.substr(at + 1)) ? std::optional(Wrong::no_mail) : std::nullopt;
}

std::optional<Wrong> fault_of_password(const Secret& password, std::string_view mail, std::string_view host_name) {
  const std::string& text = password.reveal();
  if (!is_plain_text(text, false)) return Wrong::not_text;
  if (utf8_length(text) < kShortestPassword) return Wrong::password_short;
  if (utf8_length(text) > kLongestPassword) return Wrong::password_long;
  const std::string low = lower(text);
  const auto says = [&](std::string_view word) {
    return word.size() >= 4 && low.find(lower(word)) != std::string::npos;
  };
  std::array<bool, 256> seen{};
  for (const char letter : low) seen[static_cast<unsigned char>(letter)] = true;
  if (std::ranges::count(seen, true) < 5 || says(mail) || says(host_name) || says("123456789") || says("password"))
    return Wrong::password_guessed;
  return std::nullopt;
}

std::optional<Wrong> fault_of_public_key(std::string_view line) {
  static constexpr std::array<std::string_view, 7> kinds{"ssh-ed25519",
                                                         "sk-ssh-ed25519@openssh.com",
                                                         "ecdsa-sha2-nistp256",
                                                         "ecdsa-sha2-nistp384",
                                                         "ecdsa-sha2-nistp521",
                                                         "sk-ecdsa-sha2-nistp256@openssh.com",
                                                         "ssh-rsa"};
  if (line.find("PRIVATE KEY") != std::string_view::npos) return Wrong::private_key_shown;
  const Line parts = split(line);
  if (parts.kind == "ssh-dss") return Wrong::weak_public_key;
  if (!is_plain_text(line, false) || std::ranges::find(kinds, parts.kind) == kinds.end()) return Wrong::no_public_key;
  const auto bytes = decode(parts.key);
  if (!bytes) return Wrong::no_public_key;
  std::string_view rest = *bytes;
  const auto kind = take_string(rest);
  const auto first = take_string(rest);
  if (!kind || *kind != parts.kind || !first || first->empty()) return Wrong::no_public_key;
  if (parts.kind == "ssh-ed25519")
    return first->size() == 32 && rest.empty() ? std::nullopt : std::optional(Wrong::no_public_key);
  // Of RSA the exponent comes first, of the others a curve or the point; each has more behind it.
  const auto second = take_string(rest);
  if (!second || second->empty()) return Wrong::no_public_key;
  if (parts.kind == "ssh-rsa" && bits_of(*second) < kLeastRsaBits) return Wrong::weak_public_key;
  return std::nullopt;
}

std::string describe_public_key(std::string_view line) {
  constexpr std::size_t kShown = 24;
  const Line parts = split(line);
  if (!fault_of_public_key(line) || parts.kind == "ssh-dss" || parts.kind == "ssh-rsa") {
    std::string text(parts.kind);
    if (!parts.comment.empty()) text.append(" ").append(parts.comment);
    return text;
  }
  std::string text;
  for (const char letter : line.substr(0, kShown)) text.push_back(letter > ' ' && letter < 0x7f ? letter : ' ');
  return text.append(line.size() > kShown ? "..." : "");
}

bool is_plain_text(std::string_view text, bool lines) {
  if (!is_utf8(text)) return false;
  return std::ranges::all_of(text, [&](char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    if (lines && (letter == '\n' || letter == '\r' || letter == '\t')) return true;
    return byte >= 0x20U && byte != 0x7fU;
  });
}

}  // namespace slipway::firstboot
