#!/usr/bin/env bash
# Rows copied per second from one MariaDB to another: slipway-migrate copy (keys and verification included) against
# mariadb-dump | mariadb (keys included, no verification), same servers, same data, one run.
# Usage: copy.sh BUILD_DIR [SCALE]; scale 1 is about 300 MB. Prints one JSON record.
set -euo pipefail
build=$(realpath "$1"); scale=${2:-1}
here=$(mktemp -d "${TMPDIR:-/tmp}/slipway-bench-copy.XXXXXX")
servers=()
finish() {
  for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${servers[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$here"
}
trap finish EXIT

user=$(id -un)
start_server() {  # name
  local dir=$here/$1
  mkdir -p "$dir/tmp"
  mariadb-install-db --no-defaults --datadir="$dir/data" --tmpdir="$dir/tmp" --auth-root-authentication-method=normal \
    --skip-test-db ${user:+--user="$user"} >"$dir/install.log" 2>&1
  mariadbd --no-defaults --datadir="$dir/data" --tmpdir="$dir/tmp" --socket="$dir/s" --pid-file="$dir/pid" --skip-networking --user="$user" \
    --innodb-buffer-pool-size=768M --innodb-log-file-size=256M --innodb-flush-log-at-trx-commit=2 \
    --max-allowed-packet=64M --skip-log-bin >"$dir/log" 2>&1 &
  servers+=($!)
  for _ in $(seq 300); do mariadb-admin --no-defaults -u root -S "$dir/s" ping >/dev/null 2>&1 && return; sleep 0.1; done
  echo "copy.sh: server $1 did not start" >&2; tail -5 "$dir/log" >&2; exit 1
}
query() { mariadb --no-defaults -u root -S "$here/$1/s" -N -B "${@:2}"; }

start_server source
start_server target
tickets=$((120000 * scale)) articles=$((180000 * scale)) files=$((2400 * scale))
query source <<SQL
CREATE DATABASE desk CHARACTER SET utf8mb4; USE desk; SET rand_seed1 = 7, rand_seed2 = 11;
CREATE TABLE ticket (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, tn VARCHAR(30) NOT NULL, title VARCHAR(255), queue_id INT NOT NULL,
  owner_id INT NOT NULL, state TINYINT NOT NULL, priority TINYINT NOT NULL, customer VARCHAR(150), created DATETIME NOT NULL,
  changed DATETIME NOT NULL, age INT AS (DATEDIFF(changed, created)) VIRTUAL, UNIQUE KEY tn (tn), KEY queue (queue_id, state),
  KEY owner (owner_id), KEY customer (customer), KEY created (created)) ENGINE=InnoDB;
CREATE TABLE article (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, ticket_id BIGINT NOT NULL, sender VARCHAR(200), subject VARCHAR(300),
  body MEDIUMTEXT, created DATETIME NOT NULL, score DOUBLE, KEY ticket (ticket_id), KEY created (created),
  CONSTRAINT article_ticket FOREIGN KEY (ticket_id) REFERENCES ticket (id)) ENGINE=InnoDB;
CREATE TABLE file (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, article_id BIGINT NOT NULL, name VARCHAR(250), content LONGBLOB,
  KEY article (article_id)) ENGINE=InnoDB;
INSERT INTO ticket (tn, title, queue_id, owner_id, state, priority, customer, created, changed)
  SELECT CONCAT('2026', LPAD(seq, 12, '0')), CONCAT('Printer ', MD5(seq), ' does not answer'), seq % 40, seq % 211, seq % 7, seq % 5,
  CONCAT('customer', seq % 9000, '@example.net'), '2020-01-01' + INTERVAL seq MINUTE, '2020-01-02' + INTERVAL seq * 2 MINUTE FROM seq_1_to_$tickets;
INSERT INTO article (ticket_id, sender, subject, body, created, score)
  SELECT 1 + seq % $tickets, CONCAT('agent', seq % 300, '@example.net'), CONCAT('Re: ', MD5(seq)),
  REPEAT(CONCAT(MD5(seq), ' it''s a line of text\r\n'), 5 + seq % 22), '2020-01-01' + INTERVAL seq MINUTE, RAND() FROM seq_1_to_$articles;
INSERT INTO file (article_id, name, content)
  SELECT seq * 3, CONCAT('file', seq, '.bin'), REPEAT(UNHEX(CONCAT(SHA2(seq, 512), SHA2(-seq, 512))), 60 + seq % 500) FROM seq_1_to_$files;
SQL
query target -e "CREATE DATABASE peer CHARACTER SET utf8mb4; CREATE DATABASE ours CHARACTER SET utf8mb4"
rows=$((tickets + articles + files))
bytes=$(query source -e "SELECT SUM(data_length) FROM information_schema.tables WHERE table_schema='desk'")

now() { date +%s.%N; }
begin=$(now)
mariadb-dump --no-defaults -u root -S "$here/source/s" --single-transaction --quick desk | mariadb --no-defaults -u root -S "$here/target/s" peer
peer=$(python3 -c "print($(now) - $begin)")
# Not CHECKSUM TABLE alone: it reads virtual columns as they happen to lie in memory.
checksum() {
  query "$1" "$2" -e "CHECKSUM TABLE article, file" | cut -f2
  query "$1" "$2" -e "SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', id, tn, title, queue_id, owner_id, state, priority, customer, created, changed, age))) FROM ticket"
}
[[ $(checksum source desk) == "$(checksum target peer)" ]] || { echo "copy.sh: the peer's copy differs" >&2; exit 1; }
query target -e "DROP DATABASE peer"

begin=$(now)
"$build/bin/slipway-migrate" copy --source "socket=$here/source/s,db=desk" --target "socket=$here/target/s,db=ours" ${COPY_ARGS:-} >"$here/ours.json" 2>"$here/ours.log" ||
  { cat "$here/ours.log" >&2; exit 1; }
ours=$(python3 -c "print($(now) - $begin)")
[[ $(checksum source desk) == "$(checksum target ours)" ]] || { echo "copy.sh: our copy differs" >&2; exit 1; }
[[ -z ${COPY_KEEP_LOG:-} ]] || cat "$here/ours.json" "$here/ours.log" >&2

python3 - <<PY
import json
ours, peer = $rows / $ours, $rows / $peer
print(json.dumps({"name": "copy", "ours": round(ours), "peer": round(peer), "peer_name": "mariadb-dump | mariadb", "unit": "rows/s",
                  "ratio": round(ours / peer, 2), "command": "slipway-migrate copy, %d rows, %d MB, keys and verification included" % ($rows, $bytes / 1e6)}))
PY
