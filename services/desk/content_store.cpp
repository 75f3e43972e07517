#include "services/desk/content_store.hpp"

#include <fstream>

#include "appliance/crypto/crypto.hpp"
#include "services/desk/file_rules.hpp"

namespace slipway::desk::content_store {
namespace {

struct Digest {
  std::string hash;
  std::uint64_t bytes = 0;
};

/// Hands the file's pieces to `each`: all of kPieceBytes but the last, none for an empty file.
Status for_each_piece(const http::Upload& upload, const std::function<Status(std::string_view)>& each) {
  std::ifstream file(upload.path, std::ios::binary);
  std::string buffer(kPieceBytes, '\0');
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const auto got = static_cast<std::size_t>(file.gcount());
    if (got > 0) SLIPWAY_CHECK(each(std::string_view(buffer).substr(0, got)));
  }
  if (!file.eof()) return Error{Code::internal, "attachment '" + upload.file_name + "': its upload cannot be read"};
  return {};
}

Result<Digest> digest_of(const http::Upload& upload) {
  crypto::Sha256 sum;
  Digest digest;
  SLIPWAY_CHECK(for_each_piece(upload, [&](std::string_view piece) -> Status {
    sum.add(piece);
    digest.bytes += piece.size();
    return {};
  }));
  digest.hash = sum.finish_raw();
  return digest;
}

}  // namespace

Status attach(sql::Connection& db, std::int64_t message_id, const http::Upload& upload) {
  SLIPWAY_TRY(const auto digest, digest_of(upload));
  // IGNORE, not a read before: a lock on the gap where the hash would go would make uploads wait for each other.
  SLIPWAY_TRY(const auto stored, db.execute("INSERT IGNORE INTO content (content_hash, size_bytes) VALUES (?, ?)",
                                            {digest.hash, digest.bytes}));
  if (stored.affected_rows > 0) {
    std::uint32_t number = 0;
    SLIPWAY_CHECK(for_each_piece(upload, [&](std::string_view piece) -> Status {
      SLIPWAY_CHECK(db.execute("INSERT INTO content_piece (content_hash, piece, bytes) VALUES (?, ?, ?)",
                               {digest.hash, number++, piece}));
      return {};
    }));
  }
  SLIPWAY_CHECK(db.execute(
      "INSERT INTO attachment (message_id, file_name, media_type, size_bytes, content_hash)"
      " VALUES (?, ?, ?, ?, ?)",
      {message_id, safe_file_name(upload.file_name), plain_media_type(upload.media_type), digest.bytes, digest.hash}));
  return {};
}

Result<std::string> read_piece(sql::Connection& db, const std::string& content_hash, std::uint64_t piece) {
  SLIPWAY_TRY(auto row, db.query_one("SELECT bytes FROM content_piece WHERE content_hash = ? AND piece = ?",
                                     {content_hash, piece}));
  if (!row) return Error{Code::corrupt, "attachment: piece " + std::to_string(piece) + " of its content is missing"};
  return row->text(0);
}

}  // namespace slipway::desk::content_store
