// Secrets of every kind, planted in noise, never come out of the scrubber, and scrubbing twice changes nothing more.
#include <gtest/gtest.h>

#include <array>
#include <iostream>
#include <random>

#include "appliance/crypto/crypto.hpp"
#include "services/doctor/scrub_rules.hpp"

namespace slipway::doctor {
namespace {

class Noise {
 public:
  explicit Noise(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

  /// Any bytes, mostly those that the rules look at.
  std::string bytes(std::size_t most) {
    static constexpr std::string_view liked =
        " \t\n\"'`=:@/[]{}()<>,;&\\-_.$*?#|passwordtokenBearerAuthorization://eyJ0A9z";
    std::string text;
    for (std::size_t size = below(most + 1); text.size() < size;)
      text += below(8) == 0 ? static_cast<char>(below(256)) : liked[below(liked.size())];
    return text;
  }

  /// Words of a sentence that hold nothing.
  std::string words() {
    static constexpr std::array<const char*, 8> some{"the",     "server", "said",     "12",
                                                     "port=80", "ok;",    "/var/log", "x.y"};
    std::string text;
    for (std::size_t count = below(6); count > 0; --count) text += std::string(some[below(some.size())]) + " ";
    return text;
  }

  std::string letters(std::size_t size) {
    static constexpr std::string_view from = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    std::string text;
    while (text.size() < size) text += from[below(from.size())];
    return text;
  }

 private:
  std::mt19937 random_;
};

/// A secret in one of the forms in which it may stand in a log or file.
std::string dressed(const std::string& secret, std::size_t form) {
  switch (form) {
    case 0:
      return "password=" + secret;
    case 1:
      return "\"api_token\": \"" + secret + "\"";
    case 2:
      return "Authorization: Bearer " + secret;
    case 3:
      return "mysql://user:" + secret + "@db.example.net:3306/x";
    case 4:
      return "--password " + secret;
    case 5:
      return "IDENTIFIED BY '" + secret + "'";
    case 6:
      return "-----BEGIN RSA PRIVATE KEY-----\n" + secret + "\n" + secret + "\n-----END RSA PRIVATE KEY-----";
    case 7:
      return "?csrf_token=" + secret + "&a=b";
    case 8:
      return "\\\"client_secret\\\":\\\"" + secret + "\\\"";
    default:
      return "'db_password' => '" + secret + "'";
  }
}
constexpr std::size_t kForms = 10;

// F9
TEST(ScrubberProperty, NoPlantedSecretComesOut) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  Noise noise(seed);
  for (int round = 0; round < 3000; ++round) {
    const std::string secret = noise.letters(10 + noise.below(30));
    const std::size_t form = noise.below(kForms);
    const std::string text = noise.words() + dressed(secret, form) + " " + noise.words() + "\n" + noise.words();
    ASSERT_EQ(scrub(text).text.find(secret), std::string::npos) << "form " << form << ": " << text;
  }
}

// F9
TEST(ScrubberProperty, TokensAreFoundWithoutAnyName) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  Noise noise(seed);
  for (int round = 0; round < 3000; ++round) {
    const std::string token = crypto::random_token().reveal();
    ASSERT_EQ(scrub(noise.words() + token + " " + noise.words()).text.find(token), std::string::npos) << token;
    const std::string sum = crypto::sha256_hex(token);
    ASSERT_EQ(scrub("x=" + sum + ";").text.find(sum), std::string::npos) << sum;
  }
}

TEST(ScrubberProperty, TakesAnyBytesAndIsDoneAfterOnce) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  Noise noise(seed);
  for (int round = 0; round < 8000; ++round) {
    const std::string text = noise.bytes(120);
    const std::string once = scrub(text).text;
    ASSERT_EQ(scrub(once).text, once) << testing::PrintToString(text);
  }
}

// Each byte is looked at a bounded number of times: a log of megabytes must not take minutes.
TEST(ScrubberProperty, LongLinesTakeNoLongerThanTheyMust) {
  for (const char* piece : {"a", "password", "://", "@", "-", "A1b2", "[", "\"", "identified by ", "-----BEGIN "}) {
    std::string line;
    while (line.size() < (64U << 10U)) line += piece;
    const auto begun = std::chrono::steady_clock::now();
    static_cast<void>(scrub(line));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20)) << piece;
  }
}

}  // namespace
}  // namespace slipway::doctor
