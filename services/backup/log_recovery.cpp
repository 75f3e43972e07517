#include "services/backup/log_recovery.hpp"

#include <fstream>

#include "appliance/base/file.hpp"
#include "appliance/crypto/crypto.hpp"
#include "services/backup/open_segment.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNote = ".line.json";
constexpr const char* kLineage = "lineage";

fs::path state_file(const fs::path& spool) { return spool / "state.json"; }
fs::path note_of(const fs::path& spool, const std::string& line) { return spool / (line + std::string(kNote)); }

/// An unfinished segment somewhere, how far it reaches, and how to open it again.
struct Unfinished {
  SegmentEnd end;
  std::function<Result<archive::Opener>()> open;
};

/// Looks into the unfinished segment `number`, wherever one is, for the one that reaches farthest.
std::optional<Unfinished> farthest_unfinished(const std::vector<const Repository*>& repositories, const fs::path& spool,
                                              const std::string& line, std::uint64_t number) {
  const std::string name = segment_name(line, number);
  std::vector<std::function<Result<archive::Opener>()>> places;
  places.emplace_back([&repositories, name, file = unfinished_file(spool, line, number)]() -> Result<archive::Opener> {
    SLIPWAY_TRY(auto source, spool_source(file));
    return archive::Opener::start(repositories.front()->key(), name, std::move(source));
  });
  for (const Repository* repository : repositories)
    places.emplace_back([repository, name] { return repository->open_sealed(name + std::string(kOpenSuffix)); });
  std::optional<Unfinished> best;
  for (auto& open : places) {
    auto opener = open();
    if (!opener) continue;
    auto end = end_of_segment(*opener, true);
    if (!end || (best && best->end.groups >= end->groups)) continue;
    best = Unfinished{*std::move(end), std::move(open)};
  }
  return best;
}

/// The end of a finished segment, read wherever it is whole.
Result<SegmentEnd> end_of(const std::vector<const Repository*>& repositories, const fs::path& spool,
                          const std::string& line, std::uint64_t number) {
  const std::string name = segment_name(line, number);
  if (auto source = spool_source(spool_file(spool, line, number))) {
    auto opener = archive::Opener::start(repositories.front()->key(), name, *std::move(source));
    if (opener)
      if (auto end = end_of_segment(*opener, false)) return end;
  }
  Error last{Code::not_found, "log segment " + std::to_string(number) + ": is nowhere"};
  for (const Repository* repository : repositories) {
    auto opener = repository->open_sealed(name);
    if (opener) {
      if (auto end = end_of_segment(*opener, false))
        return end;
      else
        last = end.error().within(repository->describe() + ": " + name);
    } else if (opener.error().code != Code::not_found) {
      last = opener.error();
    }
  }
  return last;
}

/// Beyond every number that a segment of another machine can have by now, at one in ten seconds since 1970: lines in a
/// repository that cannot be asked must not have numbers that come again.
std::uint64_t beyond_all(Timestamp now) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, now.time_since_epoch() / std::chrono::seconds(10)));
}

/// What the repositories say of a line.
struct Asked {
  std::string line;           ///< the newest
  std::uint64_t highest = 0;  ///< of its segments
  bool all = true;            ///< every repository answered…
  bool any = false;           ///< … or one
  std::optional<Error> fault;
};

Asked ask(const std::vector<const Repository*>& repositories, const std::string& line) {
  Asked asked;
  asked.line = line;
  std::map<const Repository*, std::string> newest;
  for (const Repository* repository : repositories) {
    auto found = newest_line(*repository);
    if (!found) {
      asked.all = false;
      asked.fault = found.error();
      continue;
    }
    if (line.empty()) asked.line = std::max(asked.line, *found);
    asked.any = true;
    newest[repository] = *found;
  }
  for (const auto& [repository, unused] : newest) {
    const auto numbers = segments_of(*repository, asked.line);
    if (numbers && !numbers->empty()) asked.highest = std::max(asked.highest, *numbers->rbegin());
  }
  return asked;
}

Result<LineStart> line_start(const std::vector<const Repository*>& repositories, const std::optional<LineStart>& known,
                             const std::string& line) {
  if (known) return *known;
  std::optional<Error> last;
  for (const Repository* repository : repositories) {
    auto start = read_line_start(*repository, line);
    if (start) return start;
    last = start.error();
  }
  return *last;
}

/// What is whole in the unfinished segment `number`, as a finished one in the spool; false when there is nothing.
Result<bool> save_unfinished(const std::vector<const Repository*>& repositories, const fs::path& spool,
                             const std::string& line, std::uint64_t number) {
  const auto best = farthest_unfinished(repositories, spool, line, number);
  if (!best) return false;
  SLIPWAY_TRY(auto opener, best->open());
  SLIPWAY_TRY(const bool saved, salvage(opener, repositories.front()->key(), spool_file(spool, line, number),
                                        segment_name(line, number)));
  std::error_code absent;
  fs::remove(unfinished_file(spool, line, number), absent);
  return saved;
}

/// What kills left in the spool, once all that was whole in it is in a finished segment.
void remove_unfinished(const fs::path& spool) {
  std::error_code problem;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(spool, problem)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".unfinished") || name.ends_with(".making") || name.ends_with(".group"))
      files.push_back(entry.path());
  }
  for (const fs::path& file : files) fs::remove(file, problem);
}

}  // namespace

Result<std::optional<LineStart>> read_spool_line(const fs::path& spool) {
  std::ifstream file(state_file(spool));
  if (!file) return std::optional<LineStart>();
  const auto json = nlohmann::ordered_json::parse(file, nullptr, false);
  if (json.is_object())
    if (auto start = read_line_start(json)) return std::optional(*std::move(start));
  return Error{Code::corrupt, "file '" + state_file(spool).string() + "': cannot be read",
               "remove it: the archive then goes on where the repositories end"};
}

Status write_spool_line(const fs::path& spool, const LineStart& start) {
  const std::string text = to_json(start).dump() + "\n";
  SLIPWAY_CHECK(replace_file(note_of(spool, start.line), text));
  return replace_file(state_file(spool), text);
}

std::string spool_lineage(const fs::path& spool) {
  std::ifstream file(spool / kLineage);
  std::string lineage;
  std::getline(file, lineage);
  return lineage;
}

Status write_spool_lineage(const fs::path& spool, const std::string& lineage) {
  return replace_file(spool / kLineage, lineage + "\n");
}

std::vector<LineStart> spooled_lines(const fs::path& spool) {
  std::vector<LineStart> lines;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(spool, problem)) {
    if (!entry.path().filename().string().ends_with(kNote)) continue;
    std::ifstream file(entry.path());
    const auto json = nlohmann::ordered_json::parse(file, nullptr, false);
    if (!json.is_object()) continue;
    if (auto start = read_line_start(json)) lines.push_back(*std::move(start));
  }
  return lines;
}

void forget_line(const fs::path& spool, const LineStart& start, const Delivery& delivery) {
  for (const auto& [name, at] : delivery.repositories)
    if (at.waiting > 0 || !at.fault.empty()) return;
  std::error_code problem;
  fs::remove(note_of(spool, start.line), problem);
}

void remove_leftover(const std::vector<const Repository*>& repositories, const fs::path& spool, const std::string& line,
                     std::uint64_t number) {
  std::error_code absent;
  fs::remove(unfinished_file(spool, line, number), absent);
  const std::string name = segment_name(line, number);
  for (const Repository* repository : repositories) {
    auto reader = repository->storage().read(name + std::string(kOpenSuffix));
    if (!reader) continue;
    auto opener = archive::Opener::start(
        repository->key(), name,
        [shared = std::shared_ptr<ObjectReader>(*std::move(reader))](std::size_t most) { return shared->read(most); });
    const auto end = opener ? end_of_segment(*opener, true) : Result<SegmentEnd>(opener.error());
    if (end && end->groups > 0) continue;
    // One that cannot be removed now stays where it is: nobody looks for it.
    static_cast<void>(repository->storage().remove(name + std::string(kOpenSuffix)).has_value());
  }
}

Result<std::variant<Resumption, NoLine>> recover_line(const std::vector<const Repository*>& repositories,
                                                      const fs::path& spool, Timestamp now) {
  using Found = std::variant<Resumption, NoLine>;
  SLIPWAY_TRY(const auto known, read_spool_line(spool));
  const Asked asked = ask(repositories, known ? known->line : "");
  if (!known && !asked.any && asked.fault) return *asked.fault;
  if (!known && !asked.all)
    return Found(NoLine{"another machine's line cannot be taken over while a repository is away",
                        std::max(asked.highest, beyond_all(now))});
  if (asked.line.empty()) return Found(NoLine{"the first one", 0});
  SLIPWAY_TRY(const auto spooled, spooled_segments(spool, asked.line));
  // A segment leaves the spool when every repository has it: so one that answers, or the spool, has the last.
  if (!asked.any && spooled.empty()) return *asked.fault;
  SLIPWAY_TRY(auto start, line_start(repositories, known, asked.line));
  Resumption resumption;
  resumption.start = std::move(start);
  std::uint64_t last = std::max(asked.highest, spooled.empty() ? 0 : *spooled.rbegin());
  last = std::max(last, resumption.start.first_number - 1);
  SLIPWAY_TRY(const bool saved, save_unfinished(repositories, spool, asked.line, last + 1));
  if (saved) ++last;
  resumption.position = resumption.start.after;
  if (last >= resumption.start.first_number) {
    SLIPWAY_TRY(const auto end, end_of(repositories, spool, asked.line, last));
    resumption.position = end.after;
    resumption.last_time_s = end.last_time_s;
  }
  remove_unfinished(spool);
  resumption.next_number = last + 1;
  resumption.spooled = spooled;
  return Found(std::move(resumption));
}

Resumption begin_line(const sql::GtidPosition& after, const std::string& follows, const std::string& reason,
                      Timestamp now, std::uint64_t first_number) {
  Resumption resumption;
  resumption.start.line =
      backup_id(now, Kind::full).substr(0, 16) + "-" + crypto::sha256_hex(crypto::random_token().reveal()).substr(0, 6);
  resumption.start.after = after;
  resumption.start.follows = follows;
  resumption.start.reason = reason;
  resumption.start.made_at = now;
  resumption.start.first_number = first_number;
  resumption.next_number = first_number;
  resumption.position = after;
  return resumption;
}

}  // namespace slipway::backup
