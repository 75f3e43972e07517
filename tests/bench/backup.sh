#!/usr/bin/env bash
# Backups beside what people do without Slipway: mariadb-backup | zstd, restic, cp -r, mariadb-binlog | mariadb.
# Usage: backup.sh BUILD_DIR; BACKUP_GB=2 BACKUP_LOG_MB=250 BACKUP_ROUNDS=3,
# BACKUP_PARTS="backups quiet_hour restores archive replays memory". Prints JSON records.
set -euo pipefail
exec python3 "$(dirname "$0")/backup_bench.py" "$@"
