"""Figures for the terminal and, the same, for the page."""


def number(value):
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


HEAD = ["scenario", "requests/s", "p50 ms", "p99 ms", "errors", "CPU µs each", "MB resident", "beside", "its rate", "its p50", "its p99", "its CPU µs", "ratio"]


def cells(row):
    ours, theirs = row["ours"], row["theirs"]
    beside = [row["against"], *(number(theirs.get(k)) for k in ("rate", "p50", "p99", "cpu_us")), f"{row['ratio']:.2f}"] if theirs else [""] * 6
    return [row["title"], *(number(ours[k]) for k in ("rate", "p50", "p99")), str(ours["errors"]), number(ours["cpu_us"]), number(ours["memory_mb"]), *beside]


def markdown(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(map(str, r)) + " |" for r in rows])


def plain(head, rows):
    widths = [max(len(str(line[n])) for line in [head, *rows]) for n in range(len(head))]
    line = lambda cells: "  ".join(str(c).ljust(w) if n == 0 else str(c).rjust(w) for n, (c, w) in enumerate(zip(cells, widths)))
    return "\n".join(map(line, [head, *rows]))


BARS = ["bar", "wanted", "reached", "met"]


def bar_cells(bars):
    return [[b["what"], b["wanted"], b["value"], "met" if b["met"] else "MISSED"] for b in bars]
