// A backup's stream, cut into sealed objects of one repository. Inside this folder only.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "appliance/process/process.hpp"
#include "services/backup/piece_sender.hpp"
#include "services/backup/take.hpp"

namespace slipway::backup {

struct PieceOptions {
  int level = 1;                  ///< zstd's
  std::uint64_t piece_bytes = 0;  ///< plain bytes in one object
  std::string content;            ///< what the stream is, for the labels: "mbstream", "sql"
  std::filesystem::path spool;    ///< for what has not arrived in a storage whose line is cut
  SendPatience patience = {};
};

/// Writes pieces, and notes them and the bytes in a manifest. Not thread-safe.
class Pieces {
 public:
  /// All of them must outlive this.
  Pieces(const Repository& repository, PieceOptions options, Manifest& manifest, const TakeProgress& progress)
      : repository_(repository),
        options_(std::move(options)),
        manifest_(manifest),
        progress_(progress),
        sender_(repository.storage(), options_.spool, options_.patience) {}

  [[nodiscard]] Status add(std::string_view bytes);
  /// Everything is there.
  [[nodiscard]] Status finish();
  /// Removes what was written, and begins anew.
  void forget();

 private:
  [[nodiscard]] Status begin();
  [[nodiscard]] Status end();

  const Repository& repository_;
  PieceOptions options_;
  Manifest& manifest_;
  const TakeProgress& progress_;
  std::string name_;
  PieceSender sender_;
  std::optional<archive::Sealer> sealer_;
  std::uint64_t in_piece_ = 0;
  std::atomic<std::uint64_t> stored_ = 0;  ///< counted where the sealer hands on
};

/// Everything that a program writes to its stdout, to its end. Errors: timeout (for ten minutes it has written
/// and read nothing, with its last words), internal, those of `take`.
[[nodiscard]] Status drain(process::Child& child, const archive::Sink& take, const std::string& program,
                           const std::filesystem::path& log);

}  // namespace slipway::backup
