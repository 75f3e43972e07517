#!/usr/bin/env bash
# Two real servers and three real agents on this machine, with a client that remembers what was acknowledged: hand-overs, losses of the
# writer, and schedules of random faults; how long writes stand still, and that nothing is lost and nobody else writes.
# Usage: two_sites.sh BUILD_DIR; SOAK_ROUNDS=50, SOAK_SCHEDULES=500, SOAK_SEED=1. Prints JSON records, the tests' words to stderr.
set -euo pipefail
build=$1
schedules=${SOAK_SCHEDULES:-500}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
TWO_SITES_ROUNDS=${SOAK_ROUNDS:-50} TWO_SITES_SCHEDULES=$schedules TWO_SITES_SEED=${SOAK_SEED:-1} \
  "$build/bin/fault_tests" --gtest_filter='SiteRounds.*:SiteSchedules.*' 2>&1 | tee "$log" >&2 || status=1
awk -v status="$status" -v asked="$schedules" '
  function record(name, text, goal) {
    p99 = text; sub(/.*p99 /, "", p99); sub(/ ms.*/, "", p99)
    sub(/^[^:]*: /, "", text)
    printf "{\"name\": \"%s\", \"ours\": %d, \"peer\": %d, \"peer_name\": \"goal\", \"unit\": \"ms, p99\", \"ratio\": %.2f, \"command\": \"%s\"}\n", name, p99, goal, p99 / goal, text
  }
  /^hand-over, writes stand still/ { record("hand-over between sites", $0, 2000) }
  /^loss of the writer/ { record("armed fail-over", $0, 8000) }
  /^schedule / { ++done; all = $(NF - 1) }
  END { printf "{\"name\": \"schedules of faults\", \"ours\": %d, \"peer\": %d, \"peer_name\": \"asked\", \"unit\": \"passed\", \"ratio\": %.2f, \"command\": \"%d writes acknowledged\"}\n", status ? done - 1 : done, asked, (status ? done - 1 : done) / asked, all }' "$log"
exit $status
