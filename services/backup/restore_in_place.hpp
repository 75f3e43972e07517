// A restored server put in the place of an installation's own. (A37)
//
//   database ─ serves ───────────── stopped ─┐ exchanged      ┌─▶ database.before-20261129t140327z, kept
//   database.restored ─ restored ─ marked ───┘ in one step ───┴─▶ database, started
//
// There is no moment without a whole database in its place: killed anywhere, the next call goes on where it was. Inside
// this folder only.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "appliance/base/result.hpp"
#include "appliance/base/time.hpp"

namespace slipway::backup {

struct InPlace {
  std::filesystem::path state;     ///< of an installation that 'slipway up' made
  std::filesystem::path programs;  ///< to start it again
  std::string target;              ///< in words: a call goes on with what an earlier one restored for the same
  bool moving = false;             ///< the target is another moment with each call: never gone on with
};

/// Restores a server into the directory, stops it, and says what it did.
using RestoreInto = std::function<Result<nlohmann::ordered_json>(const std::filesystem::path& directory)>;

/// What `restore` said, and: set_aside (the directory of what served before), restarted. The installation is stopped
/// only when the restored server is whole. Errors: those of `restore`, of stopping and starting; permission;
/// unsupported (a file system that cannot exchange directories); in_use (a server is started meanwhile).
[[nodiscard]] Result<nlohmann::ordered_json> restore_in_place(const InPlace& place, const RestoreInto& restore,
                                                              const Clock& clock,
                                                              const std::function<void(const std::string&)>& progress);

}  // namespace slipway::backup
