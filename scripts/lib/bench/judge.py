"""Medians of the rounds, and whether they are what is asked for."""
import statistics


def medians(rounds):
    rounds = [r for r in rounds if r]
    numbers = [name for name, value in (rounds[0] if rounds else {}).items() if isinstance(value, (int, float))]
    together = {name: statistics.median(r[name] for r in rounds) for name in numbers}
    if rounds:
        together["errors"] = sum(r["errors"] for r in rounds)
    return together


def row(scenario, ours, theirs):
    ours, theirs = medians(ours), medians(theirs)
    ratio = ours["rate"] / theirs["rate"] if theirs.get("rate") else None
    return {"key": scenario.key, "title": scenario.title, "against": scenario.against, "bar": scenario.bar,
            "ours": ours, "theirs": theirs, "ratio": ratio}  # fmt: skip


def bar(what, value, least=None, most=None, unit="×"):
    value = value if value is not None else float("nan")  # nothing to compare with: not met
    met = (least is None or value >= least) and (most is None or value <= most)
    wanted = f"≥ {least:g} {unit}" if least is not None else f"≤ {most:g} {unit}"
    return {"what": what, "wanted": wanted, "value": f"{value:.2f} {unit}", "met": met}


def yes(what, problems):
    return {"what": what, "wanted": "yes", "value": "; ".join(problems) or "yes", "met": not problems}


def bars(rows, log_problems):
    found = [bar(f"{r['title']}, of {r['against']}", r["ratio"], r["bar"]) for r in rows if r["bar"]]
    for r in rows:
        if r["key"] == "login":
            during, idle = r["ours"]["reads_p99"], max(r["ours"]["idle_p99"], 0.001)
            found.append(bar("p99 of reads beside logins, of its idle value", during / idle, most=3.0))
    return found + [yes("no update lost, no gap in the log, with two processes", log_problems), yes("no error", errors(rows))]


def errors(rows):
    """Of either side: rounds with errors measure nothing."""
    return [f"{row['title']}: {side['errors']} errors" for row in rows for side in (row["ours"], row["theirs"]) if side.get("errors")]
