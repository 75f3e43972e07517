#!/usr/bin/env bash
# Moving a database from MySQL beside moving it from MariaDB. Usage: mysql.sh BUILD_DIR; MIGRATE_GB=0.5. Prints JSON records.
set -euo pipefail
exec python3 "$(dirname "$0")/migrate_mysql.py" "$@"
