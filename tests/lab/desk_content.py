"""What a desk on a host of the lab holds: filled over HTTPS as a program does it, read back by HTTPS, and pictured row by row."""
import hashlib
import json
import pathlib
import re
import uuid

import host as lab

# The passwords of the accounts' database users are sealed with a key of the machine that no backup holds: they are given anew on another
# one, and what was done to the accounts is written down.
OF_THE_MACHINE = {"slipway.account_generation", "slipway.journal"}


class Desk:
    """Account production of a host, by HTTPS, from where the lab's controller is."""

    def __init__(self, host):
        self.host = host
        self.base = f"https://{host.network.address(host.last)}"

    def token(self):
        said = self.host.sh("slipway account token production --login admin --label lab --json")
        return json.loads(said.stdout)["token"]

    def ask(self, method, path, token, *arguments):
        """Body of an answer; curl runs in the controller's namespace, and comes again to who is busy."""
        said = lab.run("ip", "netns", "exec", self.host.network.controller, "curl", "-sSk", "--retry", "8", "--fail-with-body", "-X", method,
                       "-H", f"Authorization: Bearer {token}", *arguments, f"{self.base}/api/v1/production{path}", timeout=120)
        return said.stdout

    def fill(self, requests, folder):
        """Opens requests with an attachment each; {number: (subject, text, digest of the attachment)}."""
        token, made = self.token(), {}
        for index in range(requests):
            subject = f"Imprimante n° {index} : bourrage à l'étage"
            text = f"Elle clignote « rouge » depuis ce matin, œuvre d'été n° {index}.\nMerci !"
            data = hashlib.sha256(str(index).encode()).digest() * (1 + index * 40_000)
            file = pathlib.Path(folder) / f"pièce-{index}.bin"
            file.write_bytes(data)
            said = self.ask("POST", "/requests", token, "-F", f"subject={subject}", "-F", f"description={text}", "-F", f"attachments=@{file}")
            made[json.loads(said)["number"]] = (subject, text, hashlib.sha256(data).hexdigest())
        return made

    def read(self):
        """The same of all requests that there are."""
        token, found = self.token(), {}
        for row in json.loads(self.ask("GET", "/requests?max_rows=500&fields=number", token))["requests"]:
            request = json.loads(self.ask("GET", f"/requests/{row['number']}", token))
            first = request["messages"][0]
            digest = None
            for attachment in first["attachments"]:
                digest = self.digest(f"/attachments/{attachment['id']}", token)
            found[row["number"]] = (request["subject"], first["body"], digest)
        return found

    def subjects(self):
        """{number: subject} of all requests, also of merged and deleted ones."""
        token, found, path = self.token(), {}, "/requests?max_rows=500&fields=number,subject&deleted=true&merged=true"
        while path:
            page = json.loads(self.ask("GET", path, token))
            found.update((row["number"], row["subject"]) for row in page["requests"])
            path = page["next"] and page["next"].removeprefix("/api/v1/production")
        return found

    def attachments(self, number):
        """Digests of the bytes that are served of a request's files."""
        token = self.token()
        request = json.loads(self.ask("GET", f"/requests/{number}", token))
        return {self.digest(f"/attachments/{one['id']}", token) for message in request["messages"] for one in message["attachments"]}

    def stored_files(self):
        """Digests of all bytes that are kept, summed anew."""
        databases = json.loads(self.host.sh("slipway account databases production --json").stdout)
        name = next(one["database"] for one in databases if one["state"] == "published")
        return set(rows(self.host, name, "content c", "(SELECT SHA2(COALESCE(GROUP_CONCAT(bytes ORDER BY piece SEPARATOR \"\"), \"\"), 256) "
                                                      "FROM content_piece p WHERE p.content_hash = c.content_hash)").split())

    def digest(self, path, token):
        said = lab.run("ip", "netns", "exec", self.host.network.controller, "bash", "-c",
                       f"set -o pipefail; curl -sSkf -H 'Authorization: Bearer {token}' {self.base}/api/v1/production{path} | sha256sum",
                       timeout=120)
        return said.stdout.split()[0]

    def may_sign_in(self, login, password):
        """Whether the page of the account lets the person in."""
        jar = f"/tmp/{uuid.uuid4()}"
        inside = ["ip", "netns", "exec", self.host.network.controller]
        try:
            page = lab.run(*inside, "curl", "-sSk", "-c", jar, f"{self.base}/production/sign-in").stdout
            csrf = re.search(r'name="csrf" value="([^"]*)"', page).group(1)
            said = lab.run(*inside, "curl", "-sSk", "-b", jar, "-c", jar, "-o", "/dev/null", "-w", "%{http_code}", "-H", f"Origin: {self.base}",
                           "--data-urlencode", f"csrf={csrf}", "-d", "return=", "-d", f"login={login}", "--data-urlencode", f"password={password}",
                           f"{self.base}/production/sign-in").stdout
            return said in ("302", "303")
        finally:
            pathlib.Path(jar).unlink(missing_ok=True)


def picture(host):
    """{"database.table": digest of its definition and of its rows, in the order of the primary key} of all databases of a desk."""
    names = host.sh("mariadb -N -e \"SELECT schema_name FROM information_schema.schemata "
                    "WHERE schema_name = 'slipway' OR schema_name LIKE 'acct\\_%'\"")
    found = {}
    for database in sorted(names.stdout.split()):
        for table in sorted(host.sh(f"mariadb -N -e 'SHOW TABLES' {database}").stdout.split()):
            said = host.sh(f"mariadb-dump --skip-dump-date --skip-comments --order-by-primary --skip-extended-insert --hex-blob {database} {table}"
                           r" | sed 's/ AUTO_INCREMENT=[0-9]*//' | sha256sum")
            found[f"{database}.{table}"] = said.stdout.split()[0]
    if not found:
        raise lab.LabError(f"{host.name}: no databases of a desk")
    return found


def differences(one, other, but=()):
    """Tables that are not the same, but those that must differ."""
    return sorted(name for name in one.keys() | other.keys() if name not in but and one.get(name) != other.get(name))


def rows(host, database, table, columns):
    """Some columns of a table, as text."""
    return host.sh(f"mariadb -N --raw -e 'SET SESSION group_concat_max_len = 1073741824; SELECT {columns} FROM {table} ORDER BY 1' {database}").stdout


__all__ = ["Desk", "picture", "differences", "rows", "OF_THE_MACHINE"]
