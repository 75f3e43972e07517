// Sealed objects in memory.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "appliance/archive/sealed.hpp"

namespace slipway::test {

inline archive::Sink append_to(std::string& bytes) {
  return [&bytes](std::string_view more) -> Status {
    bytes += more;
    return {};
  };
}

/// Gives `bytes`, at most `piece` of them at a time.
inline archive::Source source_of(std::string bytes, std::size_t piece = std::string::npos) {
  return [bytes = std::move(bytes), piece, from = std::size_t{0}](std::size_t most) mutable -> Result<std::string> {
    std::string more = bytes.substr(from, std::min(piece, most));
    from += more.size();
    return more;
  };
}

inline Result<std::string> seal(const archive::Key& key, const archive::SealOptions& options, std::string_view plain) {
  std::string bytes;
  SLIPWAY_TRY(archive::Sealer sealer, archive::Sealer::start(key, options, append_to(bytes)));
  SLIPWAY_CHECK(sealer.add(plain));
  SLIPWAY_TRY([[maybe_unused]] const archive::Sealed sealed, sealer.finish());
  return bytes;
}

inline Result<std::string> read_all(archive::Opener& opener, std::size_t most = 1U << 16U) {
  std::string plain;
  while (true) {
    SLIPWAY_TRY(const std::string more, opener.read(most));
    if (more.empty()) return plain;
    plain += more;
  }
}

inline Result<std::string> open(const archive::Key& key, const std::string& name, std::string bytes) {
  SLIPWAY_TRY(archive::Opener opener, archive::Opener::start(key, name, source_of(std::move(bytes))));
  return read_all(opener);
}

}  // namespace slipway::test
