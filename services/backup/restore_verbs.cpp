// slipway restore --to TARGET [--account NAME [--into NEW] | --directory DIR | --in-place] [--execute]
#include "appliance/account/platform.hpp"
#include "appliance/base/file.hpp"
#include "appliance/base/file_lock.hpp"
#include "appliance/embedded/instance.hpp"
#include "services/backup/durable_directory.hpp"
#include "services/backup/restore_account.hpp"
#include "services/backup/restore_in_place.hpp"
#include "services/backup/settings.hpp"
#include "services/backup/verbs.hpp"
#include "services/backup/words.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;
using command::Context;
using command::Output;
using nlohmann::ordered_json;

// Of the server that a restore runs in, beside a living one: with all else it stays below 300 MB.
constexpr std::uint64_t kPoolBytes = 192U << 20U;

struct Flags {
  std::string to = "latest";
  std::string account;
  std::optional<std::string> into;
  fs::path directory;
  bool in_place = false;
  bool execute = false;
};

Status check(const Flags& flags) {
  const int wanted = int(!flags.account.empty()) + int(!flags.directory.empty()) + int(flags.in_place);
  if (wanted != 1)
    return Error{Code::invalid_argument,
                 wanted == 0 ? "restore: what is to be restored is not said" : "restore: two things are to be restored",
                 "give one of --account NAME for one account, --directory DIR for the whole server into a new "
                 "directory, --in-place for it in the place of the one that serves"};
  if (flags.into && flags.account.empty()) return Error{Code::invalid_argument, "restore: --into goes with --account"};
  if (flags.into && (flags.into->empty() || *flags.into == flags.account))
    return Error{Code::invalid_argument, "restore: --into '" + *flags.into + "' is no new account",
                 "name one that there is not yet; leave --into out to restore in place"};
  if (flags.directory.empty() || !fs::exists(flags.directory) || fs::exists(flags.directory / kUnfinished)) return {};
  if (!fs::is_directory(flags.directory) || !fs::is_empty(flags.directory))
    return Error{Code::conflict, "directory '" + flags.directory.string() + "': is not empty",
                 "choose a new directory: nothing is ever restored over another server's files"};
  return {};
}

/// A moment that no log can have, or that says another one than a person means by it.
Status check(const RestoreGoal& goal, const std::string& text) {
  if (text.empty()) return Error{Code::invalid_argument, "restore: --to is empty", "give a time, or leave it out"};
  constexpr std::size_t kDate = 10;
  if (goal.log.gtid && text.size() == kDate && text[4] == '-' && text[7] == '-')
    return Error{Code::invalid_argument, "target '" + text + "': a date needs a time",
                 "such as " + text + "T14:03:27Z"};
  if (!goal.log.time) return {};
  if (*goal.log.time > SystemClock().now())
    return Error{Code::invalid_argument, "target '" + text + "': is in the future", "'latest' is all that there is"};
  if (*goal.log.time != std::chrono::floor<std::chrono::seconds>(*goal.log.time))
    return Error{Code::invalid_argument, "target '" + text + "': the log knows whole seconds only",
                 "leave the fraction out: everything of that second is restored"};
  return {};
}

std::string what(const Flags& flags) {
  if (flags.in_place) return "the whole server in its place: all accounts, for everybody";
  if (flags.account.empty()) return "the whole server into " + flags.directory.string();
  if (!flags.into) return "account '" + flags.account + "' in its place";
  return "account '" + flags.account + "' beside the living ones, as '" + *flags.into + "'";
}

Output describe(const Flags& flags, const RestoreRoute& route) {
  ordered_json chain = ordered_json::array();
  std::string text = "would restore " + what(flags) + " to " + to_text(route.goal) + "\n";
  for (const Manifest& manifest : route.chain) {
    chain.push_back(manifest.id);
    text += "  from " + manifest.id + " in repository '" + route.repository->name() + "', up to GTID " +
            manifest.position.to_text() + "\n";
  }
  const Manifest& last = route.chain.back();
  text += route.proven ? "  which was restored and compared: it is proven\n" : "  which is not proven yet\n";
  const bool replays = route.goal.backup.empty() && !last.log_line.empty();
  text += replays ? "  then the log of line " + last.log_line + "\n" : "  without a log\n";
  return {{{"executed", false},
           {"target", to_text(route.goal)},
           {"repository", route.repository->name()},
           {"chain", chain},
           {"proven", route.proven},
           {"log_line", replays ? last.log_line : ""}},
          text + "nothing was done: add --execute to do it"};
}

ordered_json to_json(const Restored& restored) {
  return {{"executed", true},
          {"backup", restored.backup.id},
          {"gtid", restored.log.end.to_text()},
          {"transactions_replayed", restored.log.groups},
          {"last_transaction_at",
           restored.log.last_time_s == 0 ? "" : to_iso8601(Timestamp(std::chrono::seconds(restored.log.last_time_s)))},
          {"next_gtid", restored.log.next ? restored.log.next->to_text() : ""}};
}

std::string to_text(const Restored& restored) {
  std::string text = "  from " + restored.backup.id + " and " + std::to_string(restored.log.groups) +
                     " transactions after it, up to GTID " + restored.log.end.to_text();
  if (restored.log.last_time_s != 0)
    text += " (" + to_iso8601(Timestamp(std::chrono::seconds(restored.log.last_time_s))) + ")";
  if (restored.log.next)
    text += "\n  the next one, left out, is " + restored.log.next->to_text() + " (" +
            to_iso8601(Timestamp(std::chrono::seconds(restored.log.next_time_s))) + ")";
  return text + "\n";
}

/// Chooses and restores; a backup that turns out to be damaged is passed over for the one before it.
Result<Restored> restore(const std::vector<const Repository*>& repositories, const RestoreGoal& goal,
                         const RestoreOptions& options, const Context& context) {
  std::vector<std::string> tried;
  for (std::optional<Error> first;;) {
    auto route = choose_route(repositories, goal, tried);
    if (!route) return first ? *first : route.error();
    auto restored = restore_server(repositories, *route, options);
    if (restored) return restored;
    const Code code = restored.error().code;
    if (code != Code::corrupt && code != Code::not_found) return restored;
    context.progress("! " + restored.error().message);
    if (!first) first = restored.error();
    tried.push_back(route->chain.back().id);
    if (!goal.backup.empty()) return *first;
  }
}

RestoreProgress progress_of(ProgressLines& lines) {
  return [&lines](const std::string& step, std::uint64_t done, std::uint64_t of) {
    if (step == "replay")
      lines.tell_count(step, done, of, "transactions");
    else
      lines.tell(step, done, of);
  };
}

/// What can be known before anything is unpacked: that there is such an account, and none of the new name.
Status check_accounts(const sql::Connection& admin, const Repositories& repositories, const RestoreGoal& goal,
                      const AccountName& name, const AccountName& into) {
  sql::Pool pool(admin.endpoint());
  account::Directory living(pool, Secret());
  if (into.text() != name.text()) SLIPWAY_CHECK(check_new_account(living, into));
  const auto there = living.find(name);
  if (there || there.error().code != Code::not_found) return there ? Status() : there.error();
  SLIPWAY_TRY(const auto route, choose_route(repositories.all(), goal));
  std::string names;
  for (const SavedAccount& saved : route.chain.back().accounts) {
    if (saved.name == name.text()) return {};
    names += (names.empty() ? "" : ", ") + saved.name;
  }
  return Error{Code::not_found,
               "account '" + name.text() + "': is not on this server, nor in backup " + route.chain.back().id,
               "that backup holds " + names};
}

using NameCheck = std::function<Status(const sql::Connection& admin, const AccountName& name, const AccountName& into)>;

/// The plan's check of names: a server that does not answer hinders no plan, which may be for a new machine.
Status check_names(const Context& context, const Flags& flags, const NameCheck& check) {
  if (flags.account.empty()) return {};
  SLIPWAY_TRY(const auto name, AccountName::parse(flags.account));
  SLIPWAY_TRY(const auto into, AccountName::parse(flags.into.value_or(flags.account)));
  const auto admin = context.administrator(std::string(account::kPlatformDatabase));
  if (admin) return check(*admin, name, into);
  if (admin.error().code != Code::unavailable && admin.error().code != Code::timeout) return admin.error();
  context.progress("! the server does not answer, so that no name was looked up: " + admin.error().message);
  return {};
}

Output with_account_facts(Output output, const AccountRestored& done) {
  output.json["tables_compared"] = done.tables;
  output.json["set_aside"] = done.set_aside;
  output.text +=
      "  " + std::to_string(done.tables) + " tables, each with the checksum that it has where it was restored from\n";
  if (done.set_aside.empty())
    output.text += "  it is a new account, which sends no mail: 'slipway account mail' lets it\n";
  else
    output.text += "  what was served before is kept as database " + done.set_aside + "\n";
  return output;
}

Result<Output> into_account(const Context& context, const Flags& flags, const config::Config& config,
                            const Repositories& repositories, const RestoreGoal& goal) {
  SLIPWAY_TRY(const auto name, AccountName::parse(flags.account));
  SLIPWAY_TRY(const auto into, AccountName::parse(flags.into.value_or(flags.account)));
  SLIPWAY_TRY(auto admin, context.administrator(std::string(account::kPlatformDatabase)));
  SLIPWAY_TRY(const Secret key, context.account_key());
  SLIPWAY_CHECK(check_accounts(admin, repositories, goal, name, into));
  ProgressLines lines(context);
  SLIPWAY_TRY(const Workshop workshop, Workshop::open(config, "restore"));
  const fs::path scratch = workshop.folder();
  RestoreOptions options{.server = {.directory = scratch, .buffer_pool_bytes = kPoolBytes, .durable = false},
                         .work = scratch / "work",
                         .progress = progress_of(lines)};
  SLIPWAY_TRY(auto restored, restore(repositories.all(), goal, options, context));
  SLIPWAY_TRY(const auto done,
              restore_account(restored.server, admin, key,
                              {.account = name, .into = into, .work = scratch / "work", .progress = options.progress}));
  Output output{to_json(restored),
                "account '" + into.text() + "': restored to " + to_text(goal) + "\n" + to_text(restored)};
  output.json["account"] = into.text();
  return with_account_facts(std::move(output), done);
}

Result<Output> into_directory(const Context& context, const Flags& flags, const Repositories& repositories,
                              const RestoreGoal& goal) {
  ProgressLines lines(context);
  // A restore that is killed, or meets a power cut, is begun anew: nothing waits for the disk before its end.
  SLIPWAY_TRY(auto durable, DurableDirectory::open(flags.directory));
  auto lock = FileLock::take(flags.directory / kUnfinished);
  if (!lock && lock.error().code == Code::in_use)
    return Error{Code::in_use, "directory '" + flags.directory.string() + "': a restore into it is at work already",
                 "wait for it to end, or stop it"};
  if (!lock) return lock.error();
  RestoreOptions options{
      .server = {.directory = fs::absolute(flags.directory), .buffer_pool_bytes = kPoolBytes, .durable = false},
      .work = fs::absolute(flags.directory) / "work",
      .progress = progress_of(lines)};
  SLIPWAY_TRY(auto restored, restore(repositories.all(), goal, options, context));
  Output output{to_json(restored), "server restored to " + to_text(goal) + "\n" + to_text(restored)};
  restored.server.stop();
  SLIPWAY_CHECK(durable.sync());
  std::error_code problem;
  fs::remove(flags.directory / kUnfinished, problem);
  output.json["data_dir"] = (options.server.directory / "data").string();
  output.text += "  its data directory is " + (options.server.directory / "data").string() + "\n";
  return output;
}

Result<Output> into_place(const Context& context, const Flags& flags, const config::Config& config,
                          const Repositories& repositories, const RestoreGoal& goal) {
  if (!context.embedded())
    return Error{Code::unsupported, "restore: --in-place is for an installation that 'slipway up' started",
                 "restore with --directory, stop the server, and move its data directory in place"};
  SLIPWAY_TRY(const Workshop workshop, Workshop::open(config, "restore"));
  ProgressLines lines(context);
  const auto into = [&](const fs::path& directory) -> Result<ordered_json> {
    SLIPWAY_TRY(auto durable, DurableDirectory::open(directory));
    SLIPWAY_TRY(auto restored,
                restore(repositories.all(), goal,
                        {.server = {.directory = directory, .buffer_pool_bytes = kPoolBytes, .durable = false},
                         .work = workshop.folder(),
                         .progress = progress_of(lines)},
                        context));
    restored.server.stop();
    SLIPWAY_CHECK(durable.sync());
    ordered_json said = to_json(restored);
    said["text"] = to_text(restored);
    return said;
  };
  SLIPWAY_TRY(auto done, restore_in_place({.state = context.globals().state_dir,
                                           .programs = embedded::own_programs(),
                                           .target = to_text(goal),
                                           .moving = flags.to == "latest"},
                                          into, SystemClock(), [&](const auto& line) { context.progress(line); }));
  std::string text = "server restored to " + done.value("target", "") + "\n" + done.value("text", "");
  done.erase("text");
  text += "  what was served before is kept in " + done.value("set_aside", "") + "\n";
  if (!done.value("restarted", false)) text += "  it was not running; start it with 'slipway up'\n";
  return Output{done, text};
}

/// A backup that holds one account, and where it lies.
struct SandboxBackup {
  const Repository* repository = nullptr;
  Manifest manifest;
};

Result<SandboxBackup> find_sandbox_backup(const Repositories& repositories, const std::string& id) {
  Error last{Code::not_found, "backup '" + id + "': is in no repository that answers", "see 'slipway backup list'"};
  for (const Repository* repository : repositories.all()) {
    auto manifest = repository->backup(id);
    if (manifest) return SandboxBackup{repository, *std::move(manifest)};
    if (manifest.error().code != Code::not_found) last = manifest.error();
  }
  return last;
}

/// What the backup holds is what is restored, whether --account says it too or not.
Result<Flags> with_account(Flags flags, const Manifest& backup) {
  const std::string& holds = backup.accounts.front().name;
  if (flags.in_place || !flags.directory.empty())
    return Error{Code::invalid_argument, "backup " + backup.id + ": holds account '" + holds + "' alone, and no server",
                 "leave --directory and --in-place out: with --execute the account goes back in its place, with --into "
                 "NEW beside it"};
  if (!flags.account.empty() && flags.account != holds)
    return Error{Code::invalid_argument,
                 "backup " + backup.id + ": holds account '" + holds + "', not '" + flags.account + "'",
                 "restore it beside the living ones with --account " + holds + " --into NEW"};
  flags.account = holds;
  SLIPWAY_CHECK(check(flags));
  return flags;
}

Result<Output> from_sandbox_backup(const Context& context, const Flags& given, const std::string& id) {
  SLIPWAY_TRY(const auto config, context.configuration());
  SLIPWAY_TRY(const auto repositories, Repositories::open(config));
  SLIPWAY_CHECK(repositories.any());
  SLIPWAY_TRY(const auto found, find_sandbox_backup(repositories, id));
  SLIPWAY_TRY(const Flags flags, with_account(given, found.manifest));
  ordered_json json{{"executed", flags.execute},
                    {"backup", id},
                    {"repository", found.repository->name()},
                    {"account", flags.account}};
  if (!flags.execute) {
    SLIPWAY_CHECK(check_names(context, flags, [](const auto& admin, const auto& name, const auto& into) -> Status {
      if (into.text() == name.text()) return {};
      sql::Pool pool(admin.endpoint());
      account::Directory living(pool, Secret());
      return check_new_account(living, into);
    }));
    return Output{json, "would restore " + what(flags) + " from backup " + id + " in repository '" +
                            found.repository->name() + "'\nnothing was done: add --execute to do it"};
  }
  SLIPWAY_TRY(const auto name, AccountName::parse(flags.account));
  SLIPWAY_TRY(const auto into, AccountName::parse(flags.into.value_or(flags.account)));
  SLIPWAY_TRY(auto admin, context.administrator(std::string(account::kPlatformDatabase)));
  SLIPWAY_TRY(const Secret key, context.account_key());
  SLIPWAY_TRY(const Workshop workshop, Workshop::open(config, "restore"));
  ProgressLines lines(context);
  SLIPWAY_TRY(
      const auto done,
      restore_account(*found.repository, found.manifest, admin, key,
                      {.account = name, .into = into, .work = workshop.folder(), .progress = progress_of(lines)}));
  json["account"] = into.text();
  return with_account_facts({json, "account '" + into.text() + "': restored from backup " + id + "\n"}, done);
}

Result<Output> run(const Context& context, const Flags& flags) {
  SLIPWAY_TRY(const auto goal, RestoreGoal::parse(flags.to));
  if (goal.backup.ends_with(to_text(Kind::sandbox))) return from_sandbox_backup(context, flags, goal.backup);
  SLIPWAY_CHECK(check(flags));
  SLIPWAY_TRY(const auto config, context.configuration());
  SLIPWAY_TRY(const auto repositories, Repositories::open(config));
  SLIPWAY_CHECK(repositories.any());
  for (const auto& away : repositories.faults()) context.progress("! " + away.error.message);
  SLIPWAY_CHECK(check(goal, flags.to));
  if (!flags.execute) {
    SLIPWAY_TRY(const auto route, choose_route(repositories.all(), goal));
    SLIPWAY_CHECK(check_names(context, flags, [&](const auto& admin, const auto& name, const auto& into) {
      return check_accounts(admin, repositories, goal, name, into);
    }));
    return describe(flags, route);
  }
  if (flags.in_place) return into_place(context, flags, config, repositories, goal);
  return flags.account.empty() ? into_directory(context, flags, repositories, goal)
                               : into_account(context, flags, config, repositories, goal);
}

}  // namespace

void register_restore(command::Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& verb = verbs.add(verbs.root(), "restore", "Bring an account, or the whole server, back to a moment",
                             "slipway restore --to 2026-11-29T14:03:27Z --account acme --into acme_old --execute",
                             [flags](const Context& context) { return run(context, *flags); });
  verb.add_option("--to", flags->to, "A time in UTC, a GTID, the id of a backup, or latest (the default)");
  verb.add_option("--account", flags->account, "Only this account");
  verb.add_option("--into", flags->into, "A new account for it, beside the living one");
  verb.add_option("--directory", flags->directory, "The whole server, into this new directory");
  verb.add_flag("--in-place", flags->in_place,
                "The whole server, in the place of the one that serves, which is stopped and kept");
  verb.add_flag("--execute", flags->execute, "Do it; without this word the plan is shown");
}

}  // namespace slipway::backup
