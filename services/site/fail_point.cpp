#include "services/site/fail_point.hpp"

#include "appliance/base/fail_point.hpp"

namespace slipway::site {
namespace {

constexpr auto kPoints = std::to_array<std::string_view>({
    "set_aside.copied",       // what only this site has is in its folder
    "set_aside.some_undone",  // a part of it is undone
    "set_aside.undone",       // all of it is
    "set_aside.log_begun",    // the server's log is empty
    "rejoin.copied",          // a copy from the backups is beside this site's data
    "rejoin.stopped",         // database and agent are stopped
    "rejoin.forgotten",       // the member counts as one that lacks writes
    "rejoin.leaving",         // the mark says that files leave
    "rejoin.one-left",        // one of them has left
    "rejoin.left",            // and all of them
    "rejoin.coming",          // the mark says that files come
    "rejoin.one-came",        // one of them has come
    "rejoin.came",            // and all of them
    "rejoin.exchanged",       // which is recorded
    "rejoin.started",         // the copy's server runs, and knows where it stands
});
const FailPoints kFailPoints(kPoints);

}  // namespace

void pass(std::string_view point) { kFailPoints.pass(point); }

}  // namespace slipway::site
