#include "appliance/process/pipeline.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "appliance/process/launch.hpp"

namespace slipway::process {

struct Pipeline::State {
  struct Member {
    Launched launched;
    std::optional<int> status;
  };
  std::vector<Member> members;
};

Pipeline::Pipeline(std::unique_ptr<State> state) : state_(std::move(state)) {}
Pipeline::Pipeline(Pipeline&&) noexcept = default;

Pipeline::~Pipeline() {
  if (!state_) return;
  for (State::Member& member : state_->members)
    if (!member.status) reap(member.launched);
}

Result<Pipeline> Pipeline::start(const std::vector<Command>& commands, std::uint64_t memory_bytes) {
  Pipeline line(std::make_unique<State>());
  SLIPWAY_TRY(Descriptor input, open_input(commands.front().stdin_file));
  for (const Command& command : commands) {
    const std::string log = command.log_file.empty() ? "/dev/null" : command.log_file.string();
    const Descriptor errors(::open(log.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    if (!errors.open()) return system_error(errno, "file '" + log + "'");
    Descriptor next;
    Descriptor output;
    if (&command != &commands.back()) {
      std::array<int, 2> ends{};
      if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error(errno, "pipe");
      next = Descriptor(ends[0]);
      output = Descriptor(ends[1]);
    }
    const Streams streams{input.get(), output.open() ? output.get() : errors.get(), errors.get()};
    SLIPWAY_TRY(Launched launched, launch(command, streams, SIGKILL, memory_bytes));
    line.state_->members.push_back({std::move(launched), std::nullopt});
    input = std::move(next);
  }
  return line;
}

bool Pipeline::wait(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  bool all = true;
  for (State::Member& member : state_->members) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (!member.status && has_ended(member.launched, std::max(left, std::chrono::milliseconds(0))))
      member.status = reap(member.launched);
    all = all && member.status.has_value();
  }
  return all;
}

int Pipeline::exit_status(std::size_t child) const { return state_->members.at(child).status.value_or(-1); }

}  // namespace slipway::process
