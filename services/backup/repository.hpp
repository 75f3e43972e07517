// One repository: a storage and the key that its content is sealed with. What lies where: docs/backup-format.md.
#pragma once

#include <functional>

#include "appliance/archive/sealed.hpp"
#include "services/backup/manifest.hpp"
#include "services/backup/proof.hpp"
#include "services/backup/storage.hpp"

namespace slipway::backup {

class LateStorage;

/// Thread-safe as far as its storage is.
class Repository {
 public:
  /// Reads its description, or writes one into a storage that is empty. `name`: "even", "odd", for messages. Errors:
  /// those of the storage; unauthenticated (of another key), conflict (the storage holds something else), unsupported.
  [[nodiscard]] static Result<Repository> open(std::string name, std::unique_ptr<Storage> storage, archive::Key key);

  /// One whose storage does not answer at present: opened as open() does it by the first call that reaches it. Until
  /// then every call fails with what open() says, and id() is empty. `described`, `appends`: as the storage will say.
  using OpenStorage = std::function<Result<std::unique_ptr<Storage>>()>;
  [[nodiscard]] static Repository open_later(const std::string& name, const std::string& described, bool appends,
                                             OpenStorage storage, const archive::Key& key);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Storage& storage() const { return *storage_; }
  [[nodiscard]] const archive::Key& key() const { return key_; }
  /// Unlike any other's: tells a repository that was exchanged for another from the one that was meant.
  [[nodiscard]] const std::string& id() const;
  /// "repository 'even' (file:///srv/backup)".
  [[nodiscard]] std::string describe() const;

  /// A sealed document under its name; never replaces one.
  [[nodiscard]] Status write_document(const std::string& name, const nlohmann::ordered_json& body) const;
  [[nodiscard]] Result<nlohmann::ordered_json> read_document(const std::string& name) const;

  /// Opens a sealed object for reading; also an unfinished one (NAME.open). `seen` is given its bytes as they are
  /// stored, all of them when it is read to its end.
  using Seen = std::function<void(std::string_view stored)>;
  [[nodiscard]] Result<archive::Opener> open_sealed(const std::string& name, Seen seen = {}) const;
  /// The label of a sealed object, read from its head alone.
  [[nodiscard]] Result<nlohmann::ordered_json> label_of(const std::string& name) const;

  /// All published backups, oldest first. One whose manifest cannot be read is in `faults` instead, with the reason.
  struct Listing {
    std::vector<Manifest> backups;   ///< of the whole server
    std::vector<Manifest> accounts;  ///< of one account, on request
    std::vector<Error> faults;
  };
  [[nodiscard]] Result<Listing> backups() const;
  [[nodiscard]] Result<Manifest> backup(const std::string& id) const;

  /// What proofs of a backup found, oldest first: the last one counts. One that cannot be read is an error.
  [[nodiscard]] Result<std::vector<Proof>> proofs(const std::string& backup) const;
  /// Writes a proof of a backup beside it, after those that are there; its name.
  [[nodiscard]] Result<std::string> add_proof(const Proof& proof) const;

 private:
  Repository(std::string name, std::unique_ptr<Storage> storage, archive::Key key)
      : name_(std::move(name)), storage_(std::move(storage)), key_(std::move(key)) {}

  std::string name_;
  std::unique_ptr<Storage> storage_;
  archive::Key key_;
  std::string id_;
  const LateStorage* late_ = nullptr;  ///< storage_, when it knows the id
};

}  // namespace slipway::backup
