#!/usr/bin/env bash
# Copies that are killed at random times (tool, source, target) and resumed. Usage: kills.sh BUILD_DIR; KILLS=200 KILLS_GB=1.
set -euo pipefail
exec python3 "$(dirname "$0")/migrate_kills.py" "$@"
