#!/usr/bin/env bash
# Faults put into a repository, one at a time: each must be found before anything is overwritten, and none where there is none.
# Usage: backup_faults.sh BUILD_DIR; SOAK_FAULTS=10000 SLIPWAY_SEED=7. Prints one JSON record, the test's words to stderr.
set -euo pipefail
build=$1
faults=${SOAK_FAULTS:-10000} began=$SECONDS
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
SLIPWAY_BACKUP_FAULTS=$faults "$build/bin/fault_tests" --gtest_filter='BackupRepositoryFault.*' 2>&1 | tee "$log" >&2 || status=1
found=$((status ? 0 : faults))
printf '{"name": "faults of a repository", "ours": %d, "peer": %d, "peer_name": "injected", "unit": "found", "ratio": %s, "command": "BackupRepositoryFault, %d s: %s"}\n' \
  "$found" "$faults" "$(awk "BEGIN { print $found / $faults }")" $((SECONDS - began)) "$(sed -n 's/^[0-9]* faults: //p' "$log")"
exit $status
