"""What a migrated account holds, read over the mariadb client. Text travels as hexadecimal, so nothing the client or
the shell could change is in between."""
import base64
import collections
import hashlib
import json
import subprocess
import tomllib


class Target:
    def __init__(self, socket, database):
        self.command = ["mariadb", "--no-defaults", "--socket=" + socket, "--user=root", "--default-character-set=utf8mb4",
                        "--batch", "--skip-column-names", "--quick", database, "--execute"]

    def rows(self, columns, rest):
        """`columns` are SQL expressions; every value comes back as str or None."""
        fields = ", ".join("COALESCE(HEX(CONVERT(%s USING utf8mb4)), '-')" % column for column in columns)
        done = subprocess.run(self.command + ["SELECT %s %s" % (fields, rest)], capture_output=True, check=False)
        if done.returncode:
            raise SystemExit("compare: " + done.stderr.decode(errors="replace").strip())
        for line in done.stdout.decode("ascii").splitlines():
            yield tuple(None if cell == "-" else bytes.fromhex(cell).decode("utf-8") for cell in line.split("\t"))

    def contents(self):
        """sha256 (hexadecimal, of the stored pieces, computed here) and size, by the hash the row claims."""
        statement = ("SELECT HEX(c.content_hash), c.size_bytes, COALESCE(HEX(p.bytes), '') FROM content c"
                     " LEFT JOIN content_piece p USING (content_hash) ORDER BY c.content_hash, p.piece")
        found = {}
        with subprocess.Popen(self.command + [statement], stdout=subprocess.PIPE) as client:
            for line in client.stdout:
                claimed, size, data = line.rstrip(b"\n").split(b"\t")
                digest, seen, _ = found.get(claimed, (None, 0, 0))
                digest = digest or hashlib.sha256()
                data = bytes.fromhex(data.decode())
                digest.update(data)
                found[claimed] = (digest, seen + len(data), int(size))
            if client.wait():
                raise SystemExit("compare: the contents cannot be read")
        return {claimed.decode().lower(): (digest.hexdigest(), seen, size) for claimed, (digest, seen, size) in found.items()}

    def people(self):
        columns = ["person_id", "login", "email", "display_name", "role", "language", "active"]
        return {row[0]: dict(zip(columns, row)) for row in self.rows(columns, "FROM person")}

    def requests(self):
        columns = ["number", "subject", "status", "severity", "requester_id", "assignee_id", "close_reason", "merged_into",
                   "UNIX_TIMESTAMP(created_at)", "UNIX_TIMESTAMP(updated_at)", "deleted_at", "team.name"]
        names = ["number", "subject", "status", "severity", "requester", "assignee", "close_reason", "merged_into", "created",
                 "updated", "deleted_at", "team"]
        return {int(row[0]): dict(zip(names, row)) for row in self.rows(columns, "FROM request LEFT JOIN team USING (team_id)")}

    def messages(self):
        found = collections.defaultdict(list)
        columns = ["number", "message_id", "author_id", "visibility", "body", "format", "UNIX_TIMESTAMP(written_at)", "source_key"]
        for row in self.rows(columns, "FROM message ORDER BY number, written_at, message_id"):
            found[int(row[0])].append(dict(zip(["number", "id", "author", "visibility", "body", "format", "time", "key"], row)))
        return found

    def attachments(self):
        found = collections.defaultdict(list)
        columns = ["message_id", "file_name", "media_type", "size_bytes", "LOWER(HEX(content_hash))", "source_key"]
        for row in self.rows(columns, "FROM attachment ORDER BY attachment_id"):
            found[row[0]].append(dict(zip(["message", "file_name", "media_type", "size", "sha256", "key"], row)))
        return found

    def grouped(self, columns, rest):
        found = collections.defaultdict(list)
        for row in self.rows(["number", *columns], rest):
            found[int(row[0])].append(row[1:])
        return found

    def watchers(self):
        return self.grouped(["person_id", "role"], "FROM request_watcher")

    def links(self):
        return self.grouped(["kind", "target_number", "target_url"], "FROM request_link")

    def fields(self):
        return self.grouped(["f.name", "f.kind", "v.value"],
                            "FROM custom_value v JOIN custom_field f USING (field_id) ORDER BY number, field_id, position")

    def kept(self):
        """What was kept aside: (table, key) → the rows' objects."""
        found = collections.defaultdict(list)
        for table, key, content in self.rows(["source_table", "source_key", "content"], "FROM kept_aside"):
            found[table, key].append(json.loads(content))
        return found


def kept_bytes(rows, column):
    """The bytes of a binary column of the first row that has it, transfer encoding undone; None without one."""
    for row in rows:
        for name, value in row.items():
            if name.startswith(column) and value is not None:
                data = base64.b64decode(value)
                return base64.b64decode(data) if row.get("ContentEncoding") == "base64" else data
    return None


def status_map(*paths):
    """The rows of the maps in TOML, later files on top: status of RT → (status here, deleted)."""
    found = {}
    for path in paths:
        with open(path, "rb") as file:
            for row in tomllib.load(file)["status"]:
                found[row["from"]] = (row["status"], row.get("deleted", False))
    return found
