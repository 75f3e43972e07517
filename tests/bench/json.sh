#!/usr/bin/env bash
# Cached JSON of 1 kB over plain HTTP against nginx serving the same bytes. Usage: json.sh BUILD_DIR
exec python3 "$(dirname "$0")/http_json.py" "$@"
