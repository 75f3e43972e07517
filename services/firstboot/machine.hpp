// The machine that answers are carried out on: its files, and its services where they run.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "appliance/base/result.hpp"
#include "appliance/process/process.hpp"

namespace slipway::firstboot {

/// Not thread-safe.
class Machine {
 public:
  /// `root` other than "/": a machine that does not run, such as an image's tree. Its files are written, and no program
  /// is told.
  explicit Machine(std::filesystem::path root = "/") : root_(std::move(root)) {}

  [[nodiscard]] bool runs() const { return root_ == "/"; }
  /// Where the file of this absolute path is.
  [[nodiscard]] std::filesystem::path at(const std::filesystem::path& path) const;

  /// The file's text, or an empty one where there is no file. Errors: permission, internal.
  [[nodiscard]] Result<std::string> read(const std::filesystem::path& path) const;
  /// Writes the file in one durable step, and its directories where they are missing; false: it had that text and mode
  /// already.
  [[nodiscard]] Result<bool> write(const std::filesystem::path& path, std::string_view text,
                                   unsigned mode = 0644) const;
  /// One that is not there is success.
  [[nodiscard]] Status remove(const std::filesystem::path& path) const;

  /// Runs a command of the system to its end; an exit status other than 0 is an error with its last words and this
  /// hint. Nothing where the machine does not run.
  [[nodiscard]] Status tell(const std::vector<std::string>& argv, const std::string& hint,
                            std::chrono::milliseconds limit = std::chrono::seconds(60)) const;
  /// The same, when its answer counts. False where the machine does not run or there is no such command.
  [[nodiscard]] bool ask(const std::vector<std::string>& argv) const;

 private:
  std::filesystem::path root_;
};

}  // namespace slipway::firstboot
