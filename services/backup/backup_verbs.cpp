// slipway backup run | list | show | verify | prove | prune | key
#include "appliance/account/directory.hpp"
#include "appliance/account/platform.hpp"
#include "services/backup/lease.hpp"
#include "services/backup/log_line.hpp"
#include "services/backup/prove.hpp"
#include "services/backup/sandbox_verbs.hpp"
#include "services/backup/settings.hpp"
#include "services/backup/take.hpp"
#include "services/backup/verbs.hpp"
#include "services/backup/verify.hpp"
#include "services/backup/words.hpp"

namespace slipway::backup {
namespace {

using command::Context;
using command::Output;
using nlohmann::ordered_json;

Result<std::vector<SavedAccount>> saved_accounts(const sql::Connection& platform) {
  sql::Pool pool(platform.endpoint());
  SLIPWAY_TRY(const auto accounts, account::Directory(pool, Secret()).list());
  std::vector<SavedAccount> saved;
  for (const auto& account : accounts) saved.push_back({account.name.text(), account.database});
  return saved;
}

/// The line that an agent archives into at present: only then will the log go on from a backup.
std::string running_line(const Repository& repository) {
  SystemClock clock;
  if (!agent_is_alive(repository, clock.now())) return "";
  const auto line = newest_line(repository);
  return line ? *line : "";
}

Result<std::optional<Manifest>> newest_of(const Repository& repository) {
  SLIPWAY_TRY(auto listing, repository.backups());
  if (listing.backups.empty())
    return Error{Code::not_found, repository.describe() + ": has no backup that an incremental could follow",
                 "take a full one first"};
  return std::optional(std::move(listing.backups.back()));
}

Result<Output> run(const Context& context, const RunFlags& flags) {
  if (!flags.account.empty()) return run_of_account(context, flags);
  if (!flags.replace.empty())
    return Error{Code::invalid_argument, "backup run: --replace goes with --account",
                 "backups of the whole server go by themselves: see 'slipway backup prune'"};
  SLIPWAY_TRY(const auto config, context.configuration());
  SLIPWAY_TRY(const auto repositories, Repositories::open(config));
  SLIPWAY_CHECK(repositories.any());
  SLIPWAY_TRY(const Repository* const repository, chosen(repositories, flags.repository));
  SLIPWAY_TRY(const auto admin, context.administrator(std::string(account::kPlatformDatabase)));
  SLIPWAY_TRY(const Workshop workshop, Workshop::open(config, "backup run"));
  TakeOptions options;
  options.server = admin.endpoint();
  options.data = config.path("backup.data_dir");
  options.work = workshop.folder();
  options.read_bytes_per_s = config.bytes("backup.read_rate");
  SLIPWAY_TRY(options.accounts, saved_accounts(admin));
  options.log_line = running_line(*repository);
  if (flags.incremental) {
    SLIPWAY_TRY(options.parent, newest_of(*repository));
  }
  ProgressLines lines(context);
  const SystemClock clock;
  SLIPWAY_TRY(const Manifest manifest,
              take_backup(*repository, options, clock,
                          [&lines](std::uint64_t plain, std::uint64_t) { lines.tell("backup", plain, 0); }));
  return Output{
      summary(manifest, *repository),
      size_line(manifest, *repository) +
          (manifest.position.empty() ? "" : ", up to GTID " + manifest.position.to_text()) +
          (manifest.log_line.empty() ? "\n(the binary log is not archived: only this moment can be restored)" : "")};
}

Result<Output> list(const Context& context) {
  SLIPWAY_TRY(const auto config, context.configuration());
  SLIPWAY_TRY(const auto repositories, Repositories::open(config));
  SLIPWAY_CHECK(repositories.any());
  Output output{{{"backups", ordered_json::array()}, {"faults", ordered_json::array()}}, ""};
  const auto add = [&output](const Manifest& manifest, const Repository& repository, const std::string& holds) {
    output.json["backups"].push_back(summary(manifest, repository));
    output.text += column(manifest.id, 32) + column(repository.name(), 8) +
                   column(size_text(manifest.stored_bytes), 10) + holds + "\n";
  };
  const auto fault = [&output](const Error& error) {
    output.json["faults"].push_back({{"message", error.message}, {"hint", error.hint}});
    output.text += "! " + error.message + "\n";
  };
  for (const auto& away : repositories.faults()) fault(away.error);
  for (const Repository* repository : repositories.everywhere()) {
    const auto listing = repository->backups();
    if (!listing) {
      fault(listing.error());
      continue;
    }
    for (const Error& bad : listing->faults) fault(bad);
    for (const Manifest& manifest : listing->backups)
      add(manifest, *repository,
          "GTID " + manifest.position.to_text() + (manifest.parent.empty() ? "" : "  follows " + manifest.parent) +
              (manifest.log_line.empty() ? "  (no log)" : ""));
    for (const Manifest& manifest : listing->accounts)
      add(manifest, *repository, "account " + manifest.accounts.front().name);
  }
  if (output.text.empty()) output.text = "no backup; take one with 'slipway backup run'";
  return output;
}

Result<Output> show(const Context& context, const std::string& id) {
  SLIPWAY_TRY(const auto config, context.configuration());
  SLIPWAY_TRY(const auto repositories, Repositories::open(config));
  SLIPWAY_CHECK(repositories.any());
  Error last{Code::not_found, "backup '" + id + "': is in no repository", "see 'slipway backup list'"};
  for (const Repository* repository : repositories.everywhere()) {
    const auto manifest = repository->backup(id);
    if (!manifest) {
      if (manifest.error().code != Code::not_found) last = manifest.error();
      continue;
    }
    Output output{summary(*manifest, *repository), ""};
    for (const auto& [key, value] : output.json.items())
      if (!value.is_array() && value != "")
        output.text += column(key, 17) + (value.is_string() ? value.get<std::string>() : value.dump()) + "\n";
    for (const auto& account : manifest->accounts) output.text += column("account", 17) + account.name + "\n";
    output.text += column("pieces", 17) + std::to_string(manifest->pieces.size()) + "\n";
    return output;
  }
  return last;
}

Output all_well(const Verification& seen) {
  std::string text = std::to_string(seen.backups) + (seen.backups == 1 ? " backup, " : " backups, ") +
                     std::to_string(seen.segments) + " segments of the log, " + size_text(seen.bytes) +
                     ": everything is as it was stored\n";
  for (const std::string& object : seen.unreferenced) text += "  (not needed: " + object + ")\n";
  return {{{"backups", seen.backups},
           {"segments", seen.segments},
           {"bytes", seen.bytes},
           {"unreferenced", seen.unreferenced},
           {"faults", ordered_json::array()}},
          text};
}

Result<Output> verify(const Context& context) {
  SLIPWAY_TRY(const auto config, context.configuration());
  SLIPWAY_TRY(const auto repositories, Repositories::open(config));
  SLIPWAY_CHECK(repositories.any());
  ProgressLines lines(context);
  Verification all;
  for (const auto& away : repositories.faults()) all.faults.push_back(away.error);
  for (const Repository* repository : repositories.everywhere()) {
    const auto seen = verify_repository(*repository, [&](std::uint64_t done, std::uint64_t of) {
      lines.tell("verify repository '" + repository->name() + "'", done, of);
    });
    if (!seen) {
      all.faults.push_back(seen.error());
      continue;
    }
    all.faults.insert(all.faults.end(), seen->faults.begin(), seen->faults.end());
    all.unreferenced.insert(all.unreferenced.end(), seen->unreferenced.begin(), seen->unreferenced.end());
    all.bytes += seen->bytes;
    all.backups += seen->backups;
    all.segments += seen->segments;
  }
  if (all.faults.empty()) return all_well(all);
  std::string message = std::to_string(all.faults.size()) + " things are not as they were stored";
  for (const Error& fault : all.faults) message += "\n  " + fault.message;
  return Error{Code::corrupt, message, "take a new full backup, and look after the disk of that repository"};
}

Result<Output> said(const Proof& proof) {
  if (proof.outcome == ProofOutcome::proven) return Output{to_json(proof), to_text(proof)};
  return Error{proof.outcome == ProofOutcome::failed ? Code::corrupt : Code::unavailable, to_text(proof),
               proof.fault ? proof.fault->error.hint : "take a new backup"};
}

/// Restores a backup and the log after it into a scratch server, and compares with what the living server holds now.
Result<Output> prove(const Context& context, const std::string& id) {
  SLIPWAY_TRY(const auto config, context.configuration());
  SLIPWAY_TRY(const auto repositories, Repositories::open(config));
  SLIPWAY_CHECK(repositories.any());
  SLIPWAY_TRY(const auto admin, context.administrator(std::string(account::kPlatformDatabase)));
  Error last{Code::not_found, "backup '" + id + "': is in no repository", "see 'slipway backup list'"};
  for (const Repository* repository : repositories.all()) {
    const auto backup = repository->backup(id);
    if (!backup) {
      if (backup.error().code != Code::not_found) last = backup.error();
      continue;
    }
    SLIPWAY_TRY(const Workshop workshop, Workshop::open(config, "backup prove"));
    ProgressLines lines(context);
    if (backup->kind == Kind::sandbox) {
      SLIPWAY_TRY(const Proof proof, prove_account(*repository, *backup, workshop.folder(), lines));
      return said(proof);
    }
    SLIPWAY_TRY(const Oracle oracle, take_oracle(admin.endpoint()));
    const SystemClock clock;
    SLIPWAY_TRY(const Proof proof,
                prove_backup(repositories.all(), *repository, *backup, oracle,
                             {.directory = workshop.folder(),
                              .gently = false,
                              .progress = [&lines](const std::string& step, std::uint64_t done,
                                                   std::uint64_t of) { lines.tell_count(step, done, of, "parts"); }},
                             clock));
    return said(proof);
  }
  return last;
}

}  // namespace

void register_backup(command::Verbs& verbs) {
  CLI::App& group = verbs.group("backup", "Backups: taken, listed, checked");
  const auto flags = std::make_shared<RunFlags>();
  CLI::App& running = verbs.add(group, "run", "Take a backup now", "slipway backup run --repository odd",
                                [flags](const Context& context) { return run(context, *flags); });
  running.add_option("--repository", flags->repository, "even or odd; the first one unless given");
  auto* const incremental =
      running.add_flag("--incremental", flags->incremental, "Only what changed since the newest backup there");
  running.add_option("--account", flags->account, "Only this account, which is no production account; five are kept")
      ->excludes(incremental);
  running.add_option("--replace", flags->replace, "With --account: the backup that goes once the new one is proven");
  verbs.add(group, "list", "List all backups of all repositories", "slipway backup list --json", list);
  const auto id = std::make_shared<std::string>();
  verbs
      .add(group, "show", "Show what a backup holds", "slipway backup show 20261129t031500z-full",
           [id](const Context& context) { return show(context, *id); })
      .add_option("id", *id, "The backup's id, as 'backup list' gives it")
      ->required();
  verbs.add(group, "verify", "Read everything in all repositories, and check it", "slipway backup verify", verify);
  const auto which = std::make_shared<std::string>();
  verbs
      .add(group, "prove", "Restore a backup into a scratch server, and compare it with the living one",
           "slipway backup prove 20261129t031500z-full",
           [which](const Context& context) { return prove(context, *which); })
      .add_option("id", *which, "The backup's id, as 'backup list' gives it")
      ->required();
  register_backup_prune(verbs, group);
  register_backup_key(verbs, group);
  register_backup_timeline(verbs, group);
}

}  // namespace slipway::backup
