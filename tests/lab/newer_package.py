#!/usr/bin/env python3
"""Packages of a newer version, made of one that was built: as a release after it would be, whole or spoilt on purpose."""
import pathlib
import re
import subprocess

# What a release with a further schema file does, done around the program that migrates: the row and the changed request are what is looked for.
MIGRATING = """\
#!/bin/sh
set -e
if [ "$1" = setup ]; then
  /usr/lib/slipway-next/slipway "$@"
  exec mariadb --batch --execute "CREATE TABLE IF NOT EXISTS acct_production_1.migrated_by (version VARCHAR(40) PRIMARY KEY);
    REPLACE INTO acct_production_1.migrated_by VALUES ('@VERSION@');
    UPDATE acct_production_1.request SET subject = 'migrated by @VERSION@' WHERE subject = 'made before @VERSION@'"
fi
exec /usr/lib/slipway-next/slipway "$@"
"""


def make(package, directory, version, migrates=True, replaced=None):
    """A package like `package` with another version. `replaced`: {path: text} of files that are something else in it."""
    directory = pathlib.Path(directory)
    name = re.match(r"[a-z-]+", pathlib.Path(package).name).group(0)
    tree, target = directory / f"{name}-{version}", directory / f"{name}_{version}_amd64.deb"
    subprocess.run(["dpkg-deb", "--raw-extract", str(package), str(tree)], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"^Version: .*$", f"Version: {version}", control.read_text(encoding="utf-8"), flags=re.M), encoding="utf-8")
    (tree / "DEBIAN/md5sums").unlink(missing_ok=True)
    if migrates and name == "slipway":
        program = tree / "usr/bin/slipway"
        (tree / "usr/lib/slipway-next").mkdir()
        program.rename(tree / "usr/lib/slipway-next/slipway")
        program.write_text(MIGRATING.replace("@VERSION@", version), encoding="utf-8")
        program.chmod(0o755)
    for path, text in (replaced or {}).items():
        (tree / path).unlink()
        (tree / path).write_text(text, encoding="utf-8")
        (tree / path).chmod(0o755)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(tree), str(target)], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["rm", "-r", str(tree)], check=True)
    return target
