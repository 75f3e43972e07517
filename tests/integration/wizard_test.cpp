// The wizard's door, over its socket: who gets in, and whose forms count. The pages themselves: tests/browser.
#include "services/wizard/wizard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <regex>

#include "appliance/base/file.hpp"
#include "appliance/http/client.hpp"
#include "appliance/http/server.hpp"
#include "tests/integration/desk_site.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::wizard {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kCode = "ACDEFGHJ";

class WizardDoor : public ::testing::Test {
 protected:
  WizardDoor() {
    for (const char* name : {"run", "state", "out"}) fs::create_directory(directory_ / name);
    EXPECT_TRUE(replace_file(directory_ / "run/code", std::string(kCode) + "\n"));
    http::Router router;
    wizard_.add_routes(router);
    http::ServerOptions options;
    options.unix_socket = directory_ / "s";
    options.threads = 2;
    server_ = http::Server::start(options, std::move(router)).value();
  }
  ~WizardDoor() override { server_->stop(); }

  /// What a browser keeps between its requests.
  struct Browser {
    std::string cookie;
    std::string csrf;
  };

  http::ClientAnswer ask(Browser& browser, const std::string& path, const std::optional<std::string>& form = {}) {
    http::ClientRequest request{.url = "http://desk.example.org" + path};
    if (!browser.cookie.empty()) request.headers.emplace_back("Cookie", browser.cookie);
    if (form) {
      request.method = "POST";
      request.body = *form;
      request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    }
    auto answer = http::fetch(request, {.unix_socket = directory_ / "s"}).value();
    if (const auto set = answer.headers.find("set-cookie"); set != answer.headers.end())
      browser.cookie = set->second.substr(0, set->second.find(';'));
    std::smatch found;
    if (std::regex_search(answer.body, found, std::regex("name=\"csrf\" value=\"([^\"]+)\""))) browser.csrf = found[1];
    return answer;
  }

  http::ClientAnswer give_code(Browser& browser, const std::string& code) {
    ask(browser, "/first-boot");
    return ask(browser, "/first-boot/sign-in", "csrf=" + browser.csrf + "&code=" + code);
  }

  Browser signed_in() {
    Browser browser;
    EXPECT_EQ(give_code(browser, kCode).status, 303);
    EXPECT_EQ(ask(browser, "/first-boot/summary").status, 200);
    return browser;
  }

  bool handed_over() { return fs::exists(directory_ / "out/answers.toml") || fs::exists(directory_ / "out/again"); }

  test::TempDirectory directory_;
  desk::test::ManualClock clock_;
  Wizard wizard_{{.machine = {.answers = directory_ / "first-boot.toml",
                              .state = directory_ / "state",
                              .code = directory_ / "run/code",
                              .lock = directory_ / "run/lock"},
                  .answers_file = directory_ / "out/answers.toml",
                  .again_file = directory_ / "out/again",
                  .refusal_file = directory_ / "run/refused",
                  .leases = directory_ / "leases"},
                 clock_};
  std::unique_ptr<http::Server> server_;
};

// F7
TEST_F(WizardDoor, OpensToTheCodeAlone) {
  Browser stranger;
  for (const char* path : {"/first-boot/machine", "/first-boot/summary", "/first-boot/progress"}) {
    const auto answer = ask(stranger, path);
    EXPECT_EQ(answer.status, 303) << path;
    EXPECT_EQ(answer.headers.at("location"), "/first-boot") << path;
  }
  EXPECT_EQ(give_code(stranger, "WRONGONE").status, 401);
  EXPECT_EQ(ask(stranger, "/first-boot/summary").status, 303);
  Browser person;
  EXPECT_EQ(give_code(person, "acde-fghj").status, 303);  // as people type it
  EXPECT_EQ(ask(person, "/first-boot/summary").status, 200);
}

// F7
TEST_F(WizardDoor, PausesWhoeverGuesses) {
  Browser guesser;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(give_code(guesser, "WRONGONE").status, 401);
  const auto paused = give_code(guesser, kCode);
  EXPECT_EQ(paused.status, 429);
  EXPECT_TRUE(paused.headers.contains("retry-after"));
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(give_code(guesser, kCode).status, 303);
}

// F7
TEST_F(WizardDoor, TakesNoFormWithoutTheTokenOfItsSession) {
  Browser person = signed_in();
  Browser other = signed_in();
  for (const std::string& form : {std::string(), std::string("csrf="), std::string("csrf=guess"), "csrf=" + other.csrf})
    for (const char* path : {"/first-boot/summary", "/first-boot/machine", "/first-boot/preferences"})
      EXPECT_EQ(ask(person, path, form).status, 403) << path << " " << form;
  EXPECT_FALSE(handed_over());
}

// F7
TEST_F(WizardDoor, HidesItsCookieFromScriptsAndOtherSites) {
  Browser person;
  const auto answer = ask(person, "/first-boot");
  const std::string& cookie = answer.headers.at("set-cookie");
  for (const char* word : {"Secure", "HttpOnly", "SameSite=Strict"}) EXPECT_THAT(cookie, HasSubstr(word));
  const std::string before = person.cookie;
  EXPECT_EQ(give_code(person, kCode).status, 303);
  EXPECT_NE(person.cookie, before);  // the session is another one than that of the stranger who came
}

// F7
TEST_F(WizardDoor, ShowsWhatWasTypedAsText) {
  Browser person = signed_in();
  const auto answer =
      ask(person, "/first-boot/machine",
          "csrf=" + person.csrf + "&hostname=%3Cscript%3Ealert(1)%3C%2Fscript%3E&timezone=%22%3E%3Cb%3E");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(answer.body, Not(HasSubstr("\"><b>")));
  EXPECT_THAT(answer.body, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_FALSE(handed_over());
}

// F7
TEST_F(WizardDoor, LeadsEveryAddressToItselfAndTellsProgramsToWait) {
  Browser person;
  EXPECT_EQ(ask(person, "/production/requests").headers.at("location"), "/first-boot");
  const auto program = ask(person, "/api/v1/production/requests");
  EXPECT_EQ(program.status, 503);
  EXPECT_EQ(program.headers.at("content-type"), "application/problem+json");
}

}  // namespace
}  // namespace slipway::wizard
