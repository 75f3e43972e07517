// Writing and re-reading file contents of an account: pieces under their SHA-256, each content once.
#pragma once

#include <unordered_set>

#include "appliance/sql/connection.hpp"

namespace slipway::migrate {

/// Fills `content` and `content_piece` in batches. Not thread-safe.
class ContentWriter {
 public:
  /// `target` selects the account's database and must outlive this.
  explicit ContentWriter(sql::Connection& target) : target_(target) {}

  /// Takes bytes; returns their hash (32 raw bytes). Written at the latest by flush().
  [[nodiscard]] Result<std::string> add(std::string_view bytes);
  [[nodiscard]] Status flush();

 private:
  sql::Connection& target_;
  std::unordered_set<std::string> known_;
  std::vector<sql::Values> contents_;
  std::vector<sql::Values> pieces_;
  std::size_t waiting_bytes_ = 0;
};

/// Reads every content of the account back, and hashes what its pieces hold. Error: corrupt naming the first content
/// whose bytes or length are not what its key says.
struct ContentProof {
  std::uint64_t contents = 0;
  std::uint64_t bytes = 0;
};
[[nodiscard]] Result<ContentProof> prove_contents(sql::Connection& target);

}  // namespace slipway::migrate
