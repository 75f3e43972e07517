#include "migrate/products/content_store.hpp"

#include "appliance/crypto/crypto.hpp"

namespace slipway::migrate {
namespace {

constexpr std::size_t kPieceBytes = 1U << 20U;
constexpr std::size_t kWaitingBytes = 4U << 20U;

std::string hex(std::string_view raw) {
  std::string text;
  for (const char c : raw.substr(0, 8)) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += digits[static_cast<unsigned char>(c) >> 4U];
    text += digits[static_cast<unsigned char>(c) & 15U];
  }
  return text;
}

}  // namespace

Result<std::string> ContentWriter::add(std::string_view bytes) {
  std::string hash = crypto::sha256_raw(bytes);
  if (!known_.insert(hash).second) return hash;
  contents_.push_back({hash, static_cast<std::uint64_t>(bytes.size())});
  for (std::uint64_t piece = 0; piece * kPieceBytes < bytes.size(); ++piece) {
    const std::string_view part = bytes.substr(piece * kPieceBytes, kPieceBytes);
    pieces_.push_back({hash, piece, part});
    waiting_bytes_ += part.size();
    if (waiting_bytes_ >= kWaitingBytes) SLIPWAY_CHECK(flush());  // a huge file is never here twice
  }
  waiting_bytes_ += hash.size();
  return hash;
}

Status ContentWriter::flush() {
  if (!contents_.empty())
    SLIPWAY_CHECK(target_.execute_bulk("INSERT INTO content (content_hash, size_bytes) VALUES (?, ?)", contents_));
  if (!pieces_.empty())
    SLIPWAY_CHECK(
        target_.execute_bulk("INSERT INTO content_piece (content_hash, piece, bytes) VALUES (?, ?, ?)", pieces_));
  contents_.clear();
  pieces_.clear();
  waiting_bytes_ = 0;
  return {};
}

Result<ContentProof> prove_contents(sql::Connection& target) {
  ContentProof proof;
  std::string current;
  std::uint64_t expected = 0;
  std::uint64_t seen = 0;
  std::optional<crypto::Sha256> sum;
  const auto finish = [&]() -> Status {
    if (!sum) return {};
    if (seen != expected || sum->finish_raw() != current) {
      return Error{Code::corrupt, "content " + hex(current) + ": its bytes in the account are not what was written",
                   "run the command again; when it stays so, check the disk of the database server"};
    }
    ++proof.contents;
    proof.bytes += seen;
    return {};
  };
  SLIPWAY_CHECK(
      target.stream("SELECT c.content_hash, c.size_bytes, p.bytes FROM content c LEFT JOIN content_piece p ON "
                    "p.content_hash = c.content_hash "
                    "ORDER BY c.content_hash, p.piece",
                    {}, [&](const sql::Row& row) -> Status {
                      if (!sum || row.text(0) != current) {
                        SLIPWAY_CHECK(finish());
                        current = row.text(0);
                        expected = row.natural(1);
                        seen = 0;
                        sum.emplace();
                      }
                      if (row.is_null(2)) return {};
                      sum->add(row.text(2));
                      seen += row.text(2).size();
                      return {};
                    }));
  SLIPWAY_CHECK(finish());
  return proof;
}

}  // namespace slipway::migrate
