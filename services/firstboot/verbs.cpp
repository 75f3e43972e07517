// slipway first-boot apply | status | check | code | console | import-ovf | take
#include "services/firstboot/verbs.hpp"

#include <unistd.h>

#include "appliance/base/file.hpp"
#include "appliance/firstboot/check.hpp"
#include "appliance/firstboot/progress.hpp"
#include "services/firstboot/apply.hpp"
#include "services/firstboot/console.hpp"
#include "services/firstboot/final_state.hpp"
#include "services/firstboot/ovf.hpp"
#include "services/firstboot/take.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;
using command::Context;
using command::Output;
using nlohmann::ordered_json;

struct Flags {
  fs::path answers = std::string(kAnswersFile);
  fs::path root = "/";
  fs::path environment;
  fs::path from = "/run/slipway-wizard";
  std::string language;
};

Places places_of(const Flags& flags) {
  Places places;
  const Machine machine(flags.root);
  places.answers = flags.answers;
  if (machine.runs()) return places;
  places.state = machine.at(places.state);
  places.code = machine.at(places.code);
  places.lock = machine.at(places.lock);
  if (flags.answers == fs::path(std::string(kAnswersFile))) places.answers = machine.at(places.answers);
  return places;
}

std::string percent(const Progress& progress) {
  return std::to_string(progress.finished.size()) + " of " + std::to_string(kSteps) + " steps done";
}

std::string to_words(const Progress& progress) {
  std::string text(to_text(progress.phase));
  switch (progress.phase) {
    case Phase::waiting:
      return text + ": no answers yet; give them on the console, in the browser or as a file (docs/first-boot.md)\n";
    case Phase::pending:
      return text + ": answers are there and not carried out; systemctl start slipway-first-boot\n";
    case Phase::running:
      text += ": " + percent(progress);
      if (progress.current) text += ", now: " + std::string(title(*progress.current, Language::english));
      return text + (progress.note.empty() ? "\n" : "\n  " + progress.note + "\n");
    case Phase::failed:
      text += " at step '" + std::string(to_text(progress.failure->step)) + "', " + percent(progress) + "\n" +
              progress.failure->message + "\n";
      return progress.failure->hint.empty() ? text : text + "hint: " + progress.failure->hint + "\n";
    case Phase::done:
      return text + (progress.done_at ? " since " + to_iso8601(*progress.done_at) : "") + "\n";
  }
  return text;
}

Result<Output> run_apply(const Context& context, const Flags& flags) {
  const Machine machine(flags.root);
  if (machine.runs() && ::geteuid() != 0)
    return Error{Code::permission, "first boot: changes the whole machine", "run it as root"};
  const Places places = places_of(flags);
  SLIPWAY_TRY(const Progress progress, apply(places, machine, context));
  ordered_json json = to_json(progress);
  if (machine.runs()) return Output{std::move(json), "first boot: done\n"};
  return Output{std::move(json),
                "first boot: files written below " + flags.root.string() + "; the rest happens when it boots\n"};
}

Result<Output> run_status(const Context& context, const Flags& flags) {
  const Machine machine(flags.root);
  SLIPWAY_TRY(const Progress progress, read_progress(places_of(flags)));
  ordered_json json = to_json(progress);
  json["state"] = final_state(machine, context);
  Output output{std::move(json), to_words(progress)};
  if (progress.phase == Phase::failed) output.verdict = Code::unavailable;
  return output;
}

Result<Output> run_check(const fs::path& file) {
  SLIPWAY_TRY(const Answers answers, read_answers(file));
  const auto faults = check_answers(answers);
  ordered_json list = ordered_json::array();
  for (const Fault& fault : faults) {
    const Words words = describe(fault, Language::english);
    list.push_back(
        {{"key", fault.key}, {"fault", to_text(fault.wrong)}, {"message", words.what}, {"hint", words.way_out}});
  }
  Output output{{{"file", file.string()}, {"faults", std::move(list)}}, file.string() + ": can be carried out\n"};
  if (faults.empty()) return output;
  output.text = to_status(faults).error().message + "\n";
  output.verdict = Code::invalid_argument;
  return output;
}

Result<Output> run_code(const Flags& flags) {
  const Places places = places_of(flags);
  std::error_code failure;
  fs::create_directories(places.code.parent_path(), failure);
  if (failure) return file_error(places.code.parent_path(), "cannot be made", failure.value());
  SLIPWAY_CHECK(one_time_code(places));
  return Output{{{"file", places.code.string()}}, "one-time code of the web wizard: in " + places.code.string() + "\n"};
}

Result<Output> run_import(const Flags& flags) {
  SLIPWAY_TRY(const auto imported, import_ovf(places_of(flags), flags.environment));
  if (!imported)
    return Output{{{"imported", false}}, "no OVF properties that answer anything, or answers are there already\n"};
  return Output{{{"imported", true}, {"file", flags.answers.string()}},
                "answers written to " + flags.answers.string() + "\n"};
}

Result<Output> run_take(const Flags& flags) {
  SLIPWAY_TRY(const bool taken, take_answers(places_of(flags), flags.from));
  return Output{{{"taken", taken}}, taken ? "answers taken\n" : flags.from.string() + ": nothing was there\n"};
}

Result<Output> run_console(Context& context, const Flags& flags) {
  SLIPWAY_CHECK(console(places_of(flags), context, parse_language(flags.language)));
  return Output{{{"ended", true}}, ""};
}

void add_root(CLI::App& verb, Flags& flags) {
  verb.add_option("--root", flags.root,
                  "A tree that is not running, such as an image's: its files alone are written or read");
}

}  // namespace

void register_first_boot(command::Verbs& verbs) {
  CLI::App& group = verbs.group("first-boot", "Who this machine is: answers, and carrying them out");
  const auto flags = std::make_shared<Flags>();
  CLI::App& applying = verbs.add(group, "apply", "Carry the answers out; a repeated call goes on where it stopped",
                                 "slipway first-boot apply --answers /etc/slipway/first-boot.toml",
                                 [flags](const Context& context) { return run_apply(context, *flags); });
  applying.add_option("--answers", flags->answers, "The file (0600); /etc/slipway/first-boot.toml unless given");
  add_root(applying, *flags);
  CLI::App& status = verbs.add(group, "status", "Say how far the first boot is, and what the machine is like",
                               "slipway first-boot status --json",
                               [flags](const Context& context) { return run_status(context, *flags); });
  add_root(status, *flags);
  CLI::App& checking =
      verbs.add(group, "check", "Name every fault of an answers file; changes nothing",
                "slipway first-boot check answers.toml", [flags](const Context&) { return run_check(flags->answers); });
  checking.add_option("file", flags->answers, "The file (0600)")->required();
  verbs.add(group, "code", "Make the one-time code of the web wizard, unless it is there", "slipway first-boot code",
            [flags](const Context&) { return run_code(*flags); });
  CLI::App& importing =
      verbs.add(group, "import-ovf", "Make answers of a platform's OVF properties, unless there are answers",
                "slipway first-boot import-ovf", [flags](const Context&) { return run_import(*flags); });
  importing.add_option("--environment", flags->environment,
                       "An ovf-env.xml; otherwise VMware's tools are asked, then the CD drives");
  CLI::App& taking = verbs.add(
      group, "take", "Check the answers that the web wizard left, and put them where the first boot finds them",
      "slipway first-boot take", [flags](const Context&) { return run_take(*flags); });
  taking.add_option("--from", flags->from, "The wizard's directory; /run/slipway-wizard unless given");
  add_root(taking, *flags);
  CLI::App& menu = verbs.add(group, "console", "Ask the questions on this terminal, then show how the machine is",
                             "slipway first-boot console --language fr",
                             [flags](Context& context) { return run_console(context, *flags); });
  menu.add_option("--language", flags->language, "en or fr; asked unless given")->check(CLI::IsMember({"en", "fr"}));
}

}  // namespace slipway::firstboot
