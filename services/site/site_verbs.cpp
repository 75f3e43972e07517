// slipway site status | promote | demote | join | witness; rejoin is in rejoin_verb.cpp
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "appliance/base/file.hpp"
#include "appliance/setup/setup.hpp"
#include "services/site/control.hpp"
#include "services/site/settings.hpp"
#include "services/site/verbs.hpp"

namespace slipway::site {
namespace {

using command::Context;
using command::Output;
using nlohmann::ordered_json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds kPoll{100};

struct OrderFlags {
  std::string by;
  std::string because;
  bool accept_loss = false;
  int limit_s = 60;
};

struct JoinFlags {
  bool lost = false;
  bool first = false;
};

ordered_json body_of(const std::string& verb, const OrderFlags& flags) {
  ordered_json body{{"by", flags.by}, {"because", flags.because}};
  if (verb == "promote") body["accepts_loss"] = flags.accept_loss;
  return body;
}

std::string headline(const ordered_json& status) {
  const std::string member = status["member"], holder = status["holder"];
  if (status["witness"])
    return "witness '" + member +
           "': " + (holder.empty() ? "no site has written yet" : "'" + holder + "' has the writes");
  if (status.value("writes_here", false)) return "site '" + member + "': has the writes";
  if (status["role"] == "closing") return "site '" + member + "': is handing over; read-only";
  if (status["lease_ms"].get<std::int64_t>() > 0) return "site '" + member + "': is taking over; still read-only";
  return "site '" + member + "': read-only" +
         (holder.empty() ? "" : "; '" + holder + "' has the writes, as far as is known here");
}

std::string members_text(const ordered_json& status) {
  std::string text;
  for (const auto& member : status["members"]) {
    if (member["self"]) continue;
    const auto& ago = member["heard_ms_ago"];
    text += "  " + member["name"].get<std::string>() + (member["witness"] ? " (witness)" : "") + ": " +
            (ago.is_null() ? "not heard yet" : "heard " + seconds_text(ago.get<std::int64_t>()) + " ago");
    if (!member["refused"].is_null()) text += "; refused lately: " + member["refused"].get<std::string>();
    text += "\n";
  }
  return text;
}

std::string database_text(const ordered_json& database) {
  if (!database["runs"]) return "  database: does not answer: " + database["fault"].get<std::string>() + "\n";
  std::string text =
      "  database: " + std::string(database["read_only"] ? "read-only" : "takes writes") + ", at GTID " +
      (database["position"].get<std::string>().empty() ? "(none)" : database["position"].get<std::string>()) + "\n";
  if (!database["fault"].get<std::string>().empty()) text += "  ! " + database["fault"].get<std::string>() + "\n";
  if (const auto& quarantine = database["quarantine"]; !quarantine.is_null())
    text += "  ! " + std::to_string(quarantine["transactions"].get<std::uint64_t>()) +
            " transactions that only this site had are set aside in " + quarantine["folder"].get<std::string>() + "\n";
  const auto& replication = database["replication"];
  if (replication.is_null()) return text;
  text += "  replicates from " + replication["from"].get<std::string>() + ": " +
          (replication["connected"] ? "connected" : "not connected") +
          (replication["applying"] ? (replication["applied_all"] ? ", has applied everything" : ", applying")
                                   : ", not applying") +
          "\n";
  if (!replication["fault"].get<std::string>().empty()) text += "  ! " + replication["fault"].get<std::string>() + "\n";
  return text;
}

std::string status_text(const ordered_json& status) {
  const std::string standby = status["standby"];
  std::string text =
      headline(status) + "\n  epoch " + std::to_string(status["epoch"].get<std::uint64_t>()) +
      (standby.empty() ? "; no other site has everything" : "; '" + standby + "' has everything as well") + "\n" +
      members_text(status);
  if (status["witness"]) return text;
  text += database_text(status["database"]);
  if (status.value("writes_here", false)) return text;
  const auto& promotion = status["promotion"];
  text += promotion["possible"] ? "  it could take over now:\n" : "  it could not take over now:\n";
  for (const auto& reason : promotion["reasons"])
    text += std::string(reason["weight"] == "obstacle"  ? "  ✗ "
                        : reason["weight"] == "warning" ? "  ! "
                                                        : "  · ") +
            reason["words"].get<std::string>() + "\n";
  return text;
}

Result<Output> show_status(const Context& context) {
  SLIPWAY_TRY(const Control control, control_of(context));
  SLIPWAY_TRY(auto status, control.status());
  std::string text = status_text(status);
  return Output{std::move(status), std::move(text)};
}

/// What the members said against it, for the error of an order that came to nothing.
Error not_elected(const ordered_json& status) {
  Error error{Code::conflict, "site '" + status["member"].get<std::string>() + "': was not elected",
              "'slipway site status' says what stands against it; give the order again when that has changed"};
  for (const auto& member : status["members"])
    if (!member["refused"].is_null())
      error.message += "; '" + member["name"].get<std::string>() + "' refused: " + member["refused"].get<std::string>();
  return error;
}

Result<Output> done_in(steady_clock::time_point began, ordered_json status, const std::string& words) {
  const auto ms = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began).count();
  status["took_ms"] = ms;
  return Output{std::move(status), words + " after " + seconds_text(ms) + "\n"};
}

Result<Output> promote(const Context& context, const OrderFlags& flags) {
  SLIPWAY_TRY(const Control control, control_of(context));
  const auto began = steady_clock::now();
  SLIPWAY_TRY(auto status, control.order("promote", body_of("promote", flags)));
  context.progress("· the order is given; the members vote");
  bool elected = false;
  while (steady_clock::now() - began < seconds(flags.limit_s)) {
    if (status["writes_here"])
      return done_in(began, status,
                     "site '" + status["member"].get<std::string>() + "': has the writes, epoch " +
                         std::to_string(status["epoch"].get<std::uint64_t>()) + ",");
    const bool leads = status["role"] == "holder";
    if (leads && !elected) context.progress("· elected; applying what was received");
    elected = elected || leads;
    if (!elected && !status["ordered"].get<bool>()) return not_elected(status);
    std::this_thread::sleep_for(kPoll);
    SLIPWAY_TRY(status, control.status());
  }
  return Error{Code::timeout, "site '" + status["member"].get<std::string>() + "': does not take writes yet",
               "it goes on by itself; see 'slipway site status'"};
}

Result<Output> demote(const Context& context, const OrderFlags& flags) {
  SLIPWAY_TRY(const Control control, control_of(context));
  SLIPWAY_TRY(const auto before, control.status());
  const std::string member = before["member"];
  const auto began = steady_clock::now();
  SLIPWAY_TRY(auto status, control.order("demote", body_of("demote", flags)));
  context.progress("· writes are stopped; the other site gets the rest");
  while (steady_clock::now() - began < seconds(flags.limit_s)) {
    const std::string holder = status["holder"];
    if (holder != member)
      return done_in(began, status,
                     "site '" + member + "': '" + holder + "' has the writes, epoch " +
                         std::to_string(status["epoch"].get<std::uint64_t>()) + ",");
    const bool again = status["epoch"].get<std::uint64_t>() > before["epoch"].get<std::uint64_t>();
    if (status["role"] == "holder")
      return Error{Code::conflict,
                   "site '" + member + "': keeps the writes: the other site " +
                       (again ? "was not elected" : "did not get everything in time"),
                   "'slipway site status' there says why"};
    std::this_thread::sleep_for(kPoll);
    SLIPWAY_TRY(status, control.status());
  }
  return Error{Code::timeout, "site '" + member + "': has handed over, and the other site was not heard since",
               "see 'slipway site status' there"};
}

/// A person makes it as root; the agent, whose folder it is in, keeps it.
Status give_to_owner_of_folder(const std::filesystem::path& file) {
  struct stat folder {};
  if (::stat(file.parent_path().c_str(), &folder) != 0 || ::chown(file.c_str(), folder.st_uid, folder.st_gid) != 0)
    return file_error(file, "cannot be given to the owner of its folder", errno);
  return {};
}

/// Where the data are: what agent and replication sign in as. The other site gets them with its copy.
Status prepare_database(const Context& context, const config::Config& config) {
  SLIPWAY_TRY(const auto administrator, context.administrator_endpoint(""));
  const setup::Places places{.secrets = config.path("secrets.account_key_file").parent_path(), .accounts_made = {}};
  return setup::set_up_sites(administrator, places, !config.path("site.replication_ca").empty());
}

/// The record of a member is made by hand, once: to make one anew is to forget what was promised.
Result<Output> join(const Context& context, const JoinFlags& flags, bool as_witness) {
  SLIPWAY_TRY(const auto config, context.configuration());
  if (flags.first) SLIPWAY_CHECK(prepare_database(context, config));
  SLIPWAY_TRY(const SiteSettings settings, site_settings(config));
  if (settings.is_witness() != as_witness)
    return Error{Code::invalid_argument,
                 "member '" + settings.self() + "': is " + (as_witness ? "a site" : "the witness"),
                 std::string("say 'slipway site ") + (as_witness ? "join'" : "witness'")};
  const std::filesystem::path& record = settings.node.record;
  auto made = Member::make_record(record, flags.lost);
  if (!made && made.error().code == Code::conflict)
    return Error{Code::conflict, record.string() + ": '" + settings.self() + "' has a record already",
                 "there is nothing to do"};
  if (!made) return made.error();
  SLIPWAY_CHECK(give_to_owner_of_folder(record));
  return Output{{{"member", settings.self()}, {"record", record.string()}, {"lost", flags.lost}},
                "member '" + settings.self() + "': its record is " + record.string() +
                    (flags.lost ? "; it votes when it has heard the site that writes\n" : "\n")};
}

void add_order_options(CLI::App& verb, OrderFlags& flags) {
  verb.add_option("--by", flags.by, "Who orders it")->required();
  verb.add_option("--because", flags.because, "Why")->required();
  verb.add_option("--limit", flags.limit_s, "How long to wait for the end, in seconds")->check(CLI::Range(1, 3600));
}

}  // namespace

void register_site(command::Verbs& verbs) {
  auto& group = verbs.group("site", "Two sites: which one has the writes, and handing them over");
  verbs.add(group, "status", "Says who has the writes, how this site stands, and whether it could take over",
            "slipway site status --json", [](const Context& context) { return show_status(context); });

  auto order = std::make_shared<OrderFlags>();
  auto& taking = verbs.add(group, "promote", "Gives this site the writes, when the other one is gone",
                           "slipway site promote --by 'M. Dupont' --because 'fire in the data centre'",
                           [order](const Context& context) { return promote(context, *order); });
  add_order_options(taking, *order);
  taking.add_flag("--accept-loss", order->accept_loss, "Also when writes that the other site acknowledged may be lost");

  auto handing = std::make_shared<OrderFlags>();
  add_order_options(verbs.add(group, "demote", "Hands the writes over to the other site, without loss",
                              "slipway site demote --by 'M. Dupont' --because 'maintenance of the power supply'",
                              [handing](const Context& context) { return demote(context, *handing); }),
                    *handing);

  auto joining = std::make_shared<JoinFlags>();
  const auto add_lost = [joining](CLI::App& verb) {
    verb.add_flag("--lost", joining->lost,
                  "It was a member before, and its record is lost: it votes once it has heard the site that writes");
  };
  auto& join_site = verbs.add(group, "join", "Makes this site a member: its empty record of what it has promised",
                              "slipway site join --first",
                              [joining](const Context& context) { return join(context, *joining, false); });
  add_lost(join_site);
  join_site.add_flag("--first", joining->first,
                     "This site has the data: also makes the database users of the agent and of replication");
  add_lost(verbs.add(group, "witness", "Makes this machine the witness: its empty record of what it has promised",
                     "slipway site witness",
                     [joining](const Context& context) { return join(context, *joining, true); }));
  register_rejoin(verbs, group);
}

}  // namespace slipway::site
