#include "appliance/base/password_policy.hpp"

#include <set>
#include <string>

#include "appliance/base/utf8.hpp"

namespace slipway {
namespace {

constexpr std::size_t kLeastPassword = 12;
constexpr std::size_t kMostPassword = 200;
constexpr std::size_t kPassphrase = 20;

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

int character_kinds(std::string_view password) {
  bool small = false;
  bool capital = false;
  bool digit = false;
  bool other = false;
  for (const char c : password) {
    if (c >= 'a' && c <= 'z')
      small = true;
    else if (c >= 'A' && c <= 'Z')
      capital = true;
    else if (c >= '0' && c <= '9')
      digit = true;
    else
      other = true;
  }
  return int{small} + int{capital} + int{digit} + int{other};
}

Error refused(std::string message, std::string hint) {
  return {Code::invalid_argument, "password: " + std::move(message), std::move(hint), {{"parameter", "password"}}};
}

}  // namespace

Status check_password(std::string_view password, std::string_view login) {
  if (!is_utf8(password)) return refused("not valid text", "use characters of a keyboard");
  const auto length = utf8_length(password);
  if (length < kLeastPassword) return refused("shorter than 12 characters", "a sentence is easy to remember");
  if (length > kMostPassword) return refused("longer than 200 characters", "choose a shorter one");
  if (length < kPassphrase && character_kinds(password) < 3)
    return refused("too simple",
                   "mix three of small letters, capitals, digits and other characters, or use 20 characters");
  if (std::set<char>(password.begin(), password.end()).size() < 5)
    return refused("the same few characters over and over", "use at least five different characters");
  if (!login.empty() && lower(password).find(lower(login)) != std::string::npos && login.size() >= 4)
    return refused("holds the login", "choose one that cannot be guessed from the login");
  return {};
}

}  // namespace slipway
