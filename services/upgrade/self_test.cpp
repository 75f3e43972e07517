#include "services/upgrade/self_test.hpp"

#include <algorithm>

#include "appliance/account/directory.hpp"
#include "appliance/account/platform.hpp"
#include "appliance/base/secret_file.hpp"
#include "appliance/http/client.hpp"
#include "appliance/process/process.hpp"
#include "services/upgrade/data_store.hpp"
#include "services/upgrade/tool.hpp"

namespace slipway::upgrade {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWebUser = "slipway_web";
constexpr const char* kWebPassword = "db_slipway_web";

void note(TestReport& report, std::string what, const Status& status) {
  report.findings.push_back({std::move(what), status ? "" : status.error().message});
}

/// It starts at all: no library is missing, it is no other file.
Status answers_version(const std::string& program) {
  SLIPWAY_TRY(const auto said, output_of({"/usr/bin/" + program, "--version"}, std::chrono::seconds(20)));
  if (said.starts_with(program + " ")) return {};
  return Error{Code::unavailable, "does not tell its version"};
}

Status page_comes(const fs::path& socket, const std::string& path) {
  SLIPWAY_TRY(const auto answer, http::fetch({.url = "http://localhost" + path}, {.unix_socket = socket}));
  if (answer.status == 200) return {};
  return Error{Code::unavailable, "GET " + path + ": " + std::to_string(answer.status)};
}

Status database_answers(account::Directory& directory, const AccountName& name) {
  SLIPWAY_TRY(const auto pool, directory.pool(name));
  SLIPWAY_TRY(auto lease, pool->lend());
  SLIPWAY_TRY([[maybe_unused]] const auto newest, newest_request(*lease));
  return {};
}

Status look_at_accounts(const command::Context& context, const fs::path& socket, TestReport& report) {
  SLIPWAY_TRY(const auto config, context.configuration());
  SLIPWAY_TRY(auto endpoint, context.administrator_endpoint(std::string(account::kPlatformDatabase)));
  endpoint.user = kWebUser;
  SLIPWAY_TRY(endpoint.password,
              read_secret_file(config.path("secrets.account_key_file").parent_path() / kWebPassword));
  SLIPWAY_TRY(auto key, context.account_key());
  sql::Pool platform(std::move(endpoint), {.max_connections = 1});
  account::Directory directory(platform, std::move(key), {.max_connections = 1});
  SLIPWAY_TRY(const auto accounts, directory.list());
  for (const auto& account : accounts) {
    if (account.state != account::State::active) continue;
    const std::string name = account.name.text();
    const auto page = page_comes(socket, "/" + name + "/sign-in");
    const auto data = database_answers(directory, account.name);
    note(report, "account '" + name + "': sign-in page", page);
    note(report, "account '" + name + "': database", data);
    if (page && data) report.served.push_back(name);
  }
  return {};
}

}  // namespace

Result<TestReport> self_test(const command::Context& context, const fs::path& web_socket) {
  SLIPWAY_TRY(const auto config, context.configuration());
  const fs::path web = web_socket.empty() ? config.path("web.socket") : web_socket;
  TestReport report;
  for (const char* program : {"slipway", "slipway-webd", "slipway-jobd", "slipway-backupd"})
    note(report, std::string(program) + ": program", answers_version(program));
  note(report, "slipway-webd: answers", page_comes(web, "/health"));
  note(report, "slipway-webd: has what it needs", page_comes(web, "/ready"));
  note(report, "slipway-jobd: answers", page_comes(config.path("jobs.socket"), "/health"));
  if (const auto looked = look_at_accounts(context, web, report); !looked) note(report, "account list", looked);
  return report;
}

bool passed(const TestReport& report) {
  return std::ranges::all_of(report.findings, [](const Finding& one) { return one.reason.empty(); });
}

nlohmann::ordered_json to_json(const TestReport& report) {
  auto findings = nlohmann::ordered_json::array();
  for (const auto& one : report.findings)
    findings.push_back({{"what", one.what}, {"ok", one.reason.empty()}, {"reason", one.reason}});
  return {{"passed", passed(report)}, {"served", report.served}, {"findings", std::move(findings)}};
}

std::string to_text(const TestReport& report) {
  std::string text;
  for (const auto& one : report.findings) {
    text.append(one.reason.empty() ? "  ok      " : "  fails   ").append(one.what);
    if (!one.reason.empty()) text.append(": ").append(one.reason);
    text.append("\n");
  }
  return text.append(passed(report) ? "this version serves\n" : "this version does not serve\n");
}

}  // namespace slipway::upgrade
