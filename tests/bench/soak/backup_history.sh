#!/usr/bin/env bash
# Random histories of a server and its replicas, each restored to random moments: everything must be equal.
# Usage: backup_history.sh BUILD_DIR; SOAK_TARGETS=1000 SOAK_HISTORIES=4 SOAK_SEED=7 (the first history's; the others count on).
# Prints one JSON record, and every history's words to stderr; fails when one restore differs.
set -euo pipefail
build=$1
targets=${SOAK_TARGETS:-1000} histories=${SOAK_HISTORIES:-4} seed=${SOAK_SEED:-$RANDOM}
program=${SOAK_PROGRAM:-$build/bin/integration_tests}
began=$SECONDS
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
for ((number = 0; number < histories; ++number)); do
  SLIPWAY_SEED=$((seed + number)) SLIPWAY_HISTORY_TARGETS=$((targets / histories)) \
    SLIPWAY_HISTORY_STEPS=${SOAK_STEPS:-400} SLIPWAY_HISTORY_BACKUP_EVERY=40 SLIPWAY_HISTORY_PROMOTE_EVERY=130 \
    SLIPWAY_HISTORY_LARGE_BYTES=${SOAK_LARGE_BYTES:-120000000} \
    "$program" --gtest_filter='BackupHistory.*' 2>&1 | tee -a "$log" >&2 || status=1
done
equal=$(sed -n 's/^targets: .*: \([0-9]*\) equal.*/\1/p' "$log" | awk '{ all += $1 } END { print all + 0 }')
printf '{"name": "restores of %d histories", "ours": %d, "peer": %d, "peer_name": "targets", "unit": "equal", "ratio": %s, "command": "BackupHistory, seeds from %d, %d s"}\n' \
  "$histories" "$equal" "$targets" "$(awk "BEGIN { print $equal / $targets }")" "$seed" $((SECONDS - began))
exit $status
