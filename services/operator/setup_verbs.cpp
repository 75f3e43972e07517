// setup: an appliance from its installed packages to a working service desk (F7).
#include <sys/stat.h>

#include <cerrno>
#include <thread>

#include "appliance/archive/key.hpp"
#include "appliance/base/file.hpp"
#include "appliance/lease/write_gate.hpp"
#include "appliance/setup/setup.hpp"
#include "services/operator/verbs.hpp"

namespace slipway::operator_ {

using command::Context;
using command::Output;
using command::Verbs;

namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

Status make_directory(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return file_error(directory, "cannot be made", errno);
}

/// Repositories are opened with it; who loses it loses every backup, so it is made once and a person prints it.
Status make_backup_key(const fs::path& file, Context& context) {
  if (fs::exists(file)) return {};
  SLIPWAY_CHECK(archive::Key::make().write_file(file));
  context.progress("· backup key made: print it with slipway backup key show --recovery");
  return {};
}

/// Passwords are in files and never here: what a service prints ends in the journal.
Output report(const std::vector<setup::SignIn>& sign_ins) {
  ordered_json list = ordered_json::array();
  std::string text = "the databases are up to date\n";
  for (const auto& sign_in : sign_ins) {
    list.push_back(
        {{"account", sign_in.account}, {"login", sign_in.login}, {"password_file", sign_in.password_file.string()}});
    text += "  account " + sign_in.account + ": login " + sign_in.login + ", password in " +
            sign_in.password_file.string() + "\n";
  }
  return {{{"sign_ins", std::move(list)}}, std::move(text)};
}

/// A machine that starts has its site agent elected first.
bool has_the_writes_soon(const config::Config& config) {
  const auto gate = lease::WriteGate::of(config);
  const auto deadline = std::chrono::steady_clock::now() + 3 * config.duration("site.lease");
  while (!gate.enter()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return true;
}

Result<Output> run_setup(Context& context) {
  if (context.embedded())
    return Error{Code::invalid_argument,
                 "setup: " + context.globals().state_dir.string() + " is an embedded installation",
                 "'slipway up' sets that one up; name the appliance's file with --config"};
  SLIPWAY_TRY(const auto config, context.configuration());
  const fs::path key = config.path("secrets.account_key_file");
  const setup::Places places{.secrets = key.parent_path(),
                             .accounts_made = key.parent_path() / "default-accounts-made"};
  if (key.filename() != setup::kAccountKey ||
      config.path("secrets.session_key_file") != places.secrets / setup::kSessionKey)
    return Error{Code::invalid_argument,
                 "setup: secrets.account_key_file and secrets.session_key_file have other names",
                 "let them be account.key and session.key in one directory, such as /etc/slipway/secrets"};
  SLIPWAY_CHECK(make_directory(places.secrets));
  SLIPWAY_CHECK(setup::make_secrets(places));
  SLIPWAY_CHECK(make_backup_key(config.path("backup.key_file"), context));
  // What the other site does to the databases comes here by replication.
  if (!has_the_writes_soon(config))
    return Output{{{"sign_ins", ordered_json::array()}, {"read_only", true}},
                  "the secrets are there; the databases are the other site's at the moment\n"};
  SLIPWAY_TRY(const auto administrator, context.administrator(""));
  SLIPWAY_TRY(const auto sign_ins,
              setup::set_up_databases(administrator.endpoint(), places,
                                      [&context](const std::string& line) { context.progress("· " + line); }));
  return report(sign_ins);
}

}  // namespace

void register_setup(Verbs& verbs) {
  verbs.add(verbs.root(), "setup",
            "Make this appliance's secrets, databases and first accounts, and bring their schemas up to date: what is "
            "there stays",
            "slipway setup --config /etc/slipway/slipway.toml", run_setup);
}

}  // namespace slipway::operator_
