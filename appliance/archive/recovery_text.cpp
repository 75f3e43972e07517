#include "appliance/archive/recovery_text.hpp"

#include <openssl/crypto.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace slipway::archive {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kGroups = 13;
constexpr std::size_t kGroupLetters = 5;
constexpr std::size_t kPayloadLetters = kGroups * (kGroupLetters - 1);

using Letters = std::array<std::uint8_t, kGroups * kGroupLetters>;

Error wrong(const std::string& what) {
  return {Code::invalid_argument, "recovery text: " + what,
          "compare it with the paper: 13 groups of 5 letters and digits, none of them U"};
}

/// Twice the element in the field of 32 elements, of the polynomial x^5 + x^2 + 1.
constexpr std::uint8_t doubled(std::uint8_t element) {
  const unsigned shifted = unsigned{element} << 1U;
  return static_cast<std::uint8_t>(shifted < 32 ? shifted : shifted ^ 0x25U);
}

// Each letter, and the group's number, has another weight of the field, none of them zero: one wrong letter always
// changes the sum, and so do two that changed places, and a group that stands in another's place.
std::uint8_t check_letter(std::size_t group, const std::uint8_t* payload) {
  auto sum = static_cast<std::uint8_t>(group + 1);
  for (std::size_t i = 0; i + 1 < kGroupLetters; ++i) sum = static_cast<std::uint8_t>(doubled(sum) ^ payload[i]);
  return doubled(sum);
}

std::optional<std::uint8_t> value_of(char letter) {
  if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  if (letter == 'O') letter = '0';
  if (letter == 'I' || letter == 'L') letter = '1';
  const auto place = kAlphabet.find(letter);
  if (place == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint8_t>(place);
}

bool separates(char letter) {
  return letter == ' ' || letter == '-' || letter == '\t' || letter == '\r' || letter == '\n';
}

/// The letters' values; on a wrong number of them the first group that is too short or too long is named.
Status read_letters(std::string_view text, Letters& letters) {
  std::size_t count = 0;
  std::optional<std::size_t> uneven;
  bool in_group = false;
  for (const char letter : text) {
    if (separates(letter)) {
      if (in_group && count % kGroupLetters != 0 && !uneven) uneven = count / kGroupLetters + 1;
      in_group = false;
      continue;
    }
    in_group = true;
    const auto value = value_of(letter);
    if (!value) return wrong("group " + std::to_string(count / kGroupLetters + 1) + " has a sign that is never in one");
    if (count < letters.size()) letters[count] = *value;
    ++count;
  }
  if (count == letters.size()) return {};
  if (uneven) return wrong("group " + std::to_string(*uneven) + " does not have 5 letters");
  return wrong("has " + std::to_string(count) + " letters, not " + std::to_string(letters.size()));
}

}  // namespace

Secret to_recovery_text(const Secret& bytes, unsigned check) {
  const std::string& key = bytes.reveal();
  std::array<std::uint8_t, kPayloadLetters> payload{};
  // 52 letters of 5 bits: the 256 bits of the key, the first bit first, and 4 bits of check.
  for (std::size_t bit = 0; bit < payload.size() * 5; ++bit) {
    const std::size_t byte = bit / 8;
    const unsigned source = byte < kKeyBytes ? static_cast<unsigned char>(key[byte]) : (check & 0xFU) << 4U;
    const unsigned value = source >> (7 - bit % 8) & 1U;
    payload[bit / 5] = static_cast<std::uint8_t>(unsigned{payload[bit / 5]} << 1U | value);
  }
  std::string text;
  text.reserve(kGroups * (kGroupLetters + 1));  // not moved while it grows: nothing of it stays behind
  for (std::size_t group = 0; group < kGroups; ++group) {
    const std::uint8_t* letters = payload.data() + group * (kGroupLetters - 1);
    if (group > 0) text += '-';
    for (std::size_t i = 0; i + 1 < kGroupLetters; ++i) text += kAlphabet[letters[i]];
    text += kAlphabet[check_letter(group, letters)];
  }
  Secret secret(text);
  OPENSSL_cleanse(text.data(), text.size());
  OPENSSL_cleanse(payload.data(), payload.size());
  return secret;
}

Result<RecoveredBytes> from_recovery_text(std::string_view text) {
  Letters letters{};
  SLIPWAY_CHECK(read_letters(text, letters));
  std::string key(kKeyBytes, '\0');
  unsigned check = 0;
  std::size_t bit = 0;
  for (std::size_t group = 0; group < kGroups; ++group) {
    const std::uint8_t* payload = letters.data() + group * kGroupLetters;
    if (check_letter(group, payload) != payload[kGroupLetters - 1])
      return wrong("group " + std::to_string(group + 1) + " is wrong");
    for (std::size_t i = 0; i < (kGroupLetters - 1) * 5; ++i, ++bit) {
      const unsigned value = unsigned{payload[i / 5]} >> (4 - i % 5) & 1U;
      if (bit >= kKeyBytes * 8)
        check = check << 1U | value;
      else
        key[bit / 8] = static_cast<char>(static_cast<unsigned char>(key[bit / 8]) << 1U | value);
    }
  }
  RecoveredBytes recovered{Secret(key), check};
  OPENSSL_cleanse(key.data(), key.size());
  OPENSSL_cleanse(letters.data(), letters.size());
  return recovered;
}

}  // namespace slipway::archive
