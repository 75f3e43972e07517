// Backups on an SFTP host or in a bucket of an S3-compatible service, through Debian's rclone: one or two child
// processes per call, each of which signs in anew (some tenths of a second). can_append() is false for both.
//
// Guarantees, SFTP: an object appears in one step, by a rename. It is never replaced on servers whose rename does not
// replace (OpenSSH's); on others a writer that comes at the same moment may be. What commit() has returned for is in
// the server's memory, not surely on its disk: rclone asks for no sync. replace(): the object is gone for a moment,
// never part of one. An object "a" and objects "a/…" exclude each other.
//
// Guarantees, S3: an object appears in one step and as durably as the service promises; replace() too. Whether a name
// is taken is asked just before: of two writers at the same moment the later one wins, unless the bucket forbids
// overwriting (object lock). Objects of more than 8 MiB are uploaded under another name and copied by the service. At
// most 320 GB per object.
#pragma once

#include <memory>
#include <string>

#include "services/backup/storage.hpp"
#include "services/backup/storage_address.hpp"

namespace slipway::backup {

/// Errors: invalid_argument (credentials file), not_found (credentials, known_hosts, directory, bucket, rclone),
/// permission (others can read the credentials; access refused), unauthenticated (wrong credentials, unknown host key),
/// unavailable.
[[nodiscard]] Result<std::unique_ptr<Storage>> open_rclone(const ParsedAddress& address,
                                                           const std::string& credentials_file);

}  // namespace slipway::backup
