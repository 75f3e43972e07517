#include "services/backup/catalog.hpp"

#include <algorithm>

namespace slipway::backup {
namespace {

constexpr std::string_view kFolder = "log/";

/// The error of something that lies there and is not as it should be, rather than of a storage that does not answer.
bool is_damage(const Error& error) {
  return error.code == Code::corrupt || error.code == Code::unauthenticated || error.code == Code::unsupported ||
         error.code == Code::not_found;
}

/// The label in the first of `holders` that gives it.
Result<SegmentLabel> label_of(const std::vector<const Repository*>& holders, const std::string& line,
                              std::uint64_t number, SegmentMemory& memory) {
  const std::string name = segment_name(line, number);
  if (const auto known = memory.labels.find(name); known != memory.labels.end()) return known->second;
  Result<SegmentLabel> label(Error{Code::not_found, "log segment " + name + ": is in no repository"});
  for (const Repository* repository : holders) {
    const auto json = repository->label_of(name);
    label = json ? read_label(*json) : Result<SegmentLabel>(json.error());
    if (!label) continue;
    if (label->line != line || label->number != number)
      return Error{Code::corrupt, repository->describe() + ": " + name + ": is another segment"};
    memory.labels.emplace(name, *label);
    break;
  }
  return label;
}

/// Where a segment ends that nothing follows.
Result<SegmentEnd> end_of(const Repository& repository, const std::string& name, SegmentMemory& memory) {
  if (const auto known = memory.ends.find(name); known != memory.ends.end()) return known->second;
  SLIPWAY_TRY(auto opener, repository.open_sealed(name));
  SLIPWAY_TRY(auto end, end_of_segment(opener, false));
  memory.ends.emplace(name, end);
  return end;
}

/// The finished segments that one repository holds, by line.
using Lines = std::map<std::string, std::set<std::uint64_t>>;

Result<Lines> lines_of(const Repository& repository) {
  SLIPWAY_TRY(const auto objects, repository.storage().list(std::string(kFolder)));
  Lines lines;
  for (const auto& object : objects) {
    const auto slash = object.name.find('/', kFolder.size());
    if (slash == std::string::npos) continue;
    const std::string line = object.name.substr(kFolder.size(), slash - kFolder.size());
    if (const auto number = segment_number(line, object.name)) lines[line].insert(*number);
  }
  return lines;
}

/// See backup_facts().
Result<std::uint64_t> log_from(const Repository& repository, const Lines& lines, const Manifest& manifest,
                               SegmentMemory& memory) {
  if (manifest.log_line.empty()) return std::uint64_t{0};
  const auto found = lines.find(manifest.log_line);
  if (found == lines.end() || found->second.empty()) {
    const auto start = read_line_start(repository, manifest.log_line);
    if (!start && !is_damage(start.error())) return start.error();
    return start ? start->first_number : std::uint64_t{0};
  }
  const std::vector<std::uint64_t> numbers(found->second.begin(), found->second.end());
  std::size_t least = 0;  // so many of them begin at or before the position, at least
  std::size_t most = numbers.size();
  while (least < most) {
    const std::size_t middle = least + (most - least) / 2;
    const auto label = label_of({&repository}, manifest.log_line, numbers[middle], memory);
    if (!label && !is_damage(label.error())) return label.error();
    if (label && manifest.position.covers(label->before))
      least = middle + 1;
    else
      most = middle;
  }
  return least == 0 ? numbers.front() - 1 : numbers[least - 1];
}

Result<ProofState> state_of(const Repository& repository, const std::string& backup, std::vector<Error>& faults) {
  const auto proofs = repository.proofs(backup);
  if (!proofs && !is_damage(proofs.error())) return proofs.error();
  if (!proofs) faults.push_back(proofs.error());
  if (!proofs || proofs->empty()) return ProofState::pending;
  switch (proofs->back().outcome) {
    case ProofOutcome::proven:
      return ProofState::proven;
    case ProofOutcome::failed:
      return ProofState::failed;
    case ProofOutcome::could_not_try:
      break;
  }
  return ProofState::pending;
}

class LogReader {
 public:
  LogReader(const std::vector<const Repository*>& repositories, SegmentMemory& memory)
      : repositories_(repositories), memory_(memory) {
    for (const Repository* repository : repositories_) {
      held_.push_back(lines_of(*repository));
      if (!held_.back()) continue;
      for (const auto& [line, numbers] : *held_.back())
        for (const std::uint64_t number : numbers) holders_[line][number].push_back(repository);
    }
  }

  [[nodiscard]] RepositoryLog read(std::size_t place, std::vector<Error>& faults) const {
    RepositoryLog log;
    log.repository = repositories_[place]->name();
    log.available = held_[place].has_value();
    if (!log.available) faults.push_back(held_[place].error());
    if (!log.available) return log;
    for (const auto& [line, numbers] : *held_[place])
      for (const std::uint64_t number : numbers) {
        auto segment = read_segment_fact(*repositories_[place], line, number);
        if (segment) log.segments.push_back(*std::move(segment));
        if (segment) continue;
        faults.push_back(segment.error().within(repositories_[place]->describe()));
        if (is_damage(segment.error())) continue;
        log.available = false;
        log.segments.clear();
        return log;
      }
    std::ranges::sort(log.segments, {}, &SegmentFact::number);
    if (!log.segments.empty()) log.safe_until = log.segments.back().last_at;
    return log;
  }

 private:
  [[nodiscard]] Result<SegmentFact> read_segment_fact(const Repository& repository, const std::string& line,
                                                      std::uint64_t number) const {
    const auto& numbers = holders_.at(line);
    SLIPWAY_TRY(const auto own, label_of(numbers.at(number), line, number, memory_));
    SegmentFact fact{.number = number,
                     .first_at = own.began_at,
                     .last_at = own.began_at,
                     .gtid_before = own.before.to_text(),
                     .gtid_after = {}};
    if (const auto next = numbers.find(number + 1); next != numbers.end()) {
      if (const auto label = label_of(next->second, line, number + 1, memory_)) {
        fact.gtid_after = label->before.to_text();
        fact.last_at = std::max(fact.first_at, label->began_at);
        return fact;
      }
    }
    SLIPWAY_TRY(const auto end, end_of(repository, segment_name(line, number), memory_));
    fact.gtid_after = end.after.to_text();
    if (end.last_time_s != 0)
      fact.last_at = std::max<Timestamp>(fact.first_at, Timestamp(std::chrono::seconds(end.last_time_s)));
    return fact;
  }

  const std::vector<const Repository*>& repositories_;
  SegmentMemory& memory_;
  std::vector<Result<Lines>> held_;
  std::map<std::string, std::map<std::uint64_t, std::vector<const Repository*>>> holders_;
};

}  // namespace

Result<KnownBackups> backup_facts(const Repository& repository, SegmentMemory& memory) {
  SLIPWAY_TRY(auto listing, repository.backups());
  SLIPWAY_TRY(const auto lines, lines_of(repository));
  KnownBackups known{.backups = {}, .faults = std::move(listing.faults)};
  for (const Manifest& manifest : listing.backups) {
    BackupFact fact;
    fact.id = manifest.id;
    fact.repository = repository.name();
    fact.kind = manifest.kind == Kind::full ? BackupKind::full : BackupKind::incremental;
    fact.parent = manifest.parent;
    fact.taken_at = manifest.ended_at;
    fact.lineage = manifest.lineage;
    fact.position = manifest.position.to_text();
    fact.bytes = manifest.stored_bytes;
    SLIPWAY_TRY(fact.log_from, log_from(repository, lines, manifest, memory));
    SLIPWAY_TRY(fact.proof, state_of(repository, manifest.id, known.faults));
    // What holds the same as its parent needs no proof of its own: an hour in which nothing happened costs none.
    if (fact.proof == ProofState::pending && holds_nothing_new(manifest))
      if (const auto parent = std::ranges::find(known.backups, fact.parent, &BackupFact::id);
          parent != known.backups.end())
        fact.proof = parent->proof;
    known.backups.push_back(std::move(fact));
  }
  for (const Manifest& manifest : listing.accounts) {
    BackupFact fact;
    fact.id = manifest.id;
    fact.repository = repository.name();
    fact.kind = BackupKind::sandbox;
    fact.taken_at = manifest.ended_at;
    fact.account = manifest.accounts.front().name;
    fact.replaces = manifest.replaces;
    fact.bytes = manifest.stored_bytes;
    SLIPWAY_TRY(fact.proof, state_of(repository, manifest.id, known.faults));
    known.backups.push_back(std::move(fact));
  }
  return known;
}

Result<std::optional<Proof>> last_window_proof(const Repository& repository) {
  SLIPWAY_TRY(const auto proofs, repository.storage().list("proofs/"));
  if (proofs.empty()) return std::optional<Proof>();
  SLIPWAY_TRY(const auto json, repository.read_document(proofs.back().name));
  SLIPWAY_TRY(auto proof, read_proof(json));
  return std::optional(std::move(proof));
}

KnownLogs log_facts(const std::vector<const Repository*>& repositories, SegmentMemory& memory) {
  const LogReader reader(repositories, memory);
  KnownLogs known;
  for (std::size_t place = 0; place < repositories.size(); ++place)
    known.logs.push_back(reader.read(place, known.faults));
  return known;
}

}  // namespace slipway::backup
