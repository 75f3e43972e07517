// Children in a line: the output of each is the input of the next.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "appliance/process/process.hpp"

namespace slipway::process {

/// Running children, each the leader of a process group of its own; they get SIGKILL when the thread that started them
/// ends, however that happens. When one ends, its neighbours meet the end of their pipes. Destruction kills those that
/// still run. Not thread-safe.
class Pipeline {
 public:
  /// What the last writes, and stderr of each, goes to its log_file. `memory_bytes`: address space that each child, and
  /// each of its own, may take. Errors: as run(); then none runs.
  [[nodiscard]] static Result<Pipeline> start(const std::vector<Command>& commands, std::uint64_t memory_bytes);
  Pipeline(Pipeline&&) noexcept;
  Pipeline& operator=(Pipeline&&) = delete;
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  ~Pipeline();

  /// Whether all have ended, waiting up to `limit`.
  [[nodiscard]] bool wait(std::chrono::milliseconds limit);
  /// Of a child that has ended, as in Finished; in the order of the commands.
  [[nodiscard]] int exit_status(std::size_t child) const;

 private:
  struct State;
  explicit Pipeline(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace slipway::process
