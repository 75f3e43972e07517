#include <fcntl.h>

#include <cerrno>
#include <csignal>

#include "appliance/process/launch.hpp"

namespace slipway::process {
namespace {

constexpr std::chrono::milliseconds kDefaultGrace{2000};

Result<Descriptor> open_log(const std::filesystem::path& file) {
  const std::string name = file.empty() ? "/dev/null" : file.string();
  Descriptor opened(::open(name.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!opened.open()) return system_error(errno, "file '" + name + "'");
  return opened;
}

}  // namespace

struct Child::State {
  Launched launched;
  Descriptor input = {};  // our ends of its pipes
  Descriptor output = {};
  std::optional<int> status = {};
  bool released = false;
};

Child::Child(std::unique_ptr<State> state) : state_(std::move(state)) {}
Child::Child(Child&&) noexcept = default;

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    if (state_) stop(kDefaultGrace);
    state_ = std::move(other.state_);
  }
  return *this;
}

Child::~Child() {
  if (state_) stop(kDefaultGrace);
}

Result<Child> Child::spawn(const Command& command) {
  Pipe to_child;
  Pipe from_child;
  if (command.pipe_stdin) {
    SLIPWAY_TRY(to_child, make_pipe());
  } else {
    SLIPWAY_TRY(to_child.read, open_input(command.stdin_file));
  }
  SLIPWAY_TRY(const Descriptor log, open_log(command.log_file));
  if (command.pipe_stdout) {
    SLIPWAY_TRY(from_child, make_pipe());
  }
  const Streams streams{to_child.read.get(), command.pipe_stdout ? from_child.write.get() : log.get(), log.get()};
  SLIPWAY_TRY(Launched launched, launch(command, streams, command.ends_with_starter ? SIGKILL : 0));
  return Child(std::make_unique<State>(State{
      .launched = std::move(launched), .input = std::move(to_child.write), .output = std::move(from_child.read)}));
}

int Child::pid() const noexcept { return state_->launched.pid; }

int Child::input() const noexcept { return state_->input.get(); }

int Child::output() const noexcept { return state_->output.get(); }

void Child::close_input() noexcept { state_->input.close(); }

std::optional<int> Child::exit_status() { return wait(std::chrono::milliseconds(0)); }

std::optional<int> Child::wait(std::chrono::milliseconds limit) {
  if (!state_->status && has_ended(state_->launched, limit)) state_->status = reap(state_->launched);
  return state_->status;
}

int Child::stop(std::chrono::milliseconds grace) {
  if (state_->released) return 0;
  if (!exit_status()) {
    ::kill(-pid(), SIGTERM);
    if (!wait(grace)) kill();
  }
  return *state_->status;
}

void Child::kill() {
  if (state_->released || exit_status()) return;
  ::kill(-pid(), SIGKILL);
  state_->status = reap(state_->launched);
}

void Child::release() noexcept { state_->released = true; }

}  // namespace slipway::process
