#include "services/backup/publication.hpp"

#include "services/backup/fail_point.hpp"

namespace slipway::backup {

Result<Manifest> begin_backup(const Repository& repository, Kind kind, const Clock& clock) {
  Manifest manifest;
  manifest.taken_at = clock.now();
  manifest.kind = kind;
  manifest.id = backup_id(manifest.taken_at, kind);
  manifest.program_version = SLIPWAY_VERSION;
  manifest.key_id = repository.key().id();
  SLIPWAY_TRY(const auto present, repository.storage().list(backup_folder(manifest.id)));
  if (!present.empty())
    return Error{Code::in_use, repository.describe() + ": backup " + manifest.id + " is there already", "try again"};
  manifest.repository = repository.id();  // known once it has answered
  return manifest;
}

Result<Manifest> end_backup(const Repository& repository, Manifest& manifest, Pieces& pieces, Status filled,
                            const std::filesystem::path& work, const Clock& clock) {
  if (filled) {
    fail_point("take.streamed");
    manifest.ended_at = clock.now();
    filled = repository.write_document(manifest_name(manifest.id), to_json(manifest));
  }
  if (filled) fail_point("take.published");
  std::error_code problem;
  std::filesystem::remove_all(work, problem);
  if (filled) return manifest;
  pieces.forget();
  return filled.error().within("backup " + manifest.id);
}

}  // namespace slipway::backup
