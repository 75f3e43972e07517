#include "services/backup/log_delivery.hpp"

#include "services/backup/fail_point.hpp"
#include "services/backup/open_segment.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadBytes = 1U << 20U;

/// A finished segment from wherever it is.
class Sources {
 public:
  Sources(const std::vector<const Repository*>& repositories, const fs::path& spool, std::string line,
          const Delivery& delivery)
      : repositories_(repositories), spool_(spool), line_(std::move(line)), delivery_(delivery) {}

  [[nodiscard]] Result<archive::Source> of(std::uint64_t number) const {
    const fs::path file = spool_file(spool_, line_, number);
    if (fs::exists(file)) return spool_source(file);
    for (const Repository* repository : repositories_) {
      const auto at = delivery_.repositories.find(repository->name());
      if (at == delivery_.repositories.end() || !at->second.present.contains(number)) continue;
      SLIPWAY_TRY(std::shared_ptr<ObjectReader> reader, repository->storage().read(segment_name(line_, number)));
      return archive::Source([reader](std::size_t most) { return reader->read(most); });
    }
    return Error{Code::not_found, "log segment " + std::to_string(number) + ": is nowhere"};
  }

 private:
  const std::vector<const Repository*>& repositories_;
  const fs::path& spool_;
  std::string line_;
  const Delivery& delivery_;
};

/// Whether the repository needs nothing more of the segment.
bool has(const Delivery::At& at, std::uint64_t number) { return number < at.first || at.present.contains(number); }

/// What the repository has, asked anew when that is not known or may have changed.
Status look(const Repository& repository, const LineStart& start, Delivery::At& at) {
  if (!at.present.empty() && at.fault.empty()) return {};
  SLIPWAY_TRY(at.present, segments_of(repository, start.line));
  const auto first = read_first_segment(repository, start.line);
  // One that cannot be read is as good as none: what was let go would come back, and go again.
  if (!first && first.error().code != Code::not_found && first.error().code != Code::corrupt) return first.error();
  at.first = first.value_or(0);
  return write_line_start(repository, start);
}

/// The unfinished forms of segments that are there: a kill may have come between.
Status tidy(const Repository& repository, const std::string& line, const std::set<std::uint64_t>& spooled,
            const Delivery::At& at) {
  if (!repository.storage().can_append()) return {};
  for (const std::uint64_t number : spooled)
    if (at.present.contains(number))
      SLIPWAY_CHECK(repository.storage().remove(segment_name(line, number) + std::string(kOpenSuffix)));
  return {};
}

Status bring(const Repository& repository, const std::string& line, const std::set<std::uint64_t>& all,
             const Sources& sources, LastSegments& last, Delivery::At& at) {
  for (const std::uint64_t number : all) {
    if (has(at, number)) continue;
    const std::string name = segment_name(line, number);
    SLIPWAY_TRY(const auto source, sources.of(number));
    SLIPWAY_CHECK(last.note(repository, line, number));
    auto copied = copy_sealed(repository.key(), name, source, repository.storage());
    // It was written along, and is there already.
    if (!copied && copied.error().code != Code::conflict) return copied;
    fail_point("deliver.copied");
    SLIPWAY_CHECK(repository.storage().remove(name + ".open"));
    at.present.insert(number);
  }
  return {};
}

}  // namespace

Status copy_sealed(const archive::Key& key, const std::string& name, const archive::Source& source, Storage& to) {
  SLIPWAY_TRY(const std::shared_ptr<ObjectWriter> writer, to.write(name));
  const archive::Source both = [&source, writer](std::size_t most) -> Result<std::string> {
    SLIPWAY_TRY(std::string bytes, source(most));
    SLIPWAY_CHECK(writer->add(bytes));
    fail_point("deliver.copying");
    return bytes;
  };
  SLIPWAY_TRY(auto opener, archive::Opener::start(key, name, both));
  for (;;) {
    SLIPWAY_TRY(const std::string plain, opener.read(kReadBytes));
    if (plain.empty()) break;
  }
  return writer->commit();
}

Result<Delivery> deliver_line(const std::vector<const Repository*>& repositories, const fs::path& spool,
                              LastSegments& last, const LineStart& start, const Delivery& before) {
  Delivery delivery = before;
  SLIPWAY_TRY(const auto spooled, spooled_segments(spool, start.line));
  std::set<std::uint64_t> all = spooled;
  for (const Repository* repository : repositories) {
    Delivery::At& at = delivery.repositories[repository->name()];
    if (auto looked = look(*repository, start, at); !looked)
      at.fault = to_text(looked.error());
    else
      at.fault.clear();
    all.insert(at.present.begin(), at.present.end());
  }
  const Sources sources(repositories, spool, start.line, delivery);
  std::set<std::uint64_t> everywhere = spooled;
  for (const Repository* repository : repositories) {
    Delivery::At& at = delivery.repositories[repository->name()];
    if (at.fault.empty())
      if (auto tidied = tidy(*repository, start.line, spooled, at); !tidied) at.fault = to_text(tidied.error());
    if (at.fault.empty())
      if (auto brought = bring(*repository, start.line, all, sources, last, at); !brought)
        at.fault = to_text(brought.error());
    at.waiting = 0;
    for (const std::uint64_t number : all)
      if (!has(at, number)) ++at.waiting;
    std::erase_if(everywhere, [&at](std::uint64_t number) { return !has(at, number); });
  }
  if (!everywhere.empty()) fail_point("deliver.everywhere");
  std::error_code problem;
  for (const std::uint64_t number : everywhere) fs::remove(spool_file(spool, start.line, number), problem);
  return delivery;
}

}  // namespace slipway::backup
