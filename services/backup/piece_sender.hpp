// Objects on their way into a storage whose line may be cut. Inside this folder only.
#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "services/backup/storage.hpp"

namespace slipway::backup {

/// How long, and with how much on the disk, a line that is cut is waited for.
struct SendPatience {
  std::chrono::milliseconds first{5'000};  ///< before the second attempt; twice as long before each further one
  std::chrono::milliseconds longest{60'000};
  std::chrono::milliseconds in_all{600'000};           ///< at the end of all
  std::function<bool()> give_up = {};                  ///< asked while it waits at the end
  std::uint64_t kept_bytes = std::uint64_t{4} << 30U;  ///< in files, of objects that have not arrived
};

/// What is sent is kept in a file, too, until it has arrived: a server that is being backed up does not wait for a line
/// that is cut, least of all while its locks are held, and what has arrived need not be sent again. It does wait for a
/// line that goes silent, until that counts as cut, and when more is kept than the patience allows. A directory loses
/// no line: its errors are final. Not thread-safe.
class PieceSender {
 public:
  /// `spool`: a directory for the files, made when it is needed. `storage` must outlive this.
  PieceSender(Storage& storage, std::filesystem::path spool, const SendPatience& patience)
      : storage_(storage), spool_(std::move(spool)), patience_(patience) {}

  /// Of one object after the other. Errors: the storage's but unavailable and timeout, which are borne; no_space.
  [[nodiscard]] Status begin(const std::string& name);
  [[nodiscard]] Status add(std::string_view bytes);
  [[nodiscard]] Status end();
  /// Everything has arrived, or it says why it cannot.
  [[nodiscard]] Status finish();
  /// Gives up what has not arrived.
  void forget();

 private:
  struct Kept {
    std::string name;
    std::filesystem::path file;
    std::uint64_t bytes = 0;
  };

  /// An object that is being put on the storage's disk, and given its name, while the next one is written.
  struct Committing {
    Kept object;
    std::unique_ptr<ObjectWriter> writer;
    std::future<Status> done;
  };

  [[nodiscard]] Status lost(const Error& error);
  [[nodiscard]] Status settle();
  [[nodiscard]] Status keep(Kept object);
  void note(const Error& error, const std::string& object);
  [[nodiscard]] Status go_without_file();
  [[nodiscard]] bool sleep(std::chrono::milliseconds time) const;
  [[nodiscard]] Status send_kept();
  [[nodiscard]] Status send(const Kept& kept);

  Storage& storage_;
  std::filesystem::path spool_;
  SendPatience patience_;
  std::unique_ptr<ObjectWriter> writer_;  ///< null: the line is cut
  std::ofstream file_;
  Kept current_;
  std::vector<Kept> kept_;
  std::optional<Committing> committing_;
  std::optional<Error> fault_;
};

}  // namespace slipway::backup
