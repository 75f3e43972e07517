// What somebody who helps needs to see of an installation, without what nobody else may see.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "appliance/archive/zip.hpp"
#include "services/doctor/gather.hpp"
#include "services/doctor/scrub_rules.hpp"

namespace slipway::doctor {

struct BundleOptions {
  std::chrono::seconds since{86'400};  ///< how far back logs go
  bool keep_addresses = false;
  std::size_t most_bytes = 64U << 20U;  ///< of all texts together
};

/// One text of the bundle.
struct BundlePart {
  std::string name;  ///< in the archive
  std::string why;
  Fact<std::string> text;
};

/// Everything that is collected, not scrubbed yet: it must not leave this process so.
[[nodiscard]] std::vector<BundlePart> collect(const Sources& sources, const Facts& facts, const BundleOptions& options,
                                              const std::function<void(const std::string&)>& progress);

/// The texts of an embedded installation's or an appliance's logs.
[[nodiscard]] std::vector<BundlePart> collect_logs(const Sources& sources, const BundleOptions& options);
/// The database server's settings and state: no statement, no row, no user.
[[nodiscard]] std::vector<BundlePart> collect_database(const Sources& sources, const Facts& facts);

/// The secrets that this machine has in files, so that they are found wherever they stand.
[[nodiscard]] std::vector<Secret> known_secrets(const Sources& sources);

/// What is in the archive and how much was taken out: {"version", "at", "since", "files": [{"name", "why", "bytes",
/// "removed"}], "left_out": [{"name", "why", "reason"}]}.
struct Bundle {
  std::vector<archive::ZipEntry> entries;  ///< the manifest is the first
  nlohmann::ordered_json manifest;
};

/// Scrubs every part, drops the oldest lines of one that is too long, and leaves out what no longer fits.
[[nodiscard]] Bundle assemble(const std::vector<BundlePart>& parts, const Place& place,
                              const std::vector<Secret>& known, const BundleOptions& options);

}  // namespace slipway::doctor
