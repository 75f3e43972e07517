#!/usr/bin/env bash
# list.sh BUILD_DIR: a list page of 50 requests from an account of 200,000, ours (HTTPS, signed in) against the same lists of
# Request Tracker 5 with 200,000 tickets, in turn on one machine. JSON records on stdout, progress on stderr.
# The peer at its best: code loaded before it forks (Starlet, two workers), a buffer pool that holds the whole database (ours
# keeps its default of 256 MB), no inline editing in the list, plain HTTP, and a user whose rights need no checking.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$(realpath "$1")/bin
rounds=${ROUNDS:-20}
rt=$here/../peers/rt/rt
scratch=$(mktemp -d /tmp/slipway-list.XXXXXX)
state=$scratch/state
say() { printf 'list: %s\n' "$*" >&2; }
finish() {
  "$bin/slipway" down --state-dir "$state" >/dev/null 2>&1 || true
  "$rt" stop "$scratch/rt" || true
  rm -rf "$scratch"
}
trap finish EXIT

say "Request Tracker 5 with 200,000 tickets"
"$rt" copy "$scratch/rt" large
echo 'Set($InlineEdit, 0); 1;' >"$scratch/rt/etc/site.d/bench.pm"
RT_BUFFER_POOL=1G "$rt" start "$scratch/rt"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$rt" web "$scratch/rt" "$port" 2

say "Slipway with an account of 200,000 requests"
url=$("$bin/slipway" up --state-dir "$state" --port 0 --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["url"])')
"$bin/slipway" account create big --state-dir "$state" --json >"$scratch/account.json" 2>"$scratch/account.log"
read -r database login < <(python3 -c 'import json, sys; a = json.load(open(sys.argv[1])); print(a["database"], a["administrator_login"])' "$scratch/account.json")
mariadb --no-defaults --socket="$state/database/run/mariadbd.sock" --default-character-set=utf8mb4 "$database" <"$here/desk_fill.sql" >/dev/null
"$bin/slipway" account reset-password big --login "$login" --state-dir "$state" --json 2>/dev/null |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["password"])' >"$scratch/password"

python3 -B "$here/list_pages.py" "$url/big" "$login" "$scratch/password" "http://127.0.0.1:$port" "$rounds"
