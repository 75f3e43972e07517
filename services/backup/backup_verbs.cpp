// slipway backup run | list | show | verify | prove | prune | key
#include "appliance/account/directory.hpp"
#include "appliance/account/platform.hpp"
#include "services/backup/lease.hpp"
#include "services/backup/log_line.hpp"
#include "services/backup/prove.hpp"
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

struct RunFlags {
  std::string repository;
  bool incremental = false;
};

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

Result<const Repository*> chosen(const Repositories& repositories, const std::string& name) {
  if (name == kMonthly)
    return Error{Code::invalid_argument, "repository 'monthly': gets copies alone", "choose even or odd"};
  if (!name.empty()) return repositories.named(name);
  const auto all = repositories.all();
  if (!all.empty()) return all.front();
  return repositories.faults().front().error;
}

Result<std::optional<Manifest>> newest_of(const Repository& repository) {
  SLIPWAY_TRY(auto listing, repository.backups());
  if (listing.backups.empty())
    return Error{Code::not_found, repository.describe() + ": has no backup that an incremental could follow",
                 "take a full one first"};
  return std::optional(std::move(listing.backups.back()));
}

ordered_json summary(const Manifest& manifest, const Repository& repository) {
  ordered_json json = to_json(manifest);
  json["repository"] = repository.name();
  return json;
}

Result<Output> run(const Context& context, const RunFlags& flags) {
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
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(manifest.ended_at - manifest.taken_at);
  return Output{
      summary(manifest, *repository),
      "backup " + manifest.id + " in repository '" + repository->name() + "': " + size_text(manifest.plain_bytes) +
          " in " + size_text(manifest.stored_bytes) + ", " + std::to_string(took.count() / 1000) + "." +
          std::to_string(took.count() / 100 % 10) + " s" +
          (manifest.position.empty() ? "" : ", up to GTID " + manifest.position.to_text()) +
          (manifest.log_line.empty() ? "\n(the binary log is not archived: only this moment can be restored)" : "")};
}

Result<Output> list(const Context& context) {
  SLIPWAY_TRY(const auto config, context.configuration());
  SLIPWAY_TRY(const auto repositories, Repositories::open(config));
  SLIPWAY_CHECK(repositories.any());
  Output output{{{"backups", ordered_json::array()}, {"faults", ordered_json::array()}}, ""};
  const auto fault = [&output](const Error& error) {
    output.json["faults"].push_back({{"message", error.message}, {"hint", error.hint}});
    output.text += "! " + error.message + "\n";
  };
  for (const auto& away : repositories.faults()) fault(away.error);
  for (const Repository* repository : repositories.everywhere()) {
    SLIPWAY_TRY(const auto listing, repository->backups());
    for (const Error& bad : listing.faults) fault(bad);
    for (const Manifest& manifest : listing.backups) {
      output.json["backups"].push_back(summary(manifest, *repository));
      output.text += column(manifest.id, 32) + column(repository->name(), 8) +
                     column(size_text(manifest.stored_bytes), 10) + "GTID " + manifest.position.to_text() +
                     (manifest.parent.empty() ? "" : "  follows " + manifest.parent) +
                     (manifest.log_line.empty() ? "  (no log)" : "") + "\n";
    }
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
      if (!value.is_array())
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
    SLIPWAY_TRY(const auto seen, verify_repository(*repository, [&](std::uint64_t done, std::uint64_t of) {
                  lines.tell("verify repository '" + repository->name() + "'", done, of);
                }));
    all.faults.insert(all.faults.end(), seen.faults.begin(), seen.faults.end());
    all.unreferenced.insert(all.unreferenced.end(), seen.unreferenced.begin(), seen.unreferenced.end());
    all.bytes += seen.bytes;
    all.backups += seen.backups;
    all.segments += seen.segments;
  }
  if (all.faults.empty()) return all_well(all);
  std::string message = std::to_string(all.faults.size()) + " things are not as they were stored";
  for (const Error& fault : all.faults) message += "\n  " + fault.message;
  return Error{Code::corrupt, message, "take a new full backup, and look after the disk of that repository"};
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
    SLIPWAY_TRY(const Oracle oracle, take_oracle(admin.endpoint()));
    const SystemClock clock;
    SLIPWAY_TRY(const Proof proof,
                prove_backup(repositories.all(), *repository, *backup, oracle,
                             {.directory = workshop.folder(),
                              .gently = false,
                              .progress = [&lines](const std::string& step, std::uint64_t done,
                                                   std::uint64_t of) { lines.tell_count(step, done, of, "parts"); }},
                             clock));
    if (proof.outcome == ProofOutcome::proven) return Output{to_json(proof), to_text(proof)};
    return Error{proof.outcome == ProofOutcome::failed ? Code::corrupt : Code::unavailable, to_text(proof),
                 proof.fault ? proof.fault->error.hint : "take a new full backup"};
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
  running.add_flag("--incremental", flags->incremental, "Only what changed since the newest backup there");
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
