"""Keeps the figures in docs/performance and writes the page and its charts from all that are kept."""
import datetime
import json
import os
import pathlib
import platform
import string

import chart
import show
import world

DOCS = pathlib.Path(os.environ.get("DOCS_DIR") or world.ROOT / "docs")
FIGURES, PAGE = DOCS / "performance", DOCS / "performance.md"
PARTS = ("figures", "overload", "growth")


def machine():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    postgres = world.sql("show server_version").split()[0]
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, PostgreSQL {postgres}; load generator and database on the same machine"


def keep(part, what):
    FIGURES.mkdir(parents=True, exist_ok=True)
    what |= {"date": datetime.date.today().isoformat(), "machine": machine(), "profile": os.environ["PROFILE"]}
    (FIGURES / f"{part}.json").write_text(json.dumps(what, indent=1, ensure_ascii=False) + "\n")
    write()


def write():
    kept = {part: json.loads(path.read_text()) for part in PARTS if (path := FIGURES / f"{part}.json").exists()}
    values = {part: "Not measured yet.\n" for part in PARTS}
    for part, what in kept.items():
        values[part] = f"{what['date']}; {what['machine']}; {what['profile']} build.\n\n" + globals()[part](what)
    template = string.Template((world.ROOT / "scripts/lib/bench/performance.md.in").read_text())
    PAGE.write_text(template.substitute(values))
    print(f"written: {PAGE}")


def bars(what):
    return show.markdown(show.BARS, show.bar_cells(what["bars"])) + "\n"


def figures(what):
    rows = what["rows"]
    shown = [(r["title"], r["ratio"], r["bar"]) for r in rows if r["ratio"] is not None]
    (FIGURES / "ratios.svg").write_text(chart.ratios("requests/s, of what each is compared with; the marks are what is asked for", shown))
    login = next(r for r in rows if r["key"] == "login")
    starts = show.markdown(["service", "start to ready, ms", "idle, MB resident"], what["starts"])
    return (
        f"{what['connections']} connections ({what['logins']} for logins, bcrypt {what['cost']}), medians of {what['rounds']} "
        f"interleaved rounds of {what['seconds']} s.\n\n![Ratios](performance/ratios.svg)\n\n{bars(what)}\n"
        f"{show.markdown(show.HEAD, [show.cells(r) for r in rows])}\n\n"
        f"Steady reads, p99: {show.number(login['ours']['idle_p99'])} ms alone, {show.number(login['ours']['reads_p99'])} ms beside "
        f"logins, {show.number(login['theirs']['reads_p99'])} ms beside bcrypt alone. Logins told "
        f"that too many wait: {login['ours']['busy']:.0f} a round.\n\n{starts}\n"
    )


def overload(what):
    head = ["scenario", "peak/s", "offered/s", "good/s", "503 or 429", "other errors", "MB before", "MB at most", "usual again after"]
    rows = [[r["title"], *(show.number(r[k]) for k in ("peak", "offered", "good")), r["busy"], r["other"], *(show.number(r[k]) for k in ("before_mb", "most_mb")), f"{r['recovery']:.2f} s"] for r in what["rows"]]
    return f"{bars(what)}\n{show.markdown(head, rows)}\n"


def growth(what):
    rows = what["rows"]
    drawn = [("product by id, p50", "ms", [r["by_id"]["p50"] for r in rows]), ("created a second", "", [r["create"]["rate"] for r in rows])]
    (FIGURES / "growth.svg").write_text(chart.lines("as the catalogue grows", [f"{r['products']:,}" for r in rows], drawn))
    head = ["products", "by id, requests/s", "p50 ms", "p99 ms", "create, requests/s", "p50 ms", "p99 ms"]
    cells = [[f"{r['products']:,}", *(show.number(r[s][k]) for s in ("by_id", "create") for k in ("rate", "p50", "p99"))] for r in rows]
    return f"![Growth](performance/growth.svg)\n\n{bars(what)}\n{show.markdown(head, cells)}\n"
