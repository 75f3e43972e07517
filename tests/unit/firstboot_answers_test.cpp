// The answers of a first boot: their file and the rules that they must keep (F7, A3).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "appliance/archive/key.hpp"
#include "appliance/firstboot/answers_rules.hpp"
#include "appliance/firstboot/check.hpp"

namespace slipway::firstboot {
namespace {

constexpr const char* kEd25519 =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHB1YmxpYy1rZXktb2Ytbm9ib2R5LWZvci1hLXRyaWFs keeper";

Surroundings surroundings() {
  Surroundings around = this_machine(SystemClock().now());
  around.zone_exists = [](const std::string& name) { return name == "Etc/UTC" || name == "Europe/Paris"; };
  return around;
}

std::vector<std::string> wrong_with(const Answers& answers) {
  std::vector<std::string> found;
  for (const Fault& fault : check(answers, surroundings()))
    found.push_back(fault.key + ": " + std::string(to_text(fault.wrong)));
  return found;
}

constexpr const char* kRsa2048 =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDBNtR6xecD6l4Avi3zBWuNmrBhBu2DnaO3q6d5eGLqF63oLfI7Ngj9J8UqFA8T"
    "2Br8R8Ye97cetjkmK7Qq1Qb4OTWK5Ug+ZMFHMSSjdnVSNdtqAb5aIsrKIXAPOCSUBsZGqdYnh/flhx8yPu1/SZaUSw1aUClPYzgh"
    "/CHurVGSw5T0nKkvnEYhzCqapNYEIxnljDMhAtiSDnNiOyzhskqmDLyE2h689CuunPlN+qrO9YHdkSpnpUyQjgZqNjvQf48VQnFO"
    "bEG1Nt4ahMH4a1HUrQfbTGjhINKvW8vanhhiUDCPDAeUrQdUJCEYckxcA0HYi3PnX1sGOVlfLstGHBZT keeper";

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Answers full() {
  Answers answers;
  answers.hostname = "desk.example.org";
  answers.timezone = "Europe/Paris";
  answers.network = {
      .address = {"192.0.2.10/24", "2001:db8::10/64"}, .gateway = {"192.0.2.1", "fe80::1"}, .dns = {"192.0.2.53"}};
  answers.management = {.networks = {"192.0.2.0/28", "2001:db8:1::/48", "198.51.100.7"}, .public_keys = {kEd25519}};
  answers.administrator = {.email = "admin@example.org", .password = Secret("four words \"and\" a \\ tail")};
  answers.backup = {.even = "file:///srv/even",
                    .odd = "sftp://keeper@backup.example.org/srv/odd",
                    .even_credentials = Secret(),
                    .odd_credentials = Secret("-----BEGIN OPENSSH\nkey\n-----END\n"),
                    .known_hosts = "backup.example.org ssh-ed25519 AAAA\n",
                    .key = archive::Key::make().recovery_text()};
  return answers;
}

TEST(FirstBootAnswers, NothingSaidIsAMachineWithDefaults) {
  const auto answers = parse_answers("", "first-boot.toml");
  ASSERT_TRUE(answers.has_value());
  EXPECT_EQ(answers->timezone, "Etc/UTC");
  EXPECT_EQ(answers->certificate.kind, "self-made");
  EXPECT_EQ(answers->site.role, "single");
  EXPECT_EQ(answers->start.from, "new");
  EXPECT_THAT(wrong_with(*answers), IsEmpty());
}

TEST(FirstBootAnswers, WhatIsWrittenIsReadAgain) {
  const Answers answers = full();
  const Secret text = render_answers(answers);
  const auto again = parse_answers(text.reveal(), "first-boot.toml");
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(render_answers(*again).reveal(), text.reveal());
  EXPECT_EQ(again->administrator.password.reveal(), answers.administrator.password.reveal());
  EXPECT_EQ(again->backup.odd_credentials.reveal(), answers.backup.odd_credentials.reveal());
  EXPECT_EQ(again->network.address, answers.network.address);
  EXPECT_THAT(wrong_with(answers), IsEmpty());
}

TEST(FirstBootAnswers, KeepsNoSecretOnceTheyAreCarriedOut) {
  Answers answers = full();
  answers.certificate.key = Secret("topsecret-key");
  answers.start.server_password = Secret("topsecret-server");
  const std::string text = render_answers(without_secrets(answers)).reveal();
  for (const auto& secret : {answers.administrator.password, answers.backup.odd_credentials, answers.backup.key,
                             answers.certificate.key, answers.start.server_password})
    EXPECT_EQ(text.find(secret.reveal().substr(0, 12)), std::string::npos);
  EXPECT_THAT(text, HasSubstr("desk.example.org"));
}

TEST(FirstBootAnswers, EveryFaultOfTheFileIsNamedWithItsLine) {
  const auto answers = parse_answers(
      "hostnme = \"a\"\n[network]\naddress = \"192.0.2.1/24\"\n[sit]\nrole = 1\n[backup]\neven = 3\n", "f.toml");
  ASSERT_FALSE(answers.has_value());
  const std::string& message = answers.error().message;
  EXPECT_THAT(message, HasSubstr("f.toml:1: unknown key 'hostnme'; did you mean 'hostname'?"));
  EXPECT_THAT(message, HasSubstr("f.toml:3: network.address must be a list of texts"));
  EXPECT_THAT(message, HasSubstr("f.toml:4: unknown section [sit]"));
  EXPECT_THAT(message, HasSubstr("f.toml:7: backup.even must be text in quotes"));
  EXPECT_THAT(parse_answers("a = \n", "f.toml").error().message, HasSubstr("f.toml:1: not valid TOML"));
}

TEST(FirstBootAnswers, HostNamesAreFullAndOfRfc1123) {
  Answers answers;
  for (const char* name : {"desk.example.org", "DESK-1.lan", "3com.example", "a.b", "xn--bcher-kva.example"}) {
    answers.hostname = name;
    EXPECT_THAT(wrong_with(answers), IsEmpty()) << name;
  }
  answers.hostname = "desk";
  EXPECT_THAT(wrong_with(answers), ElementsAre("hostname: no_full_name"));
  answers.hostname = "192.0.2.10";
  EXPECT_THAT(wrong_with(answers), ElementsAre("hostname: name_is_address"));
  for (const std::string name : {"-a.org", "a-.org", "a..org", ".a.org", "a.org.", "a_b.org", "d\xc3\xa9sk.org",
                                 "a b.org", std::string(64, 'a').append(".org").c_str()}) {
    answers.hostname = name;
    EXPECT_THAT(wrong_with(answers), ElementsAre("hostname: no_host_name")) << name;
  }
}

TEST(FirstBootAnswers, AddressesAreThoseOfAMachineInItsNetwork) {
  Answers answers;
  const auto of = [&](Texts address, Texts gateway, Texts dns = {}) {
    answers.network = {std::move(address), std::move(gateway), std::move(dns)};
    return wrong_with(answers);
  };
  EXPECT_THAT(of({"192.0.2.10/24"}, {"192.0.2.1"}), IsEmpty());
  EXPECT_THAT(of({"192.0.2.10/31"}, {"192.0.2.11"}), IsEmpty());
  EXPECT_THAT(of({"2001:db8::10/64"}, {"fe80::1"}), IsEmpty());
  EXPECT_THAT(of({}, {}, {"192.0.2.53"}), IsEmpty());
  EXPECT_THAT(of({"192.0.2.10"}, {}), ElementsAre("network.address: no_network_address"));
  EXPECT_THAT(of({"192.0.2.10/33"}, {}), ElementsAre("network.address: no_network_address"));
  EXPECT_THAT(of({"192.0.2.10/+4"}, {}), ElementsAre("network.address: no_network_address"));
  EXPECT_THAT(of({"192.0.2.0/24"}, {}), ElementsAre("network.address: address_of_nothing"));
  EXPECT_THAT(of({"192.0.2.255/24"}, {}), ElementsAre("network.address: address_of_nothing"));
  EXPECT_THAT(of({"127.0.0.1/8"}, {}), ElementsAre("network.address: address_of_nothing"));
  EXPECT_THAT(of({"192.0.2.10/24", "192.0.2.10/25"}, {}), ElementsAre("network.address: address_twice"));
  EXPECT_THAT(of({"192.0.2.10/24"}, {"192.0.3.1"}), ElementsAre("network.gateway: gateway_outside"));
  EXPECT_THAT(of({"192.0.2.10/24"}, {"192.0.2.10"}), ElementsAre("network.gateway: gateway_is_self"));
  EXPECT_THAT(of({"192.0.2.10/24"}, {"2001:db8::1"}), ElementsAre("network.gateway: gateway_alone"));
  EXPECT_THAT(of({}, {"192.0.2.1"}), ElementsAre("network.gateway: gateway_alone"));
  EXPECT_THAT(of({}, {}, {"resolver"}), ElementsAre("network.dns: no_address"));
  EXPECT_THAT(of({}, {}, {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}), ElementsAre("network.dns: too_many"));
}

// Who may reach SSH is said exactly, and never everybody (A2).
TEST(FirstBootAnswers, ManagementNetworksAreNetworks) {
  Answers answers;
  const auto of = [&](const char* text) {
    answers.management.networks = {text};
    return wrong_with(answers);
  };
  EXPECT_THAT(of("192.0.2.0/28"), IsEmpty());
  EXPECT_THAT(of("2001:db8::1"), IsEmpty());
  EXPECT_THAT(of("0.0.0.0/0"), ElementsAre("management.networks: network_is_all"));
  EXPECT_THAT(of("::/0"), ElementsAre("management.networks: network_is_all"));
  EXPECT_THAT(of("192.0.2.1/28"), ElementsAre("management.networks: network_has_host"));
  EXPECT_THAT(describe(check(answers, surroundings()).front(), Language::english).way_out, HasSubstr("192.0.2.0/28"));
  EXPECT_THAT(of("office }; accept"), ElementsAre("management.networks: no_network"));
}

TEST(FirstBootAnswers, PublicKeysAreWholeAndStrong) {
  Answers answers;
  const auto of = [&](const std::string& text) {
    answers.management.public_keys = {text};
    return wrong_with(answers);
  };
  EXPECT_THAT(of(kEd25519), IsEmpty());
  EXPECT_THAT(of(std::string(kEd25519).substr(0, 60)), ElementsAre("management.public_keys: no_public_key"));
  EXPECT_THAT(of(std::string("ssh-rsa").append(std::string(kEd25519).substr(11))),
              ElementsAre("management.public_keys: no_public_key"));
  EXPECT_THAT(of("ssh-dss AAAA a"), ElementsAre("management.public_keys: weak_public_key"));
  EXPECT_THAT(of("-----BEGIN OPENSSH PRIVATE KEY-----"), ElementsAre("management.public_keys: private_key_shown"));
  EXPECT_THAT(of(std::string(kEd25519).append("\nssh-rsa AAAA")), ElementsAre("management.public_keys: no_public_key"));
  EXPECT_THAT(of("command=\"sh\" ssh-ed25519 AAAA"), ElementsAre("management.public_keys: no_public_key"));
  EXPECT_THAT(of(kRsa2048), ElementsAre("management.public_keys: weak_public_key"));
}

TEST(FirstBootAnswers, PasswordsAreNotGuessed) {
  Answers answers;
  answers.hostname = "bluewhale.example.org";
  answers.administrator.email = "admin@example.org";
  const auto of = [&](const char* text) {
    answers.administrator.password = Secret(text);
    return wrong_with(answers);
  };
  EXPECT_THAT(of(""), IsEmpty());
  EXPECT_THAT(of("crane under green rain"), IsEmpty());
  EXPECT_THAT(of("eleven char"), ElementsAre("administrator.password: password_short"));
  EXPECT_THAT(of("orangeleafriver"), ElementsAre("administrator.password: password_simple"));
  EXPECT_THAT(of("aaaaaaaaaaaaaaaa"), ElementsAre("administrator.password: password_guessed"));
  EXPECT_THAT(of("my bluewhale swims"), ElementsAre("administrator.password: password_guessed"));
  EXPECT_THAT(of("with a\ttab inside"), ElementsAre("administrator.password: not_text"));
  EXPECT_THAT(of("latin1 \xe9\xe8 letters"), ElementsAre("administrator.password: not_text"));
}

TEST(FirstBootAnswers, MailAddresses) {
  Answers answers;
  for (const char* mail : {"a@b.org", "first.last+tag@mail.example.org"}) {
    answers.administrator.email = mail;
    EXPECT_THAT(wrong_with(answers), IsEmpty()) << mail;
  }
  for (const char* mail :
       {"a", "a@b", "@b.org", "a@@b.org", "a b@c.org", "a@b.org,c@d.org", ".a@b.org", "<a@b.org>", "a@192.0.2.1"}) {
    answers.administrator.email = mail;
    EXPECT_THAT(wrong_with(answers), ElementsAre("administrator.email: no_mail")) << mail;
  }
}

TEST(FirstBootAnswers, RepositoriesNeedWhatOpensThem) {
  Answers answers;
  answers.backup.even = "sftp://keeper@backup.example.org/srv";
  EXPECT_THAT(wrong_with(answers),
              ElementsAre("backup.even_credentials: credentials_missing", "backup.known_hosts: known_hosts_missing"));
  answers.backup = {.even = "file:///srv/a", .odd = "file:///srv/a", .even_credentials = Secret("x")};
  EXPECT_THAT(wrong_with(answers), ElementsAre("backup.even_credentials: unasked", "backup.odd: storage_twice"));
  answers.backup = {.even = "ssh://nowhere", .key = Secret("not a key")};
  EXPECT_THAT(wrong_with(answers), ElementsAre("backup.even: no_storage", "backup.key: no_recovery_key"));
}

// Where it begins is said completely before anything is done (F7).
TEST(FirstBootAnswers, WhereItBegins) {
  Answers answers;
  answers.start.from = "repository";
  EXPECT_THAT(wrong_with(answers),
              ElementsAre("start.repository: repository_missing", "backup.key: recovery_key_missing"));
  answers.start = {.from = "server"};
  EXPECT_THAT(wrong_with(answers),
              ElementsAre("start.server: server_missing", "start.server_password: server_password_missing"));
  answers.start = {.from = "server", .server = "mysql://reader:pw@old.example.org/rt5", .server_password = Secret("x")};
  EXPECT_THAT(wrong_with(answers), ElementsAre("start.server: no_server"));
  answers.start.server = "mysql://reader@old.example.org:3306/rt5";
  EXPECT_THAT(wrong_with(answers), IsEmpty());
  answers.start.server = "mysql://reader@[2001:db8::7]:3306/rt5";
  EXPECT_THAT(wrong_with(answers), IsEmpty());
  answers.start = {.from = "new", .server = "mysql://reader@old/rt5"};
  EXPECT_THAT(wrong_with(answers), ElementsAre("start.server: unasked"));
  answers.start = {.from = "elsewhere"};
  EXPECT_THAT(wrong_with(answers), ElementsAre("start.from: no_choice"));
}

TEST(FirstBootAnswers, FaultsSpeakEnglishAndFrench) {
  for (int number = 0; number <= static_cast<int>(Wrong::unasked); ++number) {
    const Fault fault{"key", static_cast<Wrong>(number), "VALUE", "DETAIL"};
    const Words english = describe(fault, Language::english);
    const Words french = describe(fault, Language::french);
    EXPECT_FALSE(english.what.empty() || english.way_out.empty() || french.what.empty() || french.way_out.empty())
        << number;
    EXPECT_NE(english.what, french.what) << number;
    EXPECT_EQ(english.what.find('{'), std::string::npos) << english.what;
  }
}

// One test for each way in which a certificate can be bad (A3).
class OwnCertificate : public ::testing::Test {
 protected:
  static Timestamp day(int number) {
    return Timestamp(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1) + std::chrono::days(number));
  }
  SeenCertificate seen_{.readable = true,
                        .links = {{.subject = "CN=desk",
                                   .issuer = "CN=inner",
                                   .not_before = day(0),
                                   .not_after = day(300),
                                   .names = {"desk.example.org"},
                                   .key_kind = "EC",
                                   .key_bits = 256,
                                   .digest = "SHA256",
                                   .signed_by_next = true},
                                  {.subject = "CN=inner",
                                   .issuer = "CN=root",
                                   .not_before = day(0),
                                   .not_after = day(3000),
                                   .names = {},
                                   .key_kind = "RSA",
                                   .key_bits = 4096,
                                   .digest = "SHA256"}},
                        .trusted = true,
                        .key_matches = true};
  [[nodiscard]] std::vector<std::string> wrong(const char* contract_end = "") const {
    std::vector<std::string> found;
    for (const Fault& fault : check_certificate(seen_, "desk.example.org", contract_end, day(100)))
      found.emplace_back(to_text(fault.wrong));
    return found;
  }
};

TEST_F(OwnCertificate, GoodOneIsTaken) { EXPECT_THAT(wrong(), IsEmpty()); }
TEST_F(OwnCertificate, WildcardCoversOneLabel) {
  seen_.links.front().names = {"*.EXAMPLE.org"};
  EXPECT_THAT(wrong(), IsEmpty());
  seen_.links.front().names = {"*.org", "other.example.org"};
  EXPECT_THAT(wrong(), ElementsAre("certificate_name"));
}
TEST_F(OwnCertificate, SelfSignedIsRefused) {
  seen_.links.resize(1);
  seen_.links.front().self_signed = true;
  EXPECT_THAT(wrong(), ElementsAre("certificate_self_signed"));
}
TEST_F(OwnCertificate, OrderAndEndOfTheChain) {
  seen_.links.front().signed_by_next = false;
  EXPECT_THAT(wrong(), ElementsAre("chain_out_of_order"));
  seen_.links.front().signed_by_next = true;
  seen_.trusted = false;
  EXPECT_THAT(wrong(), ElementsAre("chain_incomplete"));
  seen_.links.back().self_signed = true;  // a root of the customer's own
  EXPECT_THAT(wrong(), IsEmpty());
}
TEST_F(OwnCertificate, OutlivesTheContract) {
  EXPECT_THAT(wrong("2026-10-27"), IsEmpty());
  EXPECT_THAT(wrong("2026-10-28"), ElementsAre("certificate_short"));
  seen_.links.back().not_after = day(120);
  EXPECT_THAT(wrong(), ElementsAre("certificate_short"));
  seen_.links.back().not_after = day(99);
  EXPECT_THAT(wrong("2026-12-31"), ElementsAre("certificate_expired"));
}
TEST_F(OwnCertificate, KeyStrengthAndBeginning) {
  seen_.key_matches = false;
  EXPECT_THAT(wrong(), ElementsAre("key_of_another"));
  seen_.key_matches.reset();
  seen_.links.front().digest = "SHA1";
  seen_.links.front().not_before = day(101);
  EXPECT_THAT(wrong(), ElementsAre("certificate_not_yet", "certificate_weak", "key_unreadable"));
}

}  // namespace
}  // namespace slipway::firstboot
