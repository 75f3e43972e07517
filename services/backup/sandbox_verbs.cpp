#include "services/backup/sandbox_verbs.hpp"

#include <algorithm>

#include "appliance/account/directory.hpp"
#include "appliance/account/platform.hpp"
#include "services/backup/prune.hpp"
#include "services/backup/sandbox_backup.hpp"

namespace slipway::backup {
namespace {

using command::Context;
using command::Output;

/// A backup of an account, and where it lies.
struct Placed {
  Manifest backup;
  const Repository* repository = nullptr;
};

Result<SavedAccount> account_to_save(const sql::Connection& admin, const std::string& text) {
  SLIPWAY_TRY(const auto name, AccountName::parse(text));
  sql::Pool pool(admin.endpoint());
  SLIPWAY_TRY(const auto account, account::Directory(pool, Secret()).find(name));
  if (account.kind == account::Kind::production)
    return Error{Code::conflict, "account '" + text + "': is a production account, which the server's backups hold",
                 "leave --account out for a backup of the whole server; 'slipway restore --account " + text +
                     "' brings back any moment of it"};
  return SavedAccount{account.name.text(), account.database};
}

/// Oldest first.
Result<std::vector<Placed>> backups_of(const Repositories& repositories, const std::string& account) {
  std::vector<Placed> placed;
  for (const Repository* repository : repositories.all()) {
    SLIPWAY_TRY(const auto listing, repository->backups());
    for (const Manifest& backup : listing.accounts)
      if (backup.accounts.front().name == account) placed.push_back({backup, repository});
  }
  std::ranges::sort(placed, {}, [](const Placed& one) { return one.backup.taken_at; });
  return placed;
}

Error too_many(const std::string& account, const std::vector<Placed>& there) {
  std::string message =
      "account '" + account + "': has " + std::to_string(there.size()) + " backups, and no more are kept";
  for (const Placed& one : there) message += "\n  " + one.backup.id + " in repository '" + one.repository->name() + "'";
  return {Code::conflict, message, "say which one goes: --replace " + there.front().backup.id};
}

/// The one that goes; nothing when there is room.
Result<std::optional<Placed>> to_replace(const std::vector<Placed>& there, const RunFlags& flags) {
  if (flags.replace.empty()) {
    const auto most = static_cast<std::size_t>(retention_policy().sandbox_backups);
    if (there.size() >= most) return too_many(flags.account, there);
    return std::optional<Placed>();
  }
  const auto found = std::ranges::find_if(there, [&](const Placed& one) { return one.backup.id == flags.replace; });
  if (found == there.end())
    return Error{Code::not_found, "backup '" + flags.replace + "': is none of account '" + flags.account + "'",
                 "see 'slipway backup list'"};
  return std::optional(*found);
}

}  // namespace

Result<const Repository*> chosen(const Repositories& repositories, const std::string& name) {
  if (name == kMonthly)
    return Error{Code::invalid_argument, "repository 'monthly': gets copies alone", "choose even or odd"};
  if (!name.empty()) return repositories.named(name);
  const auto all = repositories.all();
  if (!all.empty()) return all.front();
  return repositories.faults().front().error;
}

nlohmann::ordered_json summary(const Manifest& manifest, const Repository& repository) {
  nlohmann::ordered_json json = to_json(manifest);
  json["repository"] = repository.name();
  return json;
}

std::string size_line(const Manifest& manifest, const Repository& repository) {
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(manifest.ended_at - manifest.taken_at);
  return "backup " + manifest.id + " in repository '" + repository.name() + "': " + size_text(manifest.plain_bytes) +
         " in " + size_text(manifest.stored_bytes) + ", " + std::to_string(took.count() / 1000) + "." +
         std::to_string(took.count() / 100 % 10) + " s";
}

Result<Proof> prove_account(const Repository& repository, const Manifest& backup, const std::filesystem::path& scratch,
                            ProgressLines& lines) {
  return prove_sandbox_backup(
      repository, backup, scratch, SystemClock(),
      [&lines](const std::string& step, std::uint64_t done, std::uint64_t of) { lines.tell(step, done, of); });
}

Result<Output> run_of_account(const Context& context, const RunFlags& flags) {
  SLIPWAY_TRY(const auto config, context.configuration());
  SLIPWAY_TRY(const auto repositories, Repositories::open(config));
  SLIPWAY_CHECK(repositories.any());
  SLIPWAY_TRY(const Repository* const repository, chosen(repositories, flags.repository));
  SLIPWAY_TRY(const auto admin, context.administrator(std::string(account::kPlatformDatabase)));
  SLIPWAY_TRY(const auto account, account_to_save(admin, flags.account));
  SLIPWAY_TRY(const Workshop workshop, Workshop::open(config, "backup run"));
  SLIPWAY_TRY(const auto there, backups_of(repositories, account.name));
  SLIPWAY_TRY(const auto replaced, to_replace(there, flags));
  ProgressLines lines(context);
  SLIPWAY_TRY(
      const Manifest backup,
      take_sandbox_backup(
          *repository,
          {.server = admin.endpoint(), .account = account, .replaces = flags.replace, .work = workshop.folder()},
          SystemClock(), [&lines](std::uint64_t plain, std::uint64_t) { lines.tell("backup", plain, 0); }));
  SLIPWAY_TRY(const Proof proof, prove_account(*repository, backup, workshop.folder(), lines));
  if (proof.outcome != ProofOutcome::proven)
    return Error{proof.outcome == ProofOutcome::failed ? Code::corrupt : Code::unavailable, to_text(proof),
                 "the backup is there and not proven" +
                     (flags.replace.empty() ? "" : "; backup " + flags.replace + " is there too") +
                     ": 'slipway backup prove " + backup.id + "' tries again"};
  if (replaced) SLIPWAY_CHECK(remove_backup(*replaced->repository, replaced->backup.id));
  Output output{summary(backup, *repository), size_line(backup, *repository) + "\n  account '" + account.name + "', " +
                                                  std::to_string(backup.table_sums.size()) +
                                                  " tables; restored into a scratch server, with the same checksums\n"};
  output.json["proof"] = to_json(proof);
  output.json["replaced"] = replaced ? replaced->backup.id : "";
  if (replaced) output.text += "  backup " + replaced->backup.id + ", which it replaces, is gone\n";
  return output;
}

}  // namespace slipway::backup
