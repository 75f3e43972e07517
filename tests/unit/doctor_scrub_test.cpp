// What the scrubber takes out, and what it leaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "services/doctor/scrub_rules.hpp"

namespace slipway::doctor {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Planted {
  std::string line;
  std::string secret;  ///< must be gone
};

// F9
TEST(Scrubber, TakesOutTheValuesOfNamesThatSoundSecret) {
  const std::vector<Planted> lines{{"smtp_password = \"hunter2\"", "hunter2"},
                                   {"password=hunter2", "hunter2"},
                                   {"PASSWORD: hunter two words", "two words"},
                                   {"  - api_key: 'hunter2'", "hunter2"},
                                   {"{\"token\":\"hunter2\",\"port\":1}", "hunter2"},
                                   {"{\"level\":\"info\",\"client_secret\": \"hun\\\"ter2\", \"a\":1}", "ter2"},
                                   {"msg=\"{\\\"password\\\":\\\"hunter2\\\"}\"", "hunter2"},
                                   {"mysqld --user=x --password=hunter2 --port=1", "hunter2"},
                                   {"rclone --sftp-pass hunter2 lsd", "hunter2"},
                                   {"backup --password hunter2 --now", "hunter2"},
                                   {"machine host login me password hunter2", "hunter2"},
                                   {"requirepass hunter2", "hunter2"},
                                   {"aws_secret_access_key=hunter2", "hunter2"},
                                   {"export DB_PASSWORD='hunter 2'", "hunter 2"},
                                   {"GET /reset?token=hunter2&lang=fr HTTP/1.1", "hunter2"},
                                   {"CREATE USER 'x'@'%' IDENTIFIED BY 'hunter2'", "hunter2"},
                                   {"alter user x identified via ed25519 using 'hunter2'", "hunter2"},
                                   {"SET PASSWORD = PASSWORD('hunter2')", "hunter2"},
                                   {"$config['db_password'] = 'hunter2';", "hunter2"},
                                   {"password => 'hunter2',", "hunter2"},
                                   {"tokens: [\"hunter2\", \"hunter3\"]", "hunter3"},
                                   {"ldap bind_pwd: hunter2", "hunter2"}};
  for (const auto& [line, secret] : lines) {
    const auto result = scrub(line);
    EXPECT_THAT(result.text, Not(HasSubstr(secret))) << line;
    EXPECT_FALSE(result.removed.empty()) << line;
  }
}

// F9
TEST(Scrubber, TakesOutHeadersOfRequests) {
  for (const char* line :
       {"Authorization: Bearer hunter2hunter2", "authorization: Basic aHVudGVyMjpodW50ZXIy",
        "curl -H 'Authorization: Bearer hunter2hunter2' https://x", "Cookie: a=hunter2hunter2; b=hunter2",
        "Set-Cookie: slipway_session=hunter2; Secure", "X-Api-Key: hunter2",
        "{\"authorization\":\"Bearer hunter2hunter2\"}", "sent Bearer hunter2hunter2 to x"}) {
    const auto result = scrub(line);
    EXPECT_THAT(result.text, Not(HasSubstr("hunter2"))) << line;
    EXPECT_THAT(result.text, Not(HasSubstr("aHVu"))) << line;
  }
}

// F9
TEST(Scrubber, TakesOutPrivateKeysWhole) {
  const std::string key =
      "before\n-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIB\nsecond\n-----END EC PRIVATE KEY-----\nafter\n";
  EXPECT_EQ(scrub(key).text, "before\n[removed]\nafter\n");
  EXPECT_EQ(scrub("-----BEGIN OPENSSH PRIVATE KEY-----\ncut off\n").text, "[removed]");
  EXPECT_EQ(scrub("\"k\":\"-----BEGIN PRIVATE KEY-----\\nMII\\n-----END PRIVATE KEY-----\\n\"").text,
            "\"k\":\"[removed]\\n\"");
  EXPECT_THAT(scrub("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n").text, HasSubstr("MIIB"));
}

// F9
TEST(Scrubber, TakesOutWhatHasTheFormOfASecret) {
  const std::vector<Planted> lines{
      {"mysql://reader:hunter2@old-server/rt5", "hunter2"},
      {"sftp://me:hun/ter2@host/dir", "ter2"},
      {"hash $argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$aGFzaA stays", "c29tZXNhbHQ"},
      {"x:$6$salt$hashhash:19000:", "hashhash"},
      {"IDENTIFIED *2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19", "2470C0C06DEE"},
      {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc was sent", "eyJzdWIi"},
      {"key AKIAIOSFODNN7EXAMPLE used", "AKIAIOSF"},
      {"found ghp_16C7e42F292c6912E7710c838347Ae178B4a", "16C7e42F"},
      {"value Zm9vYmFyMTIzNDU2Nzg5MEFCQ0RFRkdISUpLTE1OT1A= here", "Zm9vYmFy"},
      {"value q3F/9xTz+Lk2PpR7sVbN1mWc8YdE4hGjA5uI0oKeXyZ= here", "9xTz+Lk2"},
      {"sum 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "9f86d081"},
      {"5TQ2A-9KXWV-BB3CD-7YYR4-M2N8P-Q5ST6-ZZ1AB", "9KXWV"},
      {"https://hooks.example.net/services/T0/B1/aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5z", "aB3dE5fG"}};
  for (const auto& [line, secret] : lines) EXPECT_THAT(scrub(line).text, Not(HasSubstr(secret))) << line;
}

TEST(Scrubber, TakesOutAddressesUnlessTheyAreKept) {
  const std::string line = "mail from jane.doe+x@example.org to <zoé@bücher.example>.";
  EXPECT_EQ(scrub(line).text, "mail from [removed] to <[removed]>.");
  EXPECT_EQ(scrub(line, {.keep_addresses = true}).text, line);
}

TEST(Scrubber, TakesOutKnownValuesWhereverTheyStand) {
  const std::array known{Secret("open sesame")};
  const auto result = scrub("said open sesame to the door\nopen sesame", {.known = known});
  EXPECT_EQ(result.text, "said [removed] to the door\n[removed]");
  EXPECT_EQ(result.removed.at("known"), 2U);
}

// What helps whoever reads it stays.
TEST(Scrubber, LeavesTheRest) {
  for (const char* line :
       {"password_file = \"/etc/slipway/secrets/db_slipway_web\"", "PasswordAuthentication no", "old_passwords = OFF",
        "secure_auth = ON", "2026-11-21T09:00:00 slipway-webd[512]: {\"event\":\"web.started\",\"port\":8443}",
        "getty@tty1.service loaded active running", "chacha20-poly1305@openssh.com", "user slipway_web@% may SELECT",
        "/usr/lib/x86_64-linux-gnu/libmariadb3/plugin/caching_sha2_password.so",
        "slipway_backup_newest_timestamp_seconds{repository=\"even\",which=\"any\"} 1.7e+09",
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384", "https://127.0.0.1:8443/health",
        "https://[::1]:8443/a@b", "server 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "linux-image-6.1.0-30-cloud-amd64 6.1.124-1"}) {
    EXPECT_EQ(scrub(line).text, line);
  }
}

TEST(Scrubber, TellsNames) {
  for (const char* name :
       {"password", "SMTP_PASSWORD", "db-password", "session_key", "api_key", "x_token", "client_secret", "sftp-pass"})
    EXPECT_TRUE(sounds_secret(name)) << name;
  for (const char* name : {"password_file", "port", "key", "token_count", "passwordauthentication", "author"})
    EXPECT_FALSE(sounds_secret(name)) << name;
}

}  // namespace
}  // namespace slipway::doctor
