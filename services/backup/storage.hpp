// Where backups lie: a flat set of named objects. One interface, one conformance suite (tests/integration/
// backup_storage_test.cpp), several kinds: a directory, an SFTP host, an S3-compatible service.
//
// Names are "part/part/part" of [a-z0-9._-], no part begins with a dot, the last does not end with ".open"; others are
// invalid_argument. An object's name must not be a folder of another's ("a" and "a/b"): most kinds refuse that
// (conflict). Errors of all calls: unavailable (does not answer; may be tried again), timeout, permission, no_space,
// not_found, corrupt, unauthenticated. Their messages name the repository and the object, never credentials.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"
#include "appliance/base/time.hpp"

namespace slipway::backup {

struct StoredObject {
  std::string name;
  std::uint64_t bytes = 0;
};

/// What an object that is written visibly is called until it is whole; no object's own name ends so.
inline constexpr std::string_view kOpenSuffix = ".open";

/// An object on its way. Not thread-safe. Destruction without commit() leaves nothing behind, but for NAME.open of
/// write_visibly(). One that failed has ended: begin anew.
class ObjectWriter {
 public:
  ObjectWriter() = default;
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;
  virtual ~ObjectWriter() = default;

  [[nodiscard]] virtual Status add(std::string_view bytes) = 0;
  /// Everything added is on the storage's disk when this returns. Only for writers of write_visibly().
  [[nodiscard]] virtual Status sync() = 0;
  /// The object is there, whole and on disk, in one step. `conflict` when another one has the name: never replaced.
  [[nodiscard]] virtual Status commit() = 0;
};

class ObjectReader {
 public:
  ObjectReader() = default;
  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;
  virtual ~ObjectReader() = default;

  /// Up to `most` further bytes; empty at the end. An object that ends early is `unavailable`, not an end.
  [[nodiscard]] virtual Result<std::string> read(std::size_t most) = 0;
};

/// Thread-safe.
class Storage {
 public:
  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  virtual ~Storage() = default;

  /// For messages: "file:///srv/backup", "sftp://slipway@host/backup", "s3://bucket/prefix".
  [[nodiscard]] virtual std::string describe() const = 0;

  /// Appears under `name` at commit() and not before; a killed writer leaves at most something that sweep() removes.
  [[nodiscard]] virtual Result<std::unique_ptr<ObjectWriter>> write(const std::string& name) = 0;
  /// As write(), but what is there after each sync() can be read under `name` + ".open" and survives the writer. An
  /// ".open" that is there already is replaced; list() leaves it out and sweep() leaves it alone. `unsupported` where
  /// the storage cannot append.
  [[nodiscard]] virtual Result<std::unique_ptr<ObjectWriter>> write_visibly(const std::string& name) = 0;
  [[nodiscard]] virtual bool can_append() const = 0;
  /// A small object in one step, replacing another of the name (leases and such).
  [[nodiscard]] virtual Status replace(const std::string& name, std::string_view bytes) = 0;

  /// `offset`: how many bytes to leave out at the beginning; invalid_argument when it is beyond the end. What is read
  /// is what was there at the call. Names that end with ".open" are allowed here and in remove().
  [[nodiscard]] virtual Result<std::unique_ptr<ObjectReader>> read(const std::string& name,
                                                                   std::uint64_t offset = 0) = 0;
  /// All objects whose names begin with `prefix`, sorted by name; unfinished ones are not among them.
  [[nodiscard]] virtual Result<std::vector<StoredObject>> list(const std::string& prefix) = 0;
  /// Removing what is not there is no error.
  [[nodiscard]] virtual Status remove(const std::string& name) = 0;
  /// Removes what killed writers left more than `age` ago; how many.
  [[nodiscard]] virtual Result<int> sweep(std::chrono::seconds age) = 0;
};

/// How to reach a storage, as configured.
struct StorageAddress {
  /// file:///PATH | sftp://USER@HOST[:PORT]/PATH | s3://BUCKET[/PREFIX]?endpoint=URL&region=NAME |
  /// ftps://USER@HOST[:PORT]/PATH | ftp://…
  std::string url;
  /// sftp: a private key; its host must be in `known_hosts` beside it. s3: two lines, access key and secret key. ftps,
  /// ftp: the password; ftps: where `ca.pem` lies beside it, the host's certificate must be of that authority.
  std::string credentials_file = {};
  std::uint64_t bytes_per_second = 0;  ///< 0: no limit; of writing
};

/// Errors: invalid_argument (the part of the URL that is wrong, and a right one), not_found, permission, unavailable.
[[nodiscard]] Result<std::unique_ptr<Storage>> open_storage(const StorageAddress& address);

/// Whether it can be the name of an object.
[[nodiscard]] bool is_object_name(std::string_view name);

/// The whole of a small object. Error besides those of read(): too_large.
[[nodiscard]] Result<std::string> read_all(Storage& storage, const std::string& name, std::size_t most = 16U << 20U);

}  // namespace slipway::backup
