#!/usr/bin/env bash
# Moving a database: slipway-migrate copy (keys and verification included) beside mydumper/myloader and mariadb-dump.
# Usage: migrate.sh BUILD_DIR [SHAPE…]; sizes in gigabytes: MIGRATE_GB="1 4". Prints JSON records.
set -euo pipefail
exec python3 "$(dirname "$0")/migrate_bench.py" "$@"
