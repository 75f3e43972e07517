"""The report of a drill as a page of its own: no script, nothing from elsewhere, for a telephone and for paper. Whatever was measured or
typed is escaped."""
import html

STYLE = """
:root{color-scheme:light dark;--ink:#16202c;--soft:#56677a;--line:#d9e0e7;--page:#f6f8fa;--card:#fff;--good:#0b7a4b;--bad:#b3261e;--none:#8a5a00;
--bar:#1f5fbf;--track:#e6ecf2}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#9fb0c0;--line:#2c3947;--page:#10161d;--card:#18212b;--good:#4fd19a;--bad:#ff8a80;
--none:#f0b95a;--bar:#7fb2ff;--track:#243140}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:62rem;margin:0 auto;padding:2rem 1rem}h1{font-size:1.7rem;line-height:1.2;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2rem 0 .6rem}
p{margin:.4rem 0;overflow-wrap:anywhere}.soft,footer{color:var(--soft)}footer{font-size:.85rem;margin-top:2rem;overflow-wrap:anywhere}
.verdict{background:var(--card);border:1px solid var(--line);
border-left:.5rem solid var(--none);border-radius:.5rem;padding:1rem 1.1rem;margin:1.2rem 0}
.verdict b{display:block;font-size:1.6rem;line-height:1.2;color:var(--none)}
.verdict.passed{border-left-color:var(--good)}.passed b,.yes{color:var(--good)}
.verdict.failed{border-left-color:var(--bad)}.failed b,.no{color:var(--bad)}.yes,.no{font-weight:600;white-space:nowrap}
.table{background:var(--card);border:1px solid var(--line);border-radius:.5rem;overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.45rem .8rem;border-bottom:1px solid var(--line);vertical-align:top}tr:last-child>*{border-bottom:0}
th{color:var(--soft);font-weight:600;font-size:.85rem}td small{display:block;color:var(--soft);font-size:.85rem}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.bar{width:34%}
.track{position:relative;height:.7rem;margin-top:.4rem;background:var(--track);border-radius:.35rem;overflow:hidden;min-width:4rem}
.track i{position:absolute;top:0;bottom:0;background:var(--bar);min-width:2px;-webkit-print-color-adjust:exact;print-color-adjust:exact}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}code{overflow-wrap:anywhere}
@media(max-width:40rem){.bar{display:none}th,td{padding:.4rem .5rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--line:#bbb;--page:#fff;--card:#fff;--good:#0b7a4b;--bad:#b3261e;--none:#8a5a00;
--bar:#1f5fbf;--track:#e6ecf2}
body{font-size:11pt}main{padding:0;max-width:none}h2{break-after:avoid}tr,.verdict{break-inside:avoid}}
"""
HEADLINES = {"passed": "Passed", "failed": "Failed", "not carried out": "Not carried out"}
LOST_SHOWN = 50


def escaped(value):
    return html.escape(str(value), quote=True)


def number(value, unit=""):
    """A figure for people; a dash where nothing was measured."""
    if value is None:
        return "–"
    text = f"{value:.1f}" if isinstance(value, float) else f"{value:,}".replace(",", "\u202f")
    return escaped(f"{text} {unit}".strip())


def table(head, rows):
    """Cells are HTML; a head that begins with '#' is of numbers, with '|' of bars."""
    kinds = [{"#": ' class="n"', "|": ' class="bar"'}.get(name[:1], "") for name in head]
    top = "".join(f'<th scope="col"{kind}>{escaped(name.lstrip("#|"))}</th>' for name, kind in zip(head, kinds))
    body = "".join("<tr>" + "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(row, kinds)) + "</tr>" for row in rows)
    return f'<div class="table"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def bar(begin, end, whole):
    """From one moment to another, of so much; nothing when it never came."""
    if end is None or not whole:
        return ""
    left, wide = (round(max(0.0, min(100.0, 100 * part / whole)), 1) for part in (begin, end - begin))
    return f'<div class="track"><i style="left:{left}%;width:{wide}%"></i></div>'


def named(pairs):
    return "<dl>" + "".join(f"<dt>{escaped(name)}</dt><dd>{escaped(value or '–')}</dd>" for name, value in pairs) + "</dl>"


def page(facts, trend):
    """The whole page. `trend`: lines of the last drills, this one the last."""
    order, verdict = facts["order"], facts["verdict"]
    parts = [f"<h1>Drill of two sites</h1><p class=\"soft\">{escaped(facts['drill'])} · ordered by {escaped(order['by'])} · "
             f"{escaped(order['because'])}</p>",
             f'<div class="verdict {escaped(verdict["word"].replace(" ", "-"))}"><b>{HEADLINES[verdict["word"]]}</b>{summary(facts)}</div>',
             goals(verdict["goals"]), failover(facts), lost(facts), way_back(facts), circumstances(facts), last(trend), limits()]
    foot = (f"Signed by the key {escaped(facts.get('signed_by', '–'))} (SHA-256). <code>./dev lab drill --verify DIR</code> tells whether this page "
            "is as it was signed.")
    return ('<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>Drill {escaped(facts['drill'])}: {escaped(verdict['word'])}</title><style>{STYLE}</style></head><body><main>"
            + "".join(parts) + f"<footer>{foot}</footer></main></body></html>\n")


def summary(facts):
    """In words, what came of it."""
    said, found = [], facts.get("failover", {})
    if facts.get("fault"):
        said.append(f"It came as far as: {facts['reached']}. What stopped it: {facts['fault']}")
    if found.get("rto_seconds") is not None:
        said.append(f"{found['to']} took over from {found['from']}: the first request was acknowledged again {found['rto_seconds']:.1f} s after "
                    "the power cut.")
    elif found:
        said.append(f"{found['from']} lost its power, and no request was acknowledged at {found['to']} while the drill waited.")
    if found.get("rpo"):
        count = found["rpo"]["transactions"]
        said.append(f"{count} acknowledged requests are lost." if count else "No acknowledged request is lost.")
    missed = [row["name"] for row in facts["verdict"]["goals"] if row["met"] is False]
    if missed and facts["state"] == "carried out":
        said.append(f"Missed: {', '.join(missed)}.")
    said += facts.get("remarks", [])
    return "".join(f"<p>{escaped(words)}</p>" for words in said)


def goals(rows):
    def state(row):
        if row["met"] is None:
            return '<span class="soft">none kept</span>'
        if not row["met"] and row["measured"] is None and row["wanted"] is not None:
            return '<span class="no">not measured</span>'
        return '<span class="yes">✓ met</span>' if row["met"] else '<span class="no">✗ missed</span>'
    return "<h2>Goals</h2>" + table(["Goal", "#At most", "#Measured", ""], [
        (f"{escaped(row['name'])}<small>{escaped(row['words'])}</small>", number(row["wanted"], row["unit"]),
         number(row["measured"], row["unit"]), state(row))
        for row in rows])


def failover(facts):
    rows = facts.get("failover", {}).get("phases")
    if not rows:
        return ""
    whole = max((row["since_cut"] or 0 for row in rows), default=0)
    cells, before = [], 0.0
    for row in rows:
        cells.append((escaped(row["words"]), number(row["since_cut"], "s"), number(row["since_order"], "s"), bar(before, row["since_cut"], whole)))
        before = row["since_cut"] if row["since_cut"] is not None else before
    found, order = facts["failover"], facts["order"]
    held = f" The order was held back {order['held_seconds']} s, as if a person had thought it over." if order.get("held_seconds") else ""
    return ("<h2>Fail-over</h2><p class=\"soft\">" + escaped(f"Power cut of {found['from']} at {found['cut_at']}; times are seconds.{held}") + "</p>"
            + table(["Phase", "#Since the cut", "#Since the order", "|"], cells)
            + f"<p>People waited {number(found.get('stall_seconds'), 's')} between two acknowledged requests.</p>")


def lost(facts):
    """What people were told and what is there."""
    found, text = facts.get("failover", {}), ""
    if not found.get("outcomes"):
        return ""
    counted = found["outcomes"]
    text += (f"<h2>What people were told</h2><p>{number(counted['acknowledged'])} requests were acknowledged, {number(counted['refused'])} refused, "
             f"and of {number(counted['unknown'])} nobody was told anything; {number(counted['per_second'])} a second over all.</p>")
    if not found.get("writes"):
        return text + "<p>What is there was not looked at.</p>"
    writes = found["writes"]
    rows = ([(one["subject"], "acknowledged, and lost", f"{one['seconds_before_cut']:.1f} s before the cut") for one in writes["lost"]]
            + [(one["subject"], "there more than once", f"{one['times']} times") for one in writes["doubled"]]
            + [(one["subject"], "refused, and there", "") for one in writes["refused_but_there"]])
    if not rows:
        return text + f"<p>Looked up at {escaped(found['to'])} one by one: each acknowledged one is there once, and none that was refused.</p>"
    more = f"<p>and {len(rows) - LOST_SHOWN} more, all in report.json</p>" if len(rows) > LOST_SHOWN else ""
    return text + table(["Request", "What became of it", ""], [tuple(map(escaped, row)) for row in rows[:LOST_SHOWN]]) + more


def way_back(facts):
    found = facts.get("failback", {})
    if not found:
        return ""
    counted = found.get("outcomes", {})
    return "<h2>Fail-back</h2>" + table(["Step", "#Seconds"], [
        ("the lost site has booted", number(found.get("boot_seconds"))),
        ("it follows, and has everything", number(found.get("follows_seconds"))),
        ("failback.yml", number(found.get("playbook_seconds"))),
        ("people waited between two acknowledged requests", number(found.get("stall_seconds")))]) + (
        f"<p>{number(counted['acknowledged'])} requests were acknowledged meanwhile; {len(found['writes']['lost'])} of them are lost.</p>"
        if counted and found.get("writes") else "")


def circumstances(facts):
    order, package, host, load = facts["order"], facts.get("package", {}), facts.get("host", {}), facts.get("load", {})
    return "<h2>Circumstances</h2>" + named([
        ("Ordered by", order["by"]), ("Why", order["because"]), ("Order given at", order.get("given_at")),
        ("Began with", facts.get("begins_with")),
        ("Load", f"{load['clients']} clients, at most {load['rate']} requests a second asked for" if load else None),
        ("Production", facts.get("production", {}).get("words")),
        ("Package", " ".join(str(package[key]) for key in ("Package", "Version", "Architecture") if package.get(key))),
        ("Its SHA-256", package.get("sha256")), ("Commit", facts.get("commit")),
        ("Machine", ", ".join(f"{key} {value}" for key, value in host.items())),
        ("From beginning to end", f"{facts['began_at']} to {facts.get('ended_at', '–')}")])


def last(trend):
    if not trend:
        return ""
    whole = max([line["rto_seconds"] or 0 for line in trend] + [line["rto_goal"] or 0 for line in trend])
    return "<h2>The last drills</h2>" + table(["Drill", "Came to", "#RTO, s", "#RPO", "#Fail-back, s", "|RTO"], [
        (escaped(line["drill"]), f'<span class="{"yes" if line["word"] == "passed" else "no"}">{escaped(line["word"])}</span>',
         number(line["rto_seconds"]), number(line["rpo_transactions"]), number(line["failback_stall_seconds"]),
         bar(0, line["rto_seconds"], whole)) for line in reversed(trend)])


def limits():
    return ("<h2>What this does not show</h2><p>Sites, witness, name server and client were namespaces of one machine: one kernel, one clock, one "
            "disk, and no distance between the sites. The power cut ends every process at once and keeps what the kernel had already taken for the "
            "disk. The desk began empty; large data take longer to come up. "
            "A person's decision takes longer than this order did. Backups were not restored.</p>")
