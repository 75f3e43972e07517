#include "appliance/embedded/instance_state.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace slipway::embedded {
namespace {

using nlohmann::ordered_json;

constexpr const char* kFile = "state.json";

ordered_json to_json(const Identity& identity) {
  return {{"pid", identity.pid}, {"start_ticks", identity.start_ticks}};
}

Identity identity_from(const ordered_json& json) {
  return {json.at("pid").get<int>(), json.at("start_ticks").get<std::uint64_t>()};
}

ProgramState state_from(const std::string& text) {
  for (const auto state : {ProgramState::waiting, ProgramState::starting, ProgramState::ready})
    if (to_text(state) == text) return state;
  return ProgramState::stopped;
}

ProgramStatus status_from(const ordered_json& json) {
  ProgramStatus status;
  status.name = json.at("name").get<std::string>();
  status.state = state_from(json.at("state").get<std::string>());
  status.pid = json.at("pid").get<int>();
  status.starts = json.at("starts").get<int>();
  status.failures_in_row = json.at("failures_in_row").get<int>();
  if (!json.at("last_exit").is_null()) status.last_exit = json.at("last_exit").get<int>();
  if (auto since = parse_timestamp(json.at("since").get<std::string>())) status.since = *since;
  status.log = json.at("log").get<std::string>();
  return status;
}

}  // namespace

ordered_json to_json(const std::vector<ProgramStatus>& programs) {
  ordered_json list = ordered_json::array();
  for (const auto& program : programs)
    list.push_back({{"name", program.name},
                    {"state", to_text(program.state)},
                    {"pid", program.pid},
                    {"starts", program.starts},
                    {"failures_in_row", program.failures_in_row},
                    {"last_exit", program.last_exit ? ordered_json(*program.last_exit) : ordered_json()},
                    {"since", to_iso8601(program.since)},
                    {"log", program.log}});
  return list;
}

bool InstanceState::ready() const {
  for (const auto& program : programs)
    if (program.state != ProgramState::ready) return false;
  return !programs.empty();
}

Status write_instance_state(const StateDirectory& directory, const InstanceState& state) {
  ordered_json processes = ordered_json::array();
  for (const auto& process : state.processes) processes.push_back(to_json(process));
  const ordered_json json{{"version", state.version},
                          {"port", state.port},
                          {"supervisor", to_json(state.supervisor)},
                          {"processes", processes},
                          {"programs", to_json(state.programs)}};
  // Written at every change while a disk may be busy; a machine that lost power has no instance to speak of.
  return write_private_file(directory.run(kFile), json.dump(2) + "\n", Durability::lost_with_power);
}

Result<InstanceState> read_instance_state(const StateDirectory& directory) {
  std::ifstream file(directory.run(kFile));
  if (!file)
    return Error{Code::not_found, "state directory '" + directory.path().string() + "': nothing runs here",
                 "start it with 'slipway up'"};
  try {
    const auto json = ordered_json::parse(file);
    InstanceState state;
    state.version = json.at("version").get<std::string>();
    state.port = json.at("port").get<std::uint16_t>();
    state.supervisor = identity_from(json.at("supervisor"));
    for (const auto& process : json.at("processes")) state.processes.push_back(identity_from(process));
    for (const auto& program : json.at("programs")) state.programs.push_back(status_from(program));
    return state;
  } catch (const ordered_json::exception& fault) {
    return Error{Code::corrupt, "file '" + directory.run(kFile).string() + "': " + fault.what()};
  }
}

void remove_instance_state(const StateDirectory& directory) {
  std::error_code was_not_there;
  std::filesystem::remove(directory.run(kFile), was_not_there);
}

bool is_supervised(const StateDirectory& directory) {
  const int descriptor = ::open(directory.run("supervisor.lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  // A shared lock for a moment: two who ask do not see each other.
  const bool held = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0;
  ::close(descriptor);
  return held;
}

}  // namespace slipway::embedded
