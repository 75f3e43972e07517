#include "services/upgrade/fail_point.hpp"

#include "appliance/base/fail_point.hpp"

namespace slipway::upgrade {
namespace {

constexpr auto kPoints = std::to_array<std::string_view>({
    "order.packages_kept",      // the packages of both versions are kept, nothing is ordered
    "order.unit_written",       // the unit that does the work is there
    "order.recorded",           // the order is on the disk, the unit is not started
    "closing.held",             // no program may start any more, all of them run
    "closing.stopped",          // and none runs
    "copying.database_down",    // the database server is stopped
    "copying.some",             // some of its files are copied
    "copying.all",              // and all of them are on the disk
    "installing.unpacked",      // the new programs are there, not configured
    "installing.configured",    // and configured
    "migrating.database_up",    // the database server runs again
    "migrating.migrated",       // every schema is the new version's
    "testing.programs_up",      // the new programs run, out of reach
    "testing.passed",           // and have passed
    "committed.recorded",       // the new version is the one
    "committed.copy_dropped",   // the copy of the data is gone
    "committed.released",       // programs may start
    "committed.opened",         // and have been
    "aside.stopped",            // on the way back: nothing runs
    "aside.some",               // some of the changed data are aside
    "aside.all",                // and all of them
    "back.some",                // some of the former data are back
    "back.all",                 // and all of them
    "reinstalling.unpacked",    // the former programs are there, not configured
    "reinstalling.configured",  // and configured
    "proving.programs_up",      // they run, out of reach
    "reopening.database_up",    // the database server runs, as before the upgrade
    "reopening.released",       // programs may start
    "reopening.opened",         // and have been
});

const FailPoints kAll{kPoints};

}  // namespace

std::span<const std::string_view> fail_points() { return kAll.names(); }

void fail_point(std::string_view name) { kAll.pass(name); }

}  // namespace slipway::upgrade
