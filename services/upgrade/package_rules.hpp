// Which packages an upgrade takes. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::upgrade {

/// What a .deb file says of itself.
struct Candidate {
  std::string file;
  std::string name;
  std::string version;
  std::string architecture;
  bool newer = false;  ///< than what is installed, as dpkg compares versions
};

/// What dpkg says of an installed package.
struct Installed {
  std::string version;
  std::string architecture;
  std::string status;  ///< "installed", else it is half of something
};

/// The packages that this appliance may take: `slipway` is among them, each is Slipway's, installed here, of its
/// architecture and newer, none is there twice. All faults at once, one a line, each with the file's name.
[[nodiscard]] Status check_set(const std::vector<Candidate>& candidates,
                               const std::map<std::string, Installed>& installed);

/// Whether the version may be part of a file's name: what Debian allows in one.
[[nodiscard]] bool is_version(std::string_view text);

/// Bytes that must be free where the databases are: their copy, and room for the new version's own changes to them.
[[nodiscard]] std::uint64_t bytes_needed(std::uint64_t data_bytes);

/// "1.4 GiB"
[[nodiscard]] std::string size_text(std::uint64_t bytes);
/// "3 min 20 s"
[[nodiscard]] std::string span_text(std::uint64_t seconds);

/// "· copying the databases: 1.2 GiB of 3.4 GiB, 210.0 MiB/s, 10 s left"; without a total only the words.
[[nodiscard]] std::string progress_text(std::string_view words, std::uint64_t bytes, std::uint64_t total,
                                        std::uint64_t elapsed_ms);

/// The entries that were in `before` and are not in `after`.
[[nodiscard]] std::vector<std::string> missing_from(const std::vector<std::string>& after,
                                                    const std::vector<std::string>& before);

}  // namespace slipway::upgrade
