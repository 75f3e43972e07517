#include "services/backup/repository.hpp"

#include <algorithm>

#include "appliance/crypto/crypto.hpp"
#include "services/backup/document.hpp"
#include "services/backup/late_storage.hpp"

namespace slipway::backup {
namespace {

constexpr const char* kDescription = "slipway-repository.json";
constexpr int kForm = 1;

archive::Source source_of(std::shared_ptr<ObjectReader> reader, Repository::Seen seen = {}) {
  return [reader = std::move(reader), seen = std::move(seen)](std::size_t most) {
    auto bytes = reader->read(most);
    if (bytes && seen) seen(*bytes);
    return bytes;
  };
}

/// The numbers of a backup's proofs, smallest first.
Result<std::vector<int>> numbers_of_proofs(Storage& storage, const std::string& backup) {
  SLIPWAY_TRY(const auto objects, storage.list(backup_folder(backup) + "proof"));
  std::vector<int> numbers;
  for (const auto& object : objects)
    if (const auto number = proof_number(backup, object.name)) numbers.push_back(*number);
  std::ranges::sort(numbers);
  return numbers;
}

/// What an object is called once it is finished: that is what it is sealed under.
std::string final_name(const std::string& name) {
  return name.ends_with(kOpenSuffix) ? name.substr(0, name.size() - kOpenSuffix.size()) : name;
}

std::string new_id() {
  std::string id = crypto::sha256_hex(crypto::random_token().reveal());
  id.resize(16);
  return id;
}

}  // namespace

Result<Repository> Repository::open(std::string name, std::unique_ptr<Storage> storage, archive::Key key) {
  Repository repository(std::move(name), std::move(storage), std::move(key));
  const auto read = repository.read_document(kDescription);
  if (read) {
    if (read->value("form", 0) > kForm)
      return Error{Code::unsupported, repository.describe() + ": is of a newer form",
                   "use the version of slipway that made it, or a newer one"};
    repository.id_ = read->value("id", "");
    return repository;
  }
  if (read.error().code != Code::not_found) return read.error();
  SLIPWAY_TRY(const auto present, repository.storage_->list(""));
  if (!present.empty())
    return Error{Code::conflict,
                 repository.describe() + ": is no repository, and holds something else ('" + present[0].name + "')",
                 "choose an empty place"};
  repository.id_ = new_id();
  SLIPWAY_CHECK(repository.write_document(
      kDescription, {{"form", kForm}, {"id", repository.id_}, {"made_at", to_iso8601(SystemClock().now())}}));
  return repository;
}

Repository Repository::open_later(const std::string& name, const std::string& described, bool appends,
                                  OpenStorage storage, const archive::Key& key) {
  auto reach = [name, key, open_storage = std::move(storage)]() -> Result<LateStorage::Opened> {
    SLIPWAY_TRY(auto reached, open_storage());
    SLIPWAY_TRY(Repository opened, Repository::open(name, std::move(reached), key));
    return LateStorage::Opened{std::move(opened.storage_), opened.id_};
  };
  auto late = std::make_unique<LateStorage>(described, appends, std::move(reach));
  const LateStorage* const knows = late.get();
  Repository repository(name, std::move(late), key);
  repository.late_ = knows;
  return repository;
}

const std::string& Repository::id() const { return late_ != nullptr ? late_->repository() : id_; }

std::string Repository::describe() const { return "repository '" + name_ + "' (" + storage_->describe() + ")"; }

Status Repository::write_document(const std::string& name, const nlohmann::ordered_json& body) const {
  SLIPWAY_TRY(const auto writer, storage_->write(name));
  SLIPWAY_CHECK(writer->add(seal_document(key_, name, body)));
  return writer->commit();
}

Result<nlohmann::ordered_json> Repository::read_document(const std::string& name) const {
  SLIPWAY_TRY(const std::string text, read_all(*storage_, name));
  auto opened = open_document(key_, name, text);
  if (!opened) return opened.error().within(describe());
  return opened;
}

Result<archive::Opener> Repository::open_sealed(const std::string& name, Seen seen) const {
  SLIPWAY_TRY(std::shared_ptr<ObjectReader> reader, storage_->read(name));
  auto opened = archive::Opener::start(key_, final_name(name), source_of(std::move(reader), std::move(seen)));
  if (!opened) return opened.error().within(describe());
  return opened;
}

Result<nlohmann::ordered_json> Repository::label_of(const std::string& name) const {
  SLIPWAY_TRY(std::shared_ptr<ObjectReader> reader, storage_->read(name));
  SLIPWAY_TRY(const std::string text, archive::peek_label(source_of(std::move(reader))));
  auto label = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!label.is_object()) return Error{Code::corrupt, describe() + ": " + name + ": its label cannot be read"};
  return label;
}

Result<Manifest> Repository::backup(const std::string& id) const {
  SLIPWAY_TRY(const auto json, read_document(manifest_name(id)));
  SLIPWAY_TRY(auto manifest, read_manifest(json));
  if (manifest.id != id)
    return Error{Code::corrupt, describe() + ": " + manifest_name(id) + ": is the manifest of " + manifest.id};
  if (manifest.repository != this->id())
    return Error{Code::corrupt, describe() + ": " + manifest_name(id) + ": is the manifest of another repository"};
  return manifest;
}

Result<Repository::Listing> Repository::backups() const {
  constexpr std::string_view folder = "backups/";
  constexpr std::string_view last = "/manifest.json";
  SLIPWAY_TRY(const auto objects, storage_->list(std::string(folder)));
  Listing listing;
  for (const auto& object : objects) {
    if (!object.name.ends_with(last)) continue;
    const std::string id = object.name.substr(folder.size(), object.name.size() - folder.size() - last.size());
    if (auto manifest = backup(id))
      (manifest->kind == Kind::sandbox ? listing.accounts : listing.backups).push_back(*std::move(manifest));
    else if (manifest.error().code == Code::corrupt || manifest.error().code == Code::unauthenticated ||
             manifest.error().code == Code::unsupported)
      listing.faults.push_back(manifest.error());
    else
      return manifest.error();
  }
  return listing;
}

Result<std::vector<Proof>> Repository::proofs(const std::string& backup) const {
  SLIPWAY_TRY(const auto numbers, numbers_of_proofs(*storage_, backup));
  std::vector<Proof> all;
  for (const int number : numbers) {
    const std::string name = proof_name(backup, number);
    SLIPWAY_TRY(const auto json, read_document(name));
    auto proof = read_proof(json);
    if (!proof) return proof.error().within(describe() + ": " + name);
    if (proof->backup != backup)
      return Error{Code::corrupt, describe() + ": " + name + ": is a proof of " + proof->backup};
    all.push_back(*std::move(proof));
  }
  return all;
}

Result<std::string> Repository::add_proof(const Proof& proof) const {
  constexpr int kAttempts = 3;  // somebody else may be proving it, too
  for (int attempt = 1;; ++attempt) {
    SLIPWAY_TRY(const auto numbers, numbers_of_proofs(*storage_, proof.backup));
    const std::string name = proof_name(proof.backup, numbers.empty() ? 1 : numbers.back() + 1);
    const auto written = write_document(name, to_json(proof));
    if (written) return name;
    if (written.error().code != Code::conflict || attempt == kAttempts) return written.error();
  }
}

}  // namespace slipway::backup
