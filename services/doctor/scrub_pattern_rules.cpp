#include "services/doctor/scrub_pattern_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>

#include "services/doctor/scrub_rules.hpp"

namespace slipway::doctor {
namespace {

using Removed = std::map<std::string, std::size_t>;

constexpr std::size_t kLongestUrl = 2048;

bool is_alnum(char one) { return std::isalnum(static_cast<unsigned char>(one)) != 0; }
bool is_hex(char one) { return std::isxdigit(static_cast<unsigned char>(one)) != 0; }
bool is_run_letter(char one) { return is_alnum(one) || one == '+' || one == '_' || one == '-'; }
bool ends_url(char one) { return std::string_view(" \t\r\"'`<>|").find(one) != std::string_view::npos; }

enum class Kind { lower, upper, digit, other };

Kind kind_of(char one) {
  if (std::islower(static_cast<unsigned char>(one)) != 0) return Kind::lower;
  if (std::isupper(static_cast<unsigned char>(one)) != 0) return Kind::upper;
  return std::isdigit(static_cast<unsigned char>(one)) != 0 ? Kind::digit : Kind::other;
}

/// How many kinds of letters there are, and how often one follows another.
struct Mixture {
  std::size_t kinds = 0;
  std::size_t changes = 0;
};

Mixture mixture_of(std::string_view run) {
  std::array<bool, 4> seen{};
  Mixture mixture;
  std::optional<Kind> last;
  for (const char one : run) {
    const Kind kind = kind_of(one);
    if (kind == Kind::other) continue;
    seen.at(static_cast<std::size_t>(kind)) = true;
    if (last && *last != kind) ++mixture.changes;
    last = kind;
  }
  mixture.kinds = static_cast<std::size_t>(std::ranges::count(seen, true));
  return mixture;
}

/// The password between "://user:" and "@host".
std::string without_url_passwords(const std::string& line, Removed& removed) {
  std::string out;
  std::size_t done = 0;
  for (auto at = line.find("://"); at != std::string::npos; at = line.find("://", at + 3)) {
    const std::size_t begin = at + 3;
    std::size_t end = begin;
    while (end < line.size() && end - begin < kLongestUrl && !ends_url(line[end])) ++end;
    const std::string_view rest(line.data() + begin, end - begin);
    const auto authority = rest.substr(0, std::min(rest.find_first_of("/?#"), rest.size()));
    const auto colon = authority.find(':');
    if (colon == std::string_view::npos || begin < done) continue;
    auto sign = authority.rfind('@');
    // A password with a '/' that nobody encoded; a port is digits alone.
    const auto behind = authority.substr(colon + 1);
    const bool port = !behind.empty() && std::ranges::all_of(behind, [](char one) { return one >= '0' && one <= '9'; });
    if (sign == std::string_view::npos && !port && !authority.starts_with('[')) sign = rest.rfind('@');
    if (sign == std::string_view::npos || sign < colon) continue;
    out.append(line, done, begin + colon + 1 - done).append(kRemoved);
    done = begin + sign;
    ++removed["password in a URL"];
  }
  return out.append(line, done);
}

/// How long a hash of a password is at `at`; 0: there is none.
std::size_t hash_at(std::string_view line, std::size_t at) {
  const auto rest = line.substr(at);
  static constexpr auto begins = std::to_array<std::string_view>(
      {"$argon2", "$2a$", "$2b$", "$2y$", "$1$", "$5$", "$6$", "$7$", "$y$", "$apr1$", "$scrypt", "$pbkdf2"});
  if (std::ranges::any_of(begins, [&](auto one) { return rest.starts_with(one); })) {
    std::size_t size = 0;
    while (size < rest.size() &&
           (is_alnum(rest[size]) || std::string_view("$./+=,_-").find(rest[size]) != std::string_view::npos))
      ++size;
    return size;
  }
  // MariaDB's: an asterisk and 40 hexadecimal digits.
  if (rest.size() < 41 || rest[0] != '*') return 0;
  return std::ranges::all_of(rest.substr(1, 40), is_hex) ? 41 : 0;
}

/// How long a token of a well-known form is at `at`; 0: there is none.
std::size_t token_at(std::string_view line, std::size_t at) {
  if (at > 0 && is_alnum(line[at - 1])) return 0;
  const auto rest = line.substr(at);
  static constexpr auto begins = std::to_array<std::string_view>(
      {"eyJ", "AKIA", "ASIA", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "xoxb-", "xoxp-", "glpat-", "sk-"});
  if (std::ranges::none_of(begins, [&](auto one) { return rest.starts_with(one); })) return 0;
  std::size_t size = 0;
  while (size < rest.size() && (is_run_letter(rest[size]) || rest[size] == '.')) ++size;
  const auto run = rest.substr(0, size);
  if (run.starts_with("eyJ") && run.find('.') == std::string_view::npos) return 0;
  return size >= 20 && mixture_of(run).kinds >= 2 ? size : 0;
}

/// How long a printed recovery key is at `at`: at least six groups of five capitals and digits; 0: there is none.
std::size_t recovery_key_at(std::string_view line, std::size_t at) {
  if (at > 0 && is_alnum(line[at - 1])) return 0;
  std::size_t groups = 0;
  std::size_t end = at;
  std::size_t next = at;
  while (next + 5 <= line.size() && std::ranges::all_of(line.substr(next, 5), [](char one) {
           return kind_of(one) == Kind::upper || kind_of(one) == Kind::digit;
         })) {
    end = next + 5;
    ++groups;
    if (end >= line.size() || (line[end] != '-' && line[end] != ' ')) break;
    next = end + 1;
  }
  return groups >= 6 ? end - at : 0;
}

/// How long random letters are at `at`; 0: they are none.
std::size_t random_at(std::string_view line, std::size_t at) {
  if (at > 0 && is_run_letter(line[at - 1])) return 0;
  const auto rest = line.substr(at);
  std::size_t plain = 0;
  while (plain < rest.size() && is_run_letter(rest[plain])) ++plain;
  std::size_t size = plain;
  // Behind a '/' it may be a part of a path, whose other parts stay.
  if (at == 0 || line[at - 1] != '/')
    while (size < rest.size() && (is_run_letter(rest[size]) || rest[size] == '/')) ++size;
  const std::size_t found = looks_random(rest.substr(0, size)) ? size : looks_random(rest.substr(0, plain)) ? plain : 0;
  std::size_t end = found;
  while (found > 0 && end < rest.size() && rest[end] == '=') ++end;  // of base64
  return end;
}

std::string without_forms(const std::string& line, Removed& removed) {
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    const char* kind = "hash";
    std::size_t size = hash_at(line, at);
    if (size == 0) {
      kind = "token";
      size = token_at(line, at);
    }
    if (size == 0) {
      kind = "key";
      size = std::max(recovery_key_at(line, at), random_at(line, at));
    }
    if (size == 0) {
      out += line[at++];
      continue;
    }
    out += kRemoved;
    at += size;
    ++removed[kind];
  }
  return out;
}

bool is_local_letter(char one) {
  return is_alnum(one) || static_cast<unsigned char>(one) >= 0x80 ||
         std::string_view("._%+-").find(one) != std::string_view::npos;
}
bool is_domain_letter(char one) {
  return is_alnum(one) || static_cast<unsigned char>(one) >= 0x80 || one == '.' || one == '-';
}

/// Names of units and of algorithms have the form of an address.
bool is_no_domain(std::string_view domain) {
  static constexpr auto ends =
      std::to_array<std::string_view>({"service", "socket", "target", "timer", "mount", "slice", "scope", "device",
                                       "path", "swap", "automount", "conf"});
  const auto dot = domain.rfind('.');
  if (dot == std::string_view::npos || domain.size() - dot < 3) return true;
  const auto end = domain.substr(dot + 1);
  if (!std::ranges::all_of(end, [](char one) {
        return std::isalpha(static_cast<unsigned char>(one)) != 0 || static_cast<unsigned char>(one) >= 0x80;
      }))
    return true;
  if (std::ranges::find(ends, end) != ends.end()) return true;
  return domain == "openssh.com" || domain == "libssh.org" || domain == "lysator.liu.se";
}

std::string without_addresses(const std::string& line, Removed& removed) {
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    const auto sign = line.find('@', at);
    if (sign == std::string::npos) return out.append(line, at);
    std::size_t begin = sign;
    while (begin > at && is_local_letter(line[begin - 1])) --begin;
    std::size_t end = sign + 1;
    while (end < line.size() && is_domain_letter(line[end])) ++end;
    while (end > sign + 1 && (line[end - 1] == '.' || line[end - 1] == '-')) --end;  // of the sentence
    const std::string_view domain(line.data() + sign + 1, end - sign - 1);
    const bool url_user = begin >= 3 && line.compare(begin - 3, 3, "://") == 0;
    if (begin == sign || url_user || is_no_domain(domain)) {
      out.append(line, at, sign + 1 - at);
      at = sign + 1;
      continue;
    }
    out.append(line, at, begin - at).append(kRemoved);
    at = end;
    ++removed["address"];
  }
  return out;
}

}  // namespace

bool looks_random(std::string_view run) {
  if (run.size() < 32) return false;
  const Mixture mixture = mixture_of(run);
  if (std::ranges::all_of(run, is_hex)) return mixture.kinds >= 2;
  if (run.find('/') != std::string_view::npos)
    return run.size() >= 40 && mixture.kinds == 3 && mixture.changes * 3 >= run.size();
  if (run.size() >= 40) return mixture.kinds >= 2 && mixture.changes * 5 >= run.size();
  return mixture.kinds == 3 && mixture.changes * 4 >= run.size();
}

std::string without_patterns(std::string line, bool keep_addresses, Removed& removed) {
  line = without_forms(without_url_passwords(line, removed), removed);
  return keep_addresses ? line : without_addresses(line, removed);
}

}  // namespace slipway::doctor
