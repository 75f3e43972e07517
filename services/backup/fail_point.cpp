#include "services/backup/fail_point.hpp"

#include "appliance/base/fail_point.hpp"

namespace slipway::backup {
namespace {

constexpr auto kPoints = std::to_array<std::string_view>({
    "take.piece_begun",       // some bytes of a piece are on their way into the repository
    "take.piece_stored",      // one piece is there, whole
    "take.streamed",          // all pieces are there, no manifest
    "take.published",         // the manifest is there, the work directory too
    "archive.line_begun",     // the spool knows of a new line, no repository does
    "archive.segment_begun",  // a segment is begun everywhere, without a group
    "archive.group_written",  // and has a group, not synced
    "archive.before_sync",    // some groups are about to be synced
    "archive.after_sync",     // and are on the repositories' disks, not acknowledged
    "archive.spooled",        // a finished segment is in the spool, not in a repository
    "archive.committed",      // and in one of them (at the second pass in two)
    "archive.sealed",         // and in all that were written along
    "archive.salvaging",      // an unfinished segment is being made a finished one
    "archive.salvaged",       // and is one, the unfinished one beside it
    "deliver.copying",        // a finished segment is on its way into a repository that lacks it
    "deliver.copied",         // and is there, its unfinished form beside it
    "deliver.everywhere",     // every repository has the segments, the spool too
    "prune.noted",            // a backup is said to go, and is whole
    "prune.manifest_gone",    // it is no backup any more, its pieces and proofs are there
    "prune.object_gone",      // one of them is gone
    "prune.backup_gone",      // and all of them
    "prune.first_noted",      // the log is said to begin later, older segments are there
    "prune.segment_gone",     // one of them is gone
    "copy.piece_copied",      // a piece of a monthly copy is there
    "copy.unpublished",       // and all of it but its manifest
    "copy.published",         // the copy is a backup
    "restore.unpacked",       // the backup's files are there, not prepared
    "restore.prepared",       // and prepared
    "restore.log_group",      // a group of the log is fetched
    "restore.log_fetched",    // and all of them
    "restore.adopted",        // the files are a data directory
    "restore.replaying",      // the server applies the log
    "restore.replayed",       // and has applied it
    "account.made",           // what is restored becomes a new account: it is there, empty, and nobody is let in
    "account.loaded",         // and has its data, not published
    "account.published",      // and is served once it is resumed
    "in_place.ready",         // a restored server is beside the living one, whole
    "in_place.stopped",       // the living one is stopped
    "in_place.exchanged",     // the restored one is in its place
    "in_place.set_aside",     // what served before has its name
});

const FailPoints kAll{kPoints};

}  // namespace

std::span<const std::string_view> fail_points() { return kAll.names(); }

void fail_point(std::string_view name) { kAll.pass(name); }

}  // namespace slipway::backup
