#!/usr/bin/env bash
# A server, its disk and the archiver of its log lost at one random moment, again and again, with commits that wait for the archive
# and with commits that do not: what was acknowledged and is missing afterwards.
# Usage: backup_acknowledge.sh BUILD_DIR; SOAK_ROUNDS=100. Prints two JSON records, the test's words to stderr.
set -euo pipefail
build=$1
rounds=${SOAK_ROUNDS:-100}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
SLIPWAY_BACKUP_ROUNDS=$rounds "$build/bin/fault_tests" \
  --gtest_filter='BackupAcknowledge.NothingAcknowledgedIsMissing*:BackupAcknowledge.WithoutIt*' 2>&1 | tee "$log" >&2 || status=1
awk -v rounds="$rounds" -v status="$status" '
  /^round .* acknowledged/ { all += $3; rate += $6; ++n }
  /^lost without/ { sub(/^lost without acknowledgement: /, ""); off = $0; p99 = $0; sub(/.*p99 /, "", p99); sub(/ ms.*/, "", p99) }
  END {
    printf "{\"name\": \"losses with acknowledgement\", \"ours\": %d, \"peer\": %d, \"peer_name\": \"acknowledged\", \"unit\": \"transactions restored\", \"ratio\": %d, \"command\": \"%d losses, mean %d transactions a second\"}\n", status ? 0 : all, all, !status, n, n ? rate / n : 0
    printf "{\"name\": \"loss without acknowledgement\", \"ours\": %d, \"peer\": 1000, \"peer_name\": \"goal\", \"unit\": \"ms, p99\", \"ratio\": %.2f, \"command\": \"%s\"}\n", p99, p99 / 1000, off
  }' "$log"
exit $status
