#include "migrate/run/state_rules.hpp"

#include <algorithm>

namespace slipway::migrate {
namespace {

constexpr const char* kWaysOut =
    "go on with it by 'slipway-migrate resume', drop what it built by 'slipway-migrate abort', or say --restart to do "
    "both and begin anew";

std::string named(const std::string& file) { return "state file '" + file + "': "; }

}  // namespace

std::string_view to_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::published:
      return "published";
    case Outcome::aborted:
      return "aborted";
    case Outcome::unfinished:
      break;
  }
  return "unfinished";
}

std::string_view to_text(TableProgress::State state) {
  switch (state) {
    case TableProgress::State::copying:
      return "copying";
    case TableProgress::State::keys:
      return "keys";
    case TableProgress::State::done:
      return "done";
    case TableProgress::State::waiting:
      break;
  }
  return "waiting";
}

bool MigrationState::has(std::string_view step) const {
  return std::any_of(steps.begin(), steps.end(), [&](const DoneStep& done) { return done.name == step; });
}

Result<Approach> choose_approach(const std::optional<MigrationState>& earlier, const Asked& asked,
                                 const std::string& file) {
  if (!earlier) {
    if (!asked.resume) return Approach::anew;
    return Error{Code::not_found, named(file) + "does not exist: no migration to go on with",
                 "begin one with 'slipway-migrate run', or name its file with --state FILE"};
  }
  if (earlier->account != asked.account) {
    return Error{
        Code::conflict,
        named(file) + "is that of a migration into account '" + earlier->account + "', not '" + asked.account + "'",
        "name another file with --state FILE, or none to use the account's own"};
  }
  if (earlier->outcome != Outcome::unfinished) {
    if (!asked.resume) return Approach::anew;
    return Error{Code::conflict,
                 named(file) + "the migration into account '" + earlier->account +
                     "' has ended: " + std::string(to_text(earlier->outcome)),
                 "'slipway-migrate report' shows it; 'slipway-migrate run' begins another"};
  }
  if (asked.restart) return Approach::anew;
  const bool same_source = asked.identity.empty() || earlier->identity.empty()
                               ? asked.source.empty() || asked.source == earlier->source
                               : asked.identity == earlier->identity;
  if (!same_source) {
    return Error{Code::conflict, named(file) + "holds an unfinished migration from another source, " + earlier->source,
                 kWaysOut};
  }
  if (asked.choices.trial != earlier->choices.trial || asked.choices.anonymise != earlier->choices.anonymise) {
    const auto described = [](const Choices& choices) {
      if (!choices.trial) return std::string("definitive");
      return std::string(choices.anonymise ? "an anonymised trial" : "a trial");
    };
    return Error{Code::conflict,
                 named(file) + "holds an unfinished migration that is " + described(earlier->choices) + ", not " +
                     described(asked.choices),
                 kWaysOut};
  }
  return Approach::resume;
}

void forget_from(MigrationState& state, std::string_view step) {
  const auto found =
      std::find_if(state.steps.begin(), state.steps.end(), [&](const DoneStep& done) { return done.name == step; });
  state.steps.erase(found, state.steps.end());
}

void take_back(MigrationState& state, const Choices& now, bool engine_resumes) {
  if (state.has("published")) return;
  if (!state.has("copied") && !engine_resumes) forget_from(state, "prepared");
  if (state.choices.status_map_digest != now.status_map_digest || state.choices.profile_digest != now.profile_digest)
    forget_from(state, "transformed");
}

}  // namespace slipway::migrate
