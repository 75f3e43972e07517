#!/usr/bin/env python3
"""docs/hardening.tsv: every rule of the CIS benchmark for Debian 12 (1.1.0), whether the appliance meets it, and a check that runs on a host.

`page` writes docs/hardening.md, `current` says whether it is, `script` prints the checks for a host of any kind:
  tests/lab/hardening.py script | ssh desk sudo bash -s | grep -v ' as listed$'

A rule that is met has a check that succeeds. One that is not met has a reason, and a check that fails: were it met, the list would be old.
One that is solved in another way has a check that shows the other way."""
import argparse
import collections
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
DOCS = HERE.parents[1] / "docs"
STATES = ("met", "not met", "other")
PARTS = {"1": "Initial set-up", "2": "Services", "3": "Network", "4": "Firewall", "5": "Who gets in", "6": "Logs and their integrity", "7": "Files and accounts"}
Rule = collections.namedtuple("Rule", "number level state asks check why")


class ListError(Exception):
    """A line of the list that cannot be right."""


def load(path=DOCS / "hardening.tsv"):
    """The rules in the order of their numbers; every fault of the file at once."""
    rules, faults = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(Rule._fields):
            faults.append(f"line {number}: {len(cells)} cells, not {len(Rule._fields)}")
            continue
        rule = Rule(*cells)
        if rule.state not in STATES:
            faults.append(f"line {number}: state '{rule.state}' is none of {', '.join(STATES)}")
        if rule.level not in ("1", "2") or not rule.check or not rule.asks:
            faults.append(f"line {number}: rule {rule.number} lacks its level, its words or its check")
        if (rule.state == "met") == bool(rule.why):
            faults.append(f"line {number}: rule {rule.number} is {rule.state} and has {'a' if rule.why else 'no'} reason")
        if rules and order(rules[-1]) >= order(rule):
            faults.append(f"line {number}: rule {rule.number} stands after {rules[-1].number}")
        rules.append(rule)
    if faults:
        raise ListError(f"{path}: " + "; ".join(faults))
    return rules


def order(rule):
    return [int(part) for part in rule.number.split(".")]


def script(rules):
    """What bash runs as root of a host: a line for each rule, `NUMBER as listed` or `NUMBER differs: …`."""
    lines = [(HERE / "hardening_checks.sh").read_text(encoding="utf-8")]
    for rule in rules:
        wanted, other = ("0", "is not met") if rule.state == "met" else ("1", "is met") if rule.state == "not met" else ("0", "is not so")
        verdict = f"echo '{rule.number} as listed'; else echo '{rule.number} differs: {rule.asks.replace(chr(39), '’')}: listed as {rule.state}, and {other}'; fi"
        # In a shell of its own: a check may set what it likes, and end.
        lines.append(f"if (\n{rule.check}\n) >/dev/null 2>&1; then status=0; else status=1; fi\nif [ $status = {wanted} ]; then {verdict}")
    return "\n".join(lines) + "\n"


def differences(rules, said):
    """Rules of the script's answer that are not as the list says, those without an answer among them."""
    answers = dict(line.split(" ", 1) for line in said.splitlines())
    return [f"{rule.number} {answers.get(rule.number, 'has no answer')}" for rule in rules if answers.get(rule.number) != "as listed"]


def page(rules):
    """docs/hardening.md."""
    count = collections.Counter((rule.level, rule.state) for rule in rules)
    out = ["# Hardening: the CIS benchmark for Debian 12", "",
           "Generated from `hardening.tsv` by `tests/lab/hardening.py page`. Numbers are those of *CIS Debian Linux 12 Benchmark* 1.1.0; the words are ours, the",
           "benchmark's own texts are read there. Each row has a check in that file, which the lab runs on a booted appliance: a rule listed as met must be, one",
           "listed as not met must not be, and for one that is solved in another way the other way is shown.", "",
           "| | met | not met, with its reason | solved in another way |", "| --- | --- | --- | --- |"]
    out += [f"| level {level} | {count[level, 'met']} | {count[level, 'not met']} | {count[level, 'other']} |" for level in ("1", "2")]
    out += ["", "On a host of your own: `tests/lab/hardening.py script | ssh HOST sudo bash -s | grep -v ' as listed$'` prints nothing where all is as listed.", "",
            "## Not met", "", "| rule | level | asks for | why not |", "| --- | --- | --- | --- |"]
    out += [f"| {rule.number} | {rule.level} | {rule.asks} | {rule.why} |" for rule in rules if rule.state == "not met"]
    out += ["", "## Solved in another way, or asked of what is not there", "", "| rules | why |", "| --- | --- |"]
    by_reason = collections.defaultdict(list)
    for rule in rules:
        if rule.state == "other":
            by_reason[rule.why].append(rule.number)
    out += [f"| {', '.join(numbers)} | {why} |" for why, numbers in by_reason.items()]
    for part, title in PARTS.items():
        out += ["", f"## Met: {title.lower()}", "", "| rule | level | asks for |", "| --- | --- | --- |"]
        out += [f"| {rule.number} | {rule.level} | {rule.asks} |" for rule in rules if rule.state == "met" and rule.number.split(".")[0] == part]
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["page", "current", "script"])
    verb = parser.parse_args().verb
    rules = load()
    if verb == "script":
        print(script(rules), end="")
        return
    target = DOCS / "hardening.md"
    if verb == "page":
        target.write_text(page(rules), encoding="utf-8")
    elif not target.exists() or target.read_text(encoding="utf-8") != page(rules):
        sys.exit("hardening: docs/hardening.md is stale\nhint: run tests/lab/hardening.py page and commit the result")


if __name__ == "__main__":
    try:
        main()
    except ListError as fault:
        sys.exit(f"hardening: {fault}")
