// Embedded mode: up, status, down, and the supervisor behind them.
#include "appliance/embedded/instance.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/operator/verbs.hpp"

namespace slipway::operator_ {

using command::Context;
using command::Output;
using command::Verbs;

namespace {

namespace fs = std::filesystem;
using embedded::UpReport;
using nlohmann::ordered_json;

constexpr std::chrono::seconds kDownLimit{100};

struct UpFlags {
  std::optional<std::uint16_t> port;
  bool foreground = false;
  bool backup = false;
  fs::path programs;
};

std::string sign_in_page(const UpReport& report, const embedded::SignIn& sign_in) {
  return report.url + "/" + sign_in.account + "/sign-in";
}

ordered_json to_json(const UpReport& report) {
  ordered_json sign_ins = ordered_json::array();
  for (const auto& sign_in : report.sign_ins) {
    ordered_json entry{{"account", sign_in.account},
                       {"url", sign_in_page(report, sign_in)},
                       {"login", sign_in.login},
                       {"password_file", sign_in.password_file.string()}};
    if (!sign_in.password.empty()) entry["password"] = sign_in.password.reveal();
    sign_ins.push_back(std::move(entry));
  }
  return {{"url", report.url},
          {"state_dir", report.directory.string()},
          {"was_running", report.was_running},
          {"sign_ins", sign_ins}};
}

std::string to_text(const UpReport& report) {
  const std::string stop = "stop it with: slipway down --state-dir " + report.directory.string() + "\n";
  std::string text = (report.was_running ? "slipway runs already at " : "slipway runs at ") + report.url + "\n";
  for (const auto& sign_in : report.sign_ins) {
    text += "  " + sign_in.account + ": " + sign_in_page(report, sign_in) + "\n    login " + sign_in.login;
    // Shown once, when it is made; later only where it is.
    if (!sign_in.password.empty()) text += ", password " + sign_in.password.reveal();
    text += sign_in.password.empty() ? ", password in " : "\n    (kept in ";
    text += sign_in.password_file.string() + (sign_in.password.empty() ? "\n" : ", readable by you only)\n");
  }
  return text + stop;
}

Result<Output> run_up(Context& context, const UpFlags& flags) {
  const embedded::UpOptions options{.directory = context.globals().state_dir,
                                    .port = flags.port,
                                    .programs = flags.programs.empty() ? embedded::own_programs() : flags.programs,
                                    .backup = flags.backup};
  const auto progress = [&context](const std::string& line) { context.progress("· " + line); };
  if (flags.foreground) {
    SLIPWAY_CHECK(embedded::up_in_foreground(options, progress,
                                             [&](const UpReport& report) { context.progress(to_text(report)); }));
    return Output{{{"stopped", true}}, "stopped"};
  }
  SLIPWAY_TRY(const UpReport report, embedded::up(options, progress));
  return Output{to_json(report), to_text(report)};
}

/// In one word: stopped, starting, running, or degraded (something was restarted and does not serve yet).
std::string summary(const std::optional<embedded::InstanceState>& instance) {
  if (!instance) return "stopped";
  if (instance->ready()) return "running";
  for (const auto& program : instance->programs)
    if (program.starts > 1) return "degraded";
  return "starting";
}

Result<Output> run_status(Context& context) {
  const fs::path& directory = context.globals().state_dir;
  SLIPWAY_TRY(const auto instance, embedded::running_instance(directory));
  const std::string state = summary(instance);
  ordered_json json{{"state", state}, {"state_dir", directory.string()}};
  if (!instance) return Output{json, "stopped; start it with: slipway up --state-dir " + directory.string()};
  json["url"] = instance->url();
  json["version"] = instance->version;
  json["supervisor_pid"] = instance->supervisor.pid;
  json["programs"] = embedded::to_json(instance->programs);
  std::string text = state + " at " + instance->url() + "\n";
  for (const auto& program : instance->programs) {
    text += "  " + program.name + ": " + std::string(embedded::to_text(program.state)) + " since " +
            to_iso8601(program.since);
    if (program.pid != 0) text += ", pid " + std::to_string(program.pid);
    if (program.starts > 1) text += ", started " + std::to_string(program.starts) + " times";
    text += ", log " + program.log + "\n";
  }
  return Output{json, text};
}

Result<Output> run_down(Context& context) {
  SLIPWAY_TRY(const bool was_running, embedded::down(context.globals().state_dir, kDownLimit));
  return Output{{{"state", "stopped"}, {"was_running", was_running}}, was_running ? "stopped" : "was not running"};
}

Result<Output> run_supervise(Context& context, const fs::path& programs) {
  telemetry::set_up_logging("slipway-supervisor", telemetry::Level::info);
  SLIPWAY_CHECK(
      embedded::supervise(context.globals().state_dir, programs.empty() ? embedded::own_programs() : programs, {}));
  return Output{{{"stopped", true}}, ""};
}

}  // namespace

void register_embedded(Verbs& verbs) {
  const auto flags = std::make_shared<UpFlags>();
  CLI::App& up = verbs.add(verbs.root(), "up", "Start Slipway with a database of its own, for this machine only",
                           "slipway up --port 9443", [flags](Context& context) { return run_up(context, *flags); });
  up.add_option("--port", flags->port, "Port on 127.0.0.1 (0: any free one; default: as last time, else 8443)");
  up.add_flag("--backup", flags->backup, "Back up on schedule into the state directory, now and at every later start");
  up.add_flag("--foreground", flags->foreground, "Stay in the foreground until Ctrl-C");
  up.add_option("--program-dir", flags->programs, "Where slipway-webd and slipway-jobd are")->group("");
  verbs.add(verbs.root(), "status", "Say what runs in the state directory", "slipway status --json", run_status);
  verbs.add(verbs.root(), "down", "Stop what 'slipway up' started; data stays", "slipway down", run_down);
  CLI::App& supervise =
      verbs.add(verbs.root(), "supervise", "Run the programs of a state directory (what 'up' starts)",
                "slipway supervise", [flags](Context& context) { return run_supervise(context, flags->programs); });
  supervise.add_option("--program-dir", flags->programs)->group("");
  supervise.group("");
}

}  // namespace slipway::operator_
