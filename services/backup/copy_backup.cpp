#include "services/backup/copy_backup.hpp"

#include "services/backup/fail_point.hpp"
#include "services/backup/log_delivery.hpp"

namespace slipway::backup {
namespace {

/// What of the backup is there already, with sizes.
Result<std::map<std::string, std::uint64_t>> pieces_there(const Repository& to, const std::string& id) {
  SLIPWAY_TRY(const auto objects, to.storage().list(backup_folder(id)));
  std::map<std::string, std::uint64_t> sizes;
  for (const auto& object : objects) sizes[object.name] = object.bytes;
  return sizes;
}

Status copy_piece(const Repository& from, const Piece& piece, const Repository& to, const CopyGate& gate) {
  SLIPWAY_TRY(const std::shared_ptr<ObjectReader> reader, from.storage().read(piece.name));
  const archive::Source source = [reader, &gate](std::size_t most) -> Result<std::string> {
    if (gate) SLIPWAY_CHECK(gate());
    return reader->read(most);
  };
  auto copied = copy_sealed(from.key(), piece.name, source, to.storage());
  return copied ? copied : Status(copied.error().within(from.describe() + ": " + piece.name));
}

Status copy_pieces(const Repository& from, const Manifest& backup, const Repository& to, const CopyGate& gate) {
  SLIPWAY_TRY(const auto there, pieces_there(to, backup.id));
  for (const Piece& piece : backup.pieces) {
    const auto found = there.find(piece.name);
    // Objects are there whole or not at all; one of another size is none of ours.
    if (found != there.end() && found->second == piece.bytes) continue;
    if (found != there.end()) SLIPWAY_CHECK(to.storage().remove(piece.name));
    SLIPWAY_CHECK(copy_piece(from, piece, to, gate));
    fail_point("copy.piece_copied");
  }
  return {};
}

/// Its last one, which counts.
Status copy_proof(const Repository& from, const std::string& id, const Repository& to) {
  SLIPWAY_TRY(const auto proofs, from.proofs(id));
  SLIPWAY_TRY(const auto there, to.proofs(id));
  if (proofs.empty() || !there.empty()) return {};
  SLIPWAY_TRY([[maybe_unused]] const auto name, to.add_proof(proofs.back()));
  return {};
}

}  // namespace

Result<Manifest> copy_backup(const Repository& from, const Manifest& backup, const Repository& to,
                             const CopyGate& gate) {
  if (backup.kind != Kind::full || from.key().id() != to.key().id())
    return Error{Code::invalid_argument, "backup " + backup.id + ": cannot stand alone in " + to.describe(),
                 "copy a full backup into a repository of the same key"};
  auto there = to.backup(backup.id);
  if (there || there.error().code != Code::not_found) return there;
  SLIPWAY_CHECK(copy_pieces(from, backup, to, gate));
  SLIPWAY_CHECK(copy_proof(from, backup.id, to));
  fail_point("copy.unpublished");
  Manifest copy = backup;
  copy.repository = to.id();
  copy.log_line.clear();
  SLIPWAY_CHECK(to.write_document(manifest_name(copy.id), to_json(copy)));
  fail_point("copy.published");
  return copy;
}

}  // namespace slipway::backup
