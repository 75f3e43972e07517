#include "services/firstboot/apply.hpp"

#include <algorithm>
#include <fstream>

#include "appliance/base/fail_point.hpp"
#include "appliance/base/file.hpp"
#include "appliance/crypto/crypto.hpp"
#include "appliance/firstboot/check.hpp"
#include "appliance/firstboot/work_lock.hpp"
#include "services/firstboot/job.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// One before and one behind the record of each step; the last two, before and behind the removal of the secrets.
constexpr std::array<std::string_view, 2 * kSteps + 2> kPoints{
    "firstboot.host-name.done",     "firstboot.host-name.recorded",
    "firstboot.time-zone.done",     "firstboot.time-zone.recorded",
    "firstboot.network.done",       "firstboot.network.recorded",
    "firstboot.management.done",    "firstboot.management.recorded",
    "firstboot.keys.done",          "firstboot.keys.recorded",
    "firstboot.certificate.done",   "firstboot.certificate.recorded",
    "firstboot.repositories.done",  "firstboot.repositories.recorded",
    "firstboot.restore.done",       "firstboot.restore.recorded",
    "firstboot.setup.done",         "firstboot.setup.recorded",
    "firstboot.migration.done",     "firstboot.migration.recorded",
    "firstboot.administrator.done", "firstboot.administrator.recorded",
    "firstboot.serve.done",         "firstboot.serve.recorded",
    "firstboot.secrets.there",      "firstboot.secrets.gone"};
const FailPoints kFailPoints(kPoints);

/// Answers that come while others are carried out have their turn at once, but not for ever.
constexpr int kMostRounds = 5;
// As long as it may take to read its log again.
constexpr std::chrono::minutes kServerLimit{60};

/// Which answers were carried out how far: for root alone, since it tells of passwords.
struct Record {
  std::string digest;        ///< of the answers as they were given
  std::string digest_after;  ///< of them without secrets
  std::vector<Step> finished;
};

/// Between its first step and its last one it stays there, whatever else is: systemd goes on with it at the next boot.
fs::path open_mark(const Places& places) { return places.state / "open"; }

fs::path record_file(const Places& places) { return places.state / "steps.json"; }

Record read_record(const Places& places) {
  std::ifstream stream(record_file(places), std::ios::binary);
  const auto json = stream ? ordered_json::parse(stream, nullptr, false) : ordered_json();
  Record record;
  if (!json.is_object()) return record;
  record.digest = json.value("answers", "");
  record.digest_after = json.value("answers_without_secrets", "");
  for (const auto& name : json.value("finished", ordered_json::array()))
    if (const auto step = name.is_string() ? parse_step(name.get<std::string>()) : std::nullopt)
      record.finished.push_back(*step);
  return record;
}

Status write_record(const Places& places, const Record& record) {
  ordered_json finished = ordered_json::array();
  for (const Step step : record.finished) finished.push_back(to_text(step));
  const ordered_json json{
      {"answers", record.digest}, {"answers_without_secrets", record.digest_after}, {"finished", std::move(finished)}};
  return replace_file(record_file(places), json.dump(2) + "\n", 0600);
}

std::string digest_of(const Answers& answers) { return crypto::sha256_hex(render_answers(answers).reveal()); }

/// The record of these answers: that of an earlier call, also of one that was killed after it took the secrets away, or
/// a new one.
Record record_for(const Places& places, const Answers& answers) {
  const std::string digest = digest_of(answers);
  Record record = read_record(places);
  if (record.digest == digest || (record.digest_after == digest && record.finished.size() == kSteps)) return record;
  return {.digest = digest, .digest_after = digest_of(without_secrets(answers)), .finished = {}};
}

Error failed(const Places& places, Progress& progress, Step step, const Error& error) {
  progress.failure = {step, error.message, error.hint, SystemClock().now()};
  static_cast<void>(write_progress(places, progress).has_value());
  Error said = error.within("step '" + std::string(to_text(step)) + "'");
  if (said.hint.empty()) said.hint = "put it right, then: slipway first-boot apply";
  return said;
}

Status make_state_directory(const Places& places) {
  std::error_code failure;
  fs::create_directories(places.state, failure);
  if (failure) return file_error(places.state, "cannot be made", failure.value());
  return sync_folder_of(places.state);
}

/// Answers that cannot be carried out are a failure of the first step: whoever looks at the state reads what is wrong.
Result<Answers> checked_answers(const Places& places, Progress& progress, const Result<Secret>& text,
                                const Record& known) {
  const auto refuse = [&](const Error& error) -> Error {
    progress.failure = {Step::host_name, error.message, error.hint, SystemClock().now()};
    static_cast<void>(write_progress(places, progress).has_value());
    return error;
  };
  if (!text) return refuse(text.error());
  auto answers = parse_answers(text->reveal(), places.answers.string());
  if (!answers) return refuse(answers.error());
  // Of answers that are carried out, the secrets are gone, which the rules would ask for.
  if (known.digest_after == digest_of(*answers) && known.finished.size() == kSteps) return answers;
  if (const Status status = to_status(check_answers(*answers)); !status) return refuse(status.error());
  return answers;
}

/// Somebody has laid down others since they were read. A file that is gone says nothing.
bool have_changed(const Places& places, const Result<Secret>& text) {
  const auto now = read_answers_text(places.answers);
  if (now) return !text || now->reveal() != text->reveal();
  // Others that cannot be read, by their mode or their size, are others; the next round says so.
  return now.error().code != Code::not_found && (text || text.error().message != now.error().message);
}

/// Steps are left on a machine that serves already: nobody works on it while they are done, and it is not called done.
Status serve_no_longer(const Places& places, const Machine& machine) {
  SLIPWAY_CHECK(machine.tell({"systemctl", "stop", "slipway.target", "slipway-webd.service", "slipway-jobd.service",
                              "slipway-backupd.service"},
                             "journalctl -b says why", std::chrono::minutes(10)));
  SLIPWAY_CHECK(machine.remove(places.done()));
  return {};
}

/// All steps that are not recorded, of answers that were read just now; not all of them when others come meanwhile.
Result<Progress> carry_out_all(const Places& places, const Machine& machine, const command::Context& context,
                               Progress progress, const Answers& answers, const Result<Secret>& text) {
  Record record = record_for(places, answers);
  if (machine.runs() && is_done(places) && record.finished.size() < kSteps)
    SLIPWAY_CHECK(serve_no_longer(places, machine));
  // Of a tree, files alone are written: when it boots, each step has its turn.
  const auto keep = [&] { return machine.runs() ? write_record(places, record) : Status(); };
  SLIPWAY_CHECK(keep());
  if (machine.runs()) SLIPWAY_CHECK(replace_file(open_mark(places), "", 0644));
  progress.finished = record.finished;
  const Job job{machine, answers, context, [&](const std::string& line) {
                  progress.note = line;
                  context.progress("  " + line);
                  static_cast<void>(write_progress(places, progress).has_value());
                }};
  for (const Step step : all_steps()) {
    if (std::ranges::find(record.finished, step) != record.finished.end()) continue;
    if (!machine.runs() && step >= Step::restore) continue;
    if (machine.runs() && have_changed(places, text)) return progress;
    progress.current = step;
    progress.note.clear();
    SLIPWAY_CHECK(write_progress(places, progress));
    context.progress("· " + std::string(title(step, Language::english)));
    if (const Status status = carry_out(step, job); !status) return failed(places, progress, step, status.error());
    kFailPoints.pass(kPoints[2 * static_cast<std::size_t>(step)]);
    record.finished.push_back(step);
    progress.finished.push_back(step);
    SLIPWAY_CHECK(keep());
    kFailPoints.pass(kPoints[2 * static_cast<std::size_t>(step) + 1]);
  }
  progress.current.reset();
  return progress;
}

Result<Progress> close(const Places& places, const Machine& machine, Progress progress, const Answers& answers) {
  kFailPoints.pass("firstboot.secrets.there");
  SLIPWAY_CHECK(forget_start_secrets(machine));
  // Asking the platform takes up to a third of every start; the image's unit ends that, behind a whole cloud-init.
  const fs::path own_addresses = places.state / "own-addresses";
  if (answers.network.address.empty()) {
    SLIPWAY_CHECK(machine.remove(own_addresses));
  } else {
    SLIPWAY_CHECK(replace_file(own_addresses, "", 0644));
  }
  SLIPWAY_CHECK(replace_file(places.answers, render_answers(without_secrets(answers)).reveal(), 0600));
  kFailPoints.pass("firstboot.secrets.gone");
  progress.done_at = SystemClock().now();
  progress.phase = Phase::done;
  SLIPWAY_CHECK(write_progress(places, progress));
  SLIPWAY_CHECK(machine.remove(open_mark(places)));
  return progress;
}

}  // namespace

Result<Progress> apply(const Places& places, const Machine& machine, const command::Context& context) {
  SLIPWAY_TRY(const WorkLock lock, WorkLock::take(places.lock));
  SLIPWAY_CHECK(make_state_directory(places));
  std::error_code ignored;
  if (is_done(places) && !fs::exists(open_mark(places), ignored))
    return Error{Code::conflict, "first boot: is over on this machine",
                 "change /etc/slipway/slipway.toml and the system's own files; docs/first-boot.md says which"};
  for (int round = 0; round < kMostRounds; ++round) {
    Progress progress{.phase = Phase::running, .began_at = SystemClock().now()};
    const Result<Secret> text = read_answers_text(places.answers);
    auto answers = checked_answers(places, progress, text, read_record(places));
    auto outcome = answers ? carry_out_all(places, machine, context, std::move(progress), *answers, text)
                           : Result<Progress>(answers.error());
    if (!machine.runs()) return outcome;
    // What is laid down meanwhile starts nothing by itself, since this runs already, and must not be lost.
    if (!have_changed(places, text)) {
      if (!outcome) return outcome;
      if (outcome->finished.size() == kSteps) return close(places, machine, *outcome, *answers);
    }
    context.progress("· Answers were laid down meanwhile: now those");
  }
  const Error restless{Code::conflict, places.answers.string() + ": changes again and again while it is carried out",
                       "let it rest, then: systemctl restart slipway-first-boot"};
  Progress progress{.phase = Phase::running, .began_at = SystemClock().now()};
  progress.failure = {Step::host_name, restless.message, restless.hint, SystemClock().now()};
  static_cast<void>(write_progress(places, progress).has_value());
  return restless;
}

Status carry_out(Step step, const Job& job) {
  // Where the power was cut behind the set-up, this begins while the database server is still starting.
  if (step > Step::setup)
    SLIPWAY_CHECK(
        job.machine.tell({"systemctl", "start", "mariadb.service"}, "journalctl -u mariadb says why", kServerLimit));
  switch (step) {
    case Step::host_name:
      return set_host_name(job);
    case Step::time_zone:
      return set_time_zone(job);
    case Step::network:
      return set_network(job);
    case Step::management:
      return set_management(job);
    case Step::keys:
      return set_keys(job);
    case Step::certificate:
      return set_certificate(job);
    case Step::repositories:
      return set_repositories(job);
    case Step::restore:
      return restore_server(job);
    case Step::setup:
      return set_up(job);
    case Step::migration:
      return migrate_server(job);
    case Step::administrator:
      return set_administrator(job);
    case Step::serve:
      return serve(job);
  }
  return Error{Code::internal, "step: is not known"};
}

}  // namespace slipway::firstboot
