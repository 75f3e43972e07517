// This site's data give way to a copy from the backups, so that it can follow the other site again. (D8, F5)
//
//   copied ─ stopped ─ forgotten ─ exchanged ─ started ─ follows
//   beside,   agent,    what it     what was    behind the   the agent's
//   from the  database  had con-    there is    copy's last  work again
//   backups             firmed      kept        transaction
//
// Each step is on the disk before the next: killed at any moment, the same call goes on where it was.
#pragma once

#include <chrono>
#include <functional>

#include "appliance/command/command.hpp"
#include "services/site/settings.hpp"

namespace slipway::site {

struct FreshCopyPlaces {
  std::filesystem::path data;      ///< of this site's server
  std::filesystem::path incoming;  ///< the copy, until it is in its place
  std::filesystem::path before;    ///< what was there; the last one alone is kept
  std::filesystem::path mark;      ///< as long as it is there, the agent does not start (its unit)
};

[[nodiscard]] FreshCopyPlaces places_of_fresh_copy(const config::Config& config);

/// Whether files of this site have begun to leave for a copy's, and nothing but the copy's end makes it whole.
[[nodiscard]] bool is_unfinished(const FreshCopyPlaces& places);

/// Of a copy that was cut off before any file had left: the site goes on with what it has.
void give_up(const FreshCopyPlaces& places);

/// Why this site may not be overwritten now. Errors: conflict when this site has the writes, or the other one takes
/// none; those of the connection to it; not_found without a record or without repositories; unsupported where the data
/// are a file system of their own.
[[nodiscard]] Status may_be_replaced(const config::Config& config, const SiteSettings& settings);

/// Makes the copy and puts it in the place of the site's data; what may_be_replaced() says is asked again at the last
/// moment. The position of the copy. Errors: in_use, of `slipway restore`, of the files, of the services.
[[nodiscard]] Result<std::string> make_fresh_copy(const command::Context& context, const SiteSettings& settings,
                                                  const FreshCopyPlaces& places);

}  // namespace slipway::site
