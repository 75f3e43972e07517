#include "services/backup/open_segment.hpp"

#include <charconv>

#include "services/backup/fail_point.hpp"
namespace slipway::backup {

namespace fs = std::filesystem;

fs::path spool_file(const fs::path& spool, const std::string& line, std::uint64_t number) {
  return spool / (line + "." + std::to_string(number) + ".sealed");
}

fs::path unfinished_file(const fs::path& spool, const std::string& line, std::uint64_t number) {
  return spool / (line + "." + std::to_string(number) + ".unfinished");
}

Result<std::set<std::uint64_t>> spooled_segments(const fs::path& spool, const std::string& line) {
  std::set<std::uint64_t> numbers;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(spool, problem)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(line + ".") || !name.ends_with(".sealed")) continue;
    std::uint64_t number = 0;
    std::from_chars(name.data() + line.size() + 1, name.data() + name.size(), number);
    numbers.insert(number);
  }
  if (problem) return Error{Code::permission, "directory '" + spool.string() + "': " + problem.message()};
  return numbers;
}

Result<std::unique_ptr<OpenSegment>> OpenSegment::begin(const fs::path& spool,
                                                        const std::vector<const Repository*>& repositories,
                                                        LastSegments& last, const LineStart& line,
                                                        const SegmentLabel& label, const std::string& description) {
  if (repositories.empty()) return Error{Code::invalid_argument, "log archive: no repository is configured"};
  SLIPWAY_TRY(SpoolFile file, SpoolFile::make(unfinished_file(spool, label.line, label.number)));
  std::unique_ptr<OpenSegment> segment(
      new OpenSegment(spool_file(spool, label.line, label.number), label, std::move(file), last));
  const std::string name = segment_name(label.line, label.number);
  for (const Repository* repository : repositories) {
    if (!repository->storage().can_append()) continue;
    if (auto known = write_line_start(*repository, line); !known)
      segment->faults_.emplace_back(repository->name(), known.error());
    else if (auto writer = repository->storage().write_visibly(name))
      segment->along_.push_back({repository, *std::move(writer)});
    else
      segment->faults_.emplace_back(repository->name(), writer.error());
  }
  // All repositories have the same key: that is how one makes good what another lost.
  SLIPWAY_TRY(auto sealer,
              archive::Sealer::start(repositories.front()->key(), {.name = name, .label = to_text(label)},
                                     [raw = segment.get()](std::string_view bytes) { return raw->write(bytes); }));
  segment->sealer_.emplace(std::move(sealer));
  SLIPWAY_CHECK(segment->sealer_->add(sql::kBinlogMagic));
  SLIPWAY_CHECK(segment->sealer_->add(description));
  fail_point("archive.segment_begun");
  return segment;
}

void OpenSegment::each_along(const std::function<Status(const Along&)>& work) {
  for (auto at = along_.begin(); at != along_.end();) {
    if (auto done = work(*at)) {
      ++at;
    } else {
      faults_.emplace_back(at->repository->name(), done.error());
      at = along_.erase(at);
    }
  }
}

Status OpenSegment::write(std::string_view bytes) {
  SLIPWAY_CHECK(file_.add(bytes));
  each_along([bytes](const Along& along) { return along.writer->add(bytes); });
  return {};
}

Status OpenSegment::add(std::string_view bytes) {
  bytes_ += bytes.size();
  return sealer_->add(bytes);
}

Result<int> OpenSegment::sync() {
  SLIPWAY_CHECK(sealer_->flush());
  each_along([](const Along& along) { return along.writer->sync(); });
  return static_cast<int>(along_.size());
}

Status OpenSegment::seal() {
  SLIPWAY_TRY([[maybe_unused]] const auto sealed, sealer_->finish());
  SLIPWAY_CHECK(file_.publish(finished_));
  fail_point("archive.spooled");
  each_along([this](const Along& along) -> Status {
    SLIPWAY_CHECK(last_.note(*along.repository, label_.line, label_.number));
    SLIPWAY_CHECK(along.writer->commit());
    fail_point("archive.committed");
    return {};
  });
  for (const Along& along : along_) committed_.push_back(along.repository->name());
  return {};
}

}  // namespace slipway::backup
