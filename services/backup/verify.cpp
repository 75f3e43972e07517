#include "services/backup/verify.hpp"

#include <algorithm>

#include "appliance/crypto/crypto.hpp"
#include "services/backup/last_segment.hpp"
#include "services/backup/log_line.hpp"
#include "services/backup/verify_log.hpp"

namespace slipway::backup {
namespace {

constexpr std::size_t kReadBytes = 1U << 20U;
constexpr std::string_view kBackups = "backups/";
constexpr std::string_view kLog = "log/";
constexpr std::string_view kProofs = "proofs/";
constexpr const char* kDescription = "slipway-repository.json";
constexpr const char* kLease = "lease.json";

/// A repository's objects, each in its place.
struct Contents {
  std::map<std::string, std::map<std::string, std::uint64_t>> backups;  ///< id → names → sizes
  std::map<std::string, LineListing> lines;
  std::vector<std::string> proofs;  ///< of windows of the log
  std::vector<std::string> strangers;
};

/// The part of a name between a prefix and the next slash; empty: there is none.
std::string folder_of(const std::string& name, std::string_view prefix) {
  const auto slash = name.find('/', prefix.size());
  return name.starts_with(prefix) && slash != std::string::npos ? name.substr(prefix.size(), slash - prefix.size())
                                                                : "";
}

Contents sort_objects(const std::vector<StoredObject>& objects) {
  Contents contents;
  for (const StoredObject& object : objects) {
    const std::string backup = folder_of(object.name, kBackups);
    const std::string line = folder_of(object.name, kLog);
    if (!backup.empty()) {
      contents.backups[backup][object.name] = object.bytes;
    } else if (!line.empty()) {
      LineListing& listing = contents.lines[line];
      if (const auto number = segment_number(line, object.name))
        listing[*number] = object.bytes;
      else if (object.name != line_document(line) && object.name != last_document(line) &&
               object.name != first_document(line))
        contents.strangers.push_back(object.name);
    } else if (object.name.starts_with(kProofs)) {
      contents.proofs.push_back(object.name);
    } else if (object.name != kDescription && object.name != kLease) {
      contents.strangers.push_back(object.name);
    }
  }
  return contents;
}

class Check {
 public:
  Check(const Repository& repository, const VerifyProgress& progress, std::uint64_t bytes)
      : repository_(repository), progress_(progress), all_bytes_(bytes) {}

  [[nodiscard]] Status description();
  [[nodiscard]] Status backup(const std::string& id, std::map<std::string, std::uint64_t> objects);
  [[nodiscard]] Status chains();
  [[nodiscard]] Status window_proof(const std::string& name);
  [[nodiscard]] Status line(const std::string& line, const LineListing& segments) {
    return verify_line(
        repository_, line, segments, backups_, [this](std::string_view bytes) { count(bytes); }, found);
  }

  Verification found;

 private:
  void count(std::string_view bytes) {
    found.bytes += bytes.size();
    progress_(std::min(found.bytes, all_bytes_), all_bytes_);
  }
  [[nodiscard]] Status note(const Error& error) {
    if (!is_finding(error)) return error;
    found.faults.push_back(error);
    return {};
  }
  [[nodiscard]] Status piece(const Manifest& manifest, std::size_t number);

  const Repository& repository_;
  const VerifyProgress& progress_;
  std::uint64_t all_bytes_;
  std::vector<Manifest> backups_;
};

Status Check::description() {
  const auto read = repository_.read_document(kDescription);
  if (!read) return note(read.error());
  if (read->value("id", "") == repository_.id()) return {};
  return note(Error{Code::corrupt, repository_.describe() + ": is another repository than at the start"});
}

/// Opens it, and compares what is stored with the manifest.
Status Check::piece(const Manifest& manifest, std::size_t number) {
  const Piece& piece = manifest.pieces[number - 1];
  crypto::Sha256 sum;
  std::uint64_t bytes = 0;
  const auto read = [&]() -> Status {
    SLIPWAY_TRY(auto opener, repository_.open_sealed(piece.name, [&](std::string_view stored) {
      sum.add(stored);
      bytes += stored.size();
      count(stored);
    }));
    for (;;) {
      SLIPWAY_TRY(const std::string plain, opener.read(kReadBytes));
      if (plain.empty()) break;
    }
    const auto label = nlohmann::json::parse(opener.label(), nullptr, false);
    const bool own =
        label.is_object() && label.value("backup", "") == manifest.id && label.value("piece", std::size_t{0}) == number;
    if (!own) return Error{Code::corrupt, piece.name + ": is a piece of something else"};
    if (bytes != piece.bytes || crypto::hex(sum.finish_raw()) != piece.sha256)
      return Error{Code::corrupt, piece.name + ": is not what its manifest says"};
    return {};
  }();
  return read ? Status() : note(read.error().within(repository_.describe() + ": backup " + manifest.id));
}

Status Check::backup(const std::string& id, std::map<std::string, std::uint64_t> objects) {
  if (!objects.contains(manifest_name(id))) {
    for (const auto& [name, bytes] : objects)
      found.unreferenced.push_back(name + ": its backup has no manifest (it is being taken, was given up, or lost it)");
    return {};
  }
  objects.erase(manifest_name(id));
  const auto manifest = repository_.backup(id);
  if (!manifest) return note(manifest.error());
  ++found.backups;
  for (std::size_t number = 1; number <= manifest->pieces.size(); ++number) {
    objects.erase(manifest->pieces[number - 1].name);
    SLIPWAY_CHECK(piece(*manifest, number));
  }
  for (const auto& [name, bytes] : objects) {
    if (!name.starts_with(backup_folder(id) + "proof")) {
      found.unreferenced.push_back(name + ": its manifest does not know it");
    } else if (const auto read = repository_.read_document(name); !read) {
      SLIPWAY_CHECK(note(read.error()));
    }
  }
  backups_.push_back(*manifest);
  return {};
}

/// Every incremental stands on the one that it follows.
Status Check::chains() {
  for (const Manifest& manifest : backups_) {
    if (manifest.kind != Kind::incremental) continue;
    const auto parent = std::ranges::find(backups_, manifest.parent, &Manifest::id);
    if (parent == backups_.end())
      SLIPWAY_CHECK(note(Error{Code::not_found, repository_.describe() + ": backup " + manifest.id + ": backup " +
                                                    manifest.parent + ", which it follows, is not there"}));
    else if (parent->to_lsn != manifest.from_lsn)
      SLIPWAY_CHECK(note(Error{Code::corrupt, repository_.describe() + ": backup " + manifest.id +
                                                  ": does not begin where " + manifest.parent + " ends"}));
  }
  return {};
}

/// May have been let go since the objects were listed.
Status Check::window_proof(const std::string& name) {
  const auto json = repository_.read_document(name);
  if (!json) return json.error().code == Code::not_found ? Status() : note(json.error());
  const auto proof = read_proof(*json);
  return proof ? Status() : note(proof.error().within(repository_.describe() + ": " + name));
}

}  // namespace

Result<Verification> verify_repository(const Repository& repository, const VerifyProgress& progress) {
  SLIPWAY_TRY(const auto objects, repository.storage().list(""));
  std::uint64_t bytes = 0;
  for (const StoredObject& object : objects) bytes += object.bytes;
  const Contents contents = sort_objects(objects);
  Check check(repository, progress, bytes);
  check.found.objects = objects.size();
  SLIPWAY_CHECK(check.description());
  for (const auto& [id, names] : contents.backups) SLIPWAY_CHECK(check.backup(id, names));
  SLIPWAY_CHECK(check.chains());
  for (const auto& [line, segments] : contents.lines) SLIPWAY_CHECK(check.line(line, segments));
  for (const std::string& name : contents.proofs) SLIPWAY_CHECK(check.window_proof(name));
  for (const std::string& name : contents.strangers)
    check.found.unreferenced.push_back(name + ": is no object of ours");
  return std::move(check.found);
}

}  // namespace slipway::backup
