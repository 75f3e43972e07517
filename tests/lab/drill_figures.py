"""What a drill has measured, put into figures and held against its goals. Pure: no hosts, no files.

Times are seconds of the machine's monotonic clock, which the client's records are in as well."""
DOCUMENTS_RTO_SECONDS = 4 * 3600
DOCUMENTS_RPO_SECONDS = 2 * 3600
PHASES = {
    "detected": "the other site sees that this one is gone",
    "ordered": "the order is given: failover.yml begins",
    "elected": "two of three have voted: the writes are there",
    "writable": "its database takes writes",
    "address": "the desk's name leads there",
    "signed_in": "first sign-in by the desk's name",
    "acknowledged": "first acknowledged request of people at work",
    "playbook": "failover.yml has ended",
}


def first_acknowledged(records, since):
    """When somebody was first told that a request is kept, of those who began after this moment; nothing when nobody was."""
    return min((record.ended for record in records if record.outcome == "acknowledged" and record.began >= since), default=None)


def phases(marks, cut):
    """The phases that were seen, in the order of time, then those that never came; each since the power cut and since the order."""
    ordered = marks.get("ordered")
    rows = [{"name": name, "words": words, "since_cut": _since(marks.get(name), cut), "since_order": _since(marks.get(name), ordered)}
            for name, words in PHASES.items()]
    return sorted(rows, key=lambda row: (row["since_cut"] is None, row["since_cut"] or 0))


def _since(moment, begin):
    """Nothing of what never came, or came before."""
    return None if moment is None or begin is None or moment < begin else round(moment - begin, 2)


def outcomes(records):
    """How many of each outcome, and how many a second were acknowledged."""
    counted = {outcome: sum(record.outcome == outcome for record in records) for outcome in ("acknowledged", "refused", "unknown")}
    times = [record.ended for record in records if record.outcome == "acknowledged"]
    span = max(times, default=0) - min(times, default=0)
    return {**counted, "per_second": round(len(times) / span, 1) if span > 0 else None}


def writes(contradictions, records, cut):
    """What a site has against what people were told. `contradictions` as of TwoSiteDesk: (subject, outcome, how often it is there).
    The age of a lost one: how long before the cut it had been acknowledged; one that was acknowledged later counts as 0."""
    ended = {record.subject: record.ended for record in records}
    found = {"lost": [], "doubled": [], "refused_but_there": []}
    for subject, outcome, there in contradictions:
        if outcome == "acknowledged" and there == 0:
            found["lost"].append({"subject": subject, "seconds_before_cut": round(max(0.0, cut - ended[subject]), 3)})
        elif there > 1:
            found["doubled"].append({"subject": subject, "times": there})
        else:
            found["refused_but_there"].append({"subject": subject})
    return found


def rpo(found):
    """Lost acknowledged transactions, and the age of the oldest."""
    return {"transactions": len(found["lost"]), "seconds": max((one["seconds_before_cut"] for one in found["lost"]), default=0.0)}


def judge(facts):
    """The goals, each with what was wanted and what came of it, and the word over all: passed, failed, or not carried out."""
    goals, failover, back = facts["goals"], facts.get("failover", {}), facts.get("failback", {})
    rto, lost = failover.get("rto_seconds"), failover.get("rpo")
    wrong = _wrong(failover, back)
    production = facts.get("production", {}).get("untouched")
    rows = [
        _goal("RTO", "power cut to the first acknowledged request", "s", goals["rto_seconds"], rto),
        _goal("RPO", "acknowledged requests that are lost", "", goals["rpo_transactions"], lost and lost["transactions"]),
        _goal("RTO of the documents", "the same", "s", DOCUMENTS_RTO_SECONDS, rto),
        _goal("RPO of the documents", "age of the oldest lost request", "s", DOCUMENTS_RPO_SECONDS, lost and lost["seconds"]),
        _goal("Nothing doubled", "requests that are there twice, or though they were refused", "", 0, wrong),
        _goal("Fail-back", "requests on either site, in the end, that contradict what people were told since", "", 0,
              len(back["against"]) if back.get("arrived") and "against" in back else None),
        {"name": "Production untouched", "words": "the kept lab before and after", "unit": "", "wanted": None,
         "measured": None, "met": production},
    ]
    if facts["state"] != "carried out":
        return {"word": "not carried out", "passed": False, "goals": rows}
    passed = all(row["met"] is not False for row in rows)
    return {"word": "passed" if passed else "failed", "passed": passed, "goals": rows}


def _goal(name, words, unit, wanted, measured):
    """Met when something was measured and is not above what is wanted."""
    return {"name": name, "words": words, "unit": unit, "wanted": wanted, "measured": measured, "met": measured is not None and measured <= wanted}


def _wrong(*parts):
    """Doubled and refused but there, on either way; nothing when nobody looked."""
    found = [part["writes"] for part in parts if part.get("writes")]
    return sum(len(one["doubled"]) + len(one["refused_but_there"]) for one in found) if found else None


def exit_status(facts):
    """0: all goals met, 1: one was missed, 2: the drill was not carried out."""
    if facts["state"] != "carried out":
        return 2
    return 0 if facts["verdict"]["passed"] else 1


def trend_line(facts):
    """What the trend keeps of a drill."""
    failover, back = facts.get("failover", {}), facts.get("failback", {})
    return {"drill": facts["drill"], "began_at": facts["began_at"], "word": facts["verdict"]["word"],
            "rto_seconds": failover.get("rto_seconds"), "rto_goal": facts["goals"]["rto_seconds"],
            "rpo_transactions": failover.get("rpo", {}).get("transactions"), "rpo_seconds": failover.get("rpo", {}).get("seconds"),
            "failback_stall_seconds": back.get("stall_seconds"), "by": facts["order"]["by"],
            "version": facts.get("package", {}).get("Version"),
            "commit": facts.get("commit")}


def production(before, after):
    """Whether the lab that is kept is as it was: the same machines, running since; the same epoch and holder. Its newest transaction is named,
    and may move on by what it does itself."""
    if before is None:
        return {"untouched": None, "words": "No lab was kept on this machine, so there was none to touch." +
                (" One was started meanwhile." if after is not None else "")}
    if after is None:
        return {"untouched": False, "words": "A lab was kept when the drill began, and none when it ended.", "before": before}
    same = before["members"] == after["members"] and before["machines"] == after["machines"]
    words = "The kept lab's machines run as before" + (
        "; no site was set up on them." if not before["members"] else ", and each member names the same epoch and holder.")
    if not same:
        words = "The kept lab is not as it was: its machines, epoch or holder have changed."
    elif before["position"] != after["position"]:
        was, now = (one["position"] or "unknown" for one in (before, after))
        words += f" Its newest transaction was {was} and is {now}: it went on with its own work."
    elif before["position"]:
        words += f" Its newest transaction is {after['position']}, as before."
    return {"untouched": same, "words": words, "before": before, "after": after}
