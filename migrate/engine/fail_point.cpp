#include "migrate/engine/fail_point.hpp"

#include "appliance/base/fail_point.hpp"

namespace slipway::migrate {
namespace {

constexpr auto kPoints = std::to_array<std::string_view>({
    "run.planned",             // the state file is there, nothing else
    "run.prepared",            // the account's next generation is there, empty
    "run.staged",              // the staging database is there, empty
    "copy.physical.taken",     // a backup of the source is there
    "copy.physical.prepared",  // and its tables are ready to be imported
    "copy.physical.placed",    // one table's file is in its place
    "copy.physical.imported",  // and imported, not yet recorded
    "copy.table_built",        // one table is there, bare
    "copy.huge_piece",         // of a huge value a part is sent
    "copy.before_commit",      // a chunk is written, with its checkpoint, not committed
    "copy.after_commit",       // and committed, not yet compared
    "copy.verified",           // one chunk is compared, not yet recorded
    "copy.repairing",          // a chunk that differed is about to be copied again
    "copy.keys_built",         // the keys of one table are built, not yet recorded
    "copy.foreign_keys",       // every row and key is there, no foreign key
    "copy.objects",            // everything is there, not yet recorded
    "copy.finished",           // and recorded
    "run.copied",              // every row is there, with keys
    "run.upgraded",            // our own schema is at its newest version
    "run.transforming",        // the generation is half full
    "run.transformed",         // the generation is full
    "run.verified",            // and equal to the source
    "run.kept_aside",          // what has no place is kept
    "run.anonymised",          // a trial without names
    "run.publishing",          // a trial's account is marked and sends no mail, its data not yet served
    "run.published",           // published, not yet recorded
    "run.cleaned",             // published and tidied up, not yet recorded
});

const FailPoints kAll{kPoints};

}  // namespace

std::span<const std::string_view> fail_points() { return kAll.names(); }

void fail_point(std::string_view name) { kAll.pass(name); }

}  // namespace slipway::migrate
