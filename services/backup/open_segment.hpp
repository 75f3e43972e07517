// The segment that is being written. Inside this folder only.
#pragma once

#include <set>
#include <vector>

#include "services/backup/last_segment.hpp"
#include "services/backup/log_line.hpp"
#include "services/backup/repository.hpp"
#include "services/backup/spool_file.hpp"

namespace slipway::backup {

/// The file of the spool that holds a finished segment, and the one that is being written.
[[nodiscard]] std::filesystem::path spool_file(const std::filesystem::path& spool, const std::string& line,
                                               std::uint64_t number);
[[nodiscard]] std::filesystem::path unfinished_file(const std::filesystem::path& spool, const std::string& line,
                                                    std::uint64_t number);

/// The numbers of a line's finished segments in the spool. Error: permission.
[[nodiscard]] Result<std::set<std::uint64_t>> spooled_segments(const std::filesystem::path& spool,
                                                               const std::string& line);

/// Not thread-safe. A repository that fails is left out from then on: it gets the finished segment.
class OpenSegment {
 public:
  /// `description`: the format description that its events follow. Errors: those of the spool; invalid_argument.
  [[nodiscard]] static Result<std::unique_ptr<OpenSegment>> begin(const std::filesystem::path& spool,
                                                                  const std::vector<const Repository*>& repositories,
                                                                  LastSegments& last, const LineStart& line,
                                                                  const SegmentLabel& label,
                                                                  const std::string& description);
  OpenSegment(const OpenSegment&) = delete;
  OpenSegment& operator=(const OpenSegment&) = delete;
  ~OpenSegment() = default;

  [[nodiscard]] Status add(std::string_view bytes);
  /// Everything added is on the disks of so many repositories.
  [[nodiscard]] Result<int> sync();
  /// Ends it: whole in the spool, and in the repositories that were written along.
  [[nodiscard]] Status seal();

  [[nodiscard]] const SegmentLabel& label() const { return label_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// After seal(): the repositories that have it, by name.
  [[nodiscard]] const std::vector<std::string>& committed() const { return committed_; }
  /// What the repositories that were left out said.
  [[nodiscard]] const std::vector<std::pair<std::string, Error>>& faults() const { return faults_; }

 private:
  struct Along {
    const Repository* repository;
    std::unique_ptr<ObjectWriter> writer;
  };
  OpenSegment(std::filesystem::path finished, SegmentLabel label, SpoolFile file, LastSegments& last)
      : finished_(std::move(finished)), label_(std::move(label)), file_(std::move(file)), last_(last) {}
  [[nodiscard]] Status write(std::string_view bytes);
  void each_along(const std::function<Status(const Along&)>& work);

  std::filesystem::path finished_;
  SegmentLabel label_;
  SpoolFile file_;
  LastSegments& last_;
  std::vector<Along> along_;
  std::vector<std::string> committed_;
  std::vector<std::pair<std::string, Error>> faults_;
  std::optional<archive::Sealer> sealer_;
  std::uint64_t bytes_ = 0;
};

}  // namespace slipway::backup
