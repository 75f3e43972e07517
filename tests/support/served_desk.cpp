#include "tests/support/served_desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/support/programs.hpp"

namespace slipway::test {
namespace {

// The account's administrator, of whom every test of a moved desk knows that it came from no source.
constexpr const char* kLogin = "admin";

nlohmann::json answer_of(const Instance& instance, const std::vector<std::string>& arguments) {
  const auto finished = instance.slipway(arguments);
  EXPECT_EQ(finished.exit_status, 0) << finished.err;
  return nlohmann::json::parse(finished.out, nullptr, false);
}

std::filesystem::path password_file(const Instance& instance, const std::string& account) {
  return instance / ("password-of-" + account);
}

}  // namespace

void move_by_program(const Instance& instance, const sql::Endpoint& source, const std::string& account,
                     const std::vector<std::string>& options) {
  const auto made = answer_of(instance, {"account", "create", account, "--json"});
  write_file(password_file(instance, account), made.value("administrator_password", ""));
  std::vector<std::string> arguments{
      "run",         "--account",
      account,       "--execute",
      "--state-dir", instance.directory().string(),
      "--source",    "socket=" + source.socket + ",user=" + source.user + ",db=" + source.database};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const auto moved = run_program("slipway-migrate", arguments);
  ASSERT_EQ(moved.exit_status, 0) << moved.err;
}

std::string served_differences(const Instance& instance, const std::string& account, const Facts& facts) {
  const auto token =
      answer_of(instance, {"account", "token", account, "--login", kLogin, "--label", "served desk", "--json"});
  const auto file = instance / ("facts-of-" + account);
  write_file(file, nlohmann::json(facts).dump());
  const std::string script = std::string(SLIPWAY_TEST_SUPPORT) + "/served_desk.py";
  process::Command command{.argv = {"python3", "-B", script, instance.url(), account, kLogin,
                                    read_file(password_file(instance, account)), token.value("token", ""),
                                    file.string()}};
  const auto finished = process::run(command, {.time = std::chrono::minutes{4}});
  if (!finished) return to_text(finished.error());
  return finished->exit_status == 0 ? "" : finished->out + finished->err;
}

void spoil(Facts& facts) {
  const auto first = [&](std::string_view kind, std::string_view end) -> std::string& {
    return std::find_if(facts.begin(), facts.end(),
                        [&](const auto& fact) { return fact.first.starts_with(kind) && fact.first.ends_with(end); })
        ->second;
  };
  first("message ", " body") += '.';
  std::string& file = first("file ", "");
  file.back() = file.back() == '0' ? '1' : '0';
  first("request ", " requester") = "nobody at all";
}

}  // namespace slipway::test
