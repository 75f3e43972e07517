#!/usr/bin/env python3
"""Holds the architecture: who may include whom, no cycles, file sizes, and what must not stand in the repository."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Part -> parts it may include. The order is the layering, bottom first.
GROUND = ["base", "telemetry", "config", "crypto", "template", "process", "sql", "http", "archive", "lease", "firstboot", "account", "setup", "embedded",
          "command"]
APPLIANCE = [f"appliance/{part}" for part in GROUND]
ALLOWED = {
    "appliance/base": [],
    "appliance/telemetry": ["base"],
    "appliance/config": ["base"],
    "appliance/crypto": ["base"],
    "appliance/template": ["base"],
    "appliance/process": ["base", "telemetry"],
    "appliance/sql": ["base", "telemetry", "crypto"],
    "appliance/http": ["base", "telemetry", "crypto"],
    "appliance/archive": ["base", "crypto"],
    "appliance/lease": ["base", "config"],
    "appliance/firstboot": ["base", "config", "crypto", "archive"],
    "appliance/account": ["base", "telemetry", "crypto", "sql"],
    "appliance/setup": ["base", "crypto", "sql", "account"],
    "appliance/embedded": ["base", "telemetry", "config", "crypto", "process", "sql", "http", "account", "setup"],
    "appliance/command": ["base", "config", "lease", "sql", "embedded"],
}
ALLOWED = {part: [f"appliance/{name}" for name in names] for part, names in ALLOWED.items()}
ALLOWED["services/webui"] = ["appliance/base", "appliance/http", "appliance/template"]
ALLOWED["services/desk"] = APPLIANCE + ["services/webui"]
ALLOWED["services/console"] = APPLIANCE + ["services/webui"]
ALLOWED["services/wizard"] = APPLIANCE + ["services/webui"]
ALLOWED["services/jobs"] = APPLIANCE
ALLOWED["services/operator"] = APPLIANCE
ALLOWED["services/backup"] = APPLIANCE
ALLOWED["services/doctor"] = APPLIANCE
ALLOWED["services/firstboot"] = APPLIANCE
ALLOWED["services/upgrade"] = APPLIANCE
ALLOWED["services/site"] = APPLIANCE
ALLOWED["migrate/engine"] = APPLIANCE
ALLOWED["migrate/dumps"] = APPLIANCE + ["migrate/engine"]
ALLOWED["migrate/products"] = APPLIANCE + ["migrate/engine"]
ALLOWED["migrate/assess"] = APPLIANCE + ["migrate/engine", "migrate/products"]
ALLOWED["migrate/sample"] = APPLIANCE + ["migrate/engine", "migrate/products"]
ALLOWED["migrate/run"] = APPLIANCE + [f"migrate/{part}" for part in ("engine", "dumps", "products", "assess", "sample")]
ALLOWED["migrate/verbs"] = ALLOWED["migrate/run"] + ["migrate/run"]
ALLOWED["services/programs"] = None  # everything

# Header -> the only folder that may include it.
OWNED = {"mysql.h": ("appliance/sql", "migrate/engine"), "boost/process": ("appliance/process",), "Poco/": ("appliance/http", "services/firstboot"),
         "sodium.h": ("appliance/crypto",), "systemd/": ("services/programs",), "toml++": ("appliance/config", "migrate/products")}

MAX_LINES = 600
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]')
VAGUE = re.compile(r"(^|[/_])(utils?|common|helpers?|manager|misc)([._/]|$)", re.IGNORECASE)
SQL = re.compile(r'"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s', re.IGNORECASE)
SQL_PLACES = re.compile(r"(_store[\w]*\.(cpp|hpp)$)|^(migrate|tests)/|^appliance/(sql|account|embedded)/")


def tracked(*patterns):
    out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns], cwd=ROOT,
                         check=True, capture_output=True, text=True)
    return [name for name in out.stdout.splitlines() if (ROOT / name).is_file()]


def part_of(path):
    pieces = path.split("/")
    return "/".join(pieces[:2]) if pieces[0] in {"appliance", "services", "migrate"} and len(pieces) > 2 else None


def includes(path):
    for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match.group(1)


def check_includes(faults):
    edges = {}
    for path in tracked("*.cpp", "*.hpp"):
        part = part_of(path)
        if part is None:
            continue
        if part not in ALLOWED:
            faults.append(f"{path}: folder {part} is not in the table of allowed edges")
            continue
        for number, name in includes(path):
            for header, owners in OWNED.items():
                if name.startswith(header) and not part.startswith(owners):
                    faults.append(f"{path}:{number}: only {' and '.join(owners)} may include {name}")
            other = part_of(name)
            if other is None or other == part:
                continue
            edges.setdefault(part, set()).add(other)
            allowed = ALLOWED[part]
            if allowed is not None and other not in allowed:
                faults.append(f"{path}:{number}: {part} must not include {other}")
            if "_rules." in path and other != "appliance/base":
                faults.append(f"{path}:{number}: rules are pure and include appliance/base only")
    check_cycles(edges, faults)


def check_cycles(edges, faults):
    done, under_way = set(), []

    def visit(part):
        if part in under_way:
            faults.append("cycle: " + " -> ".join([*under_way[under_way.index(part):], part]))
            return
        if part in done:
            return
        under_way.append(part)
        for other in sorted(edges.get(part, ())):
            visit(other)
        under_way.pop()
        done.add(part)

    for part in sorted(edges):
        visit(part)


def check_files(faults):
    for path in tracked("*.cpp", "*.hpp", "*.py", "*.mjs", "*.js", "*.sh", "*.pl", "*.css", "dev"):
        text = (ROOT / path).read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > MAX_LINES:
            faults.append(f"{path}: {lines} lines, at most {MAX_LINES}")
        if VAGUE.search(path):
            faults.append(f"{path}: a vague name; call it by what it does")
        if path.startswith("services/programs/") and path.endswith(".cpp") and lines > 100:
            faults.append(f"{path}: main() only wires, at most 100 lines, has {lines}")
        if path.endswith((".cpp", ".hpp")) and SQL.search(text) and not SQL_PLACES.search(path):
            faults.append(f"{path}: SQL belongs in a *_store file")


def check_read_mes(faults):
    for folder in ["appliance", "services", "migrate", "images", "ansible", "packer", "tests"]:
        read_me = ROOT / folder / "README.md"
        if not read_me.exists():
            faults.append(f"{folder}/README.md is missing")
        elif read_me.read_text(encoding="utf-8").count("\n") > 20:
            faults.append(f"{folder}/README.md: more than 20 lines")


def check_hygiene(faults):
    # The appliance's own operator is no machine of somebody's.
    local = re.compile(r"(?<![\w.}])/(?!home/admin/)(home|root|work|tmp/bash_jobs)/\w")
    for path in tracked():
        if pathlib.Path(path).suffix in {".png", ".gz", ".zst", ".ico", ".woff2"} or path == "tests/architecture/layers.py":
            continue
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if local.search(line):
                faults.append(f"{path}:{number}: a path of one machine")
            if path.endswith("package-lock.json") and '"resolved"' in line:
                faults.append(f"{path}:{number}: a registry's address")


def main():
    faults = []
    for check in (check_includes, check_files, check_read_mes, check_hygiene):
        check(faults)
    if faults:
        sys.exit("\n".join(faults))
    print("architecture: holds")


main()
