"""Drives what scripts/bench has set up: main.py figures|growth|overload.

Answers 0 if everything was measured, whatever the figures are; 1 if a request failed, the log isn't right, or a check can't fail.
"""
import sys

import growth
import judge
import ledger
import overload
import report
import scenarios
import show
import statements
import world


def figures():
    statements.number_the_products()
    every = [s for s in scenarios.all_of_them() if not world.ONLY or s.key in world.ONLY]
    got = {s.key: ([], []) for s in every}
    wrong = []
    for turn in range(world.ROUNDS):
        for s in every:
            print(f"   round {turn + 1} of {world.ROUNDS}: {s.title}", flush=True)
            theirs, before = s.theirs(), ledger.removals()
            ours = s.ours()
            got[s.key][0].append(ours)
            got[s.key][1].append(theirs)
            if s.removes:
                wrong += ledger.unanswered(before, ours["answers"], world.CONNECTIONS)
    wrong += ledger.problems()
    rows = [judge.row(s, *got[s.key]) for s in every]
    bars = judge.bars(rows, wrong)
    print(show.plain(show.HEAD, [show.cells(row) for row in rows]))
    print(show.plain(show.BARS, show.bar_cells(bars)))
    if world.ONLY or world.FLOOD:
        return wrong + judge.errors(rows)
    starts = [line.split() for line in (world.RUN / "starts").read_text().splitlines()]
    report.keep("figures", {"rows": rows, "bars": bars, "starts": starts, "rounds": world.ROUNDS, "seconds": world.SECONDS,
                            "connections": world.CONNECTIONS, "logins": world.LOGINS, "cost": world.COST})  # fmt: skip
    return wrong + judge.errors(rows) + ledger.notices_damage()


def kept(part, run):
    report.keep(part, run())
    return ledger.problems()


which = sys.argv[1]
problems = figures() if which == "figures" else kept(which, {"growth": growth.run, "overload": overload.run}[which])
for problem in problems:
    print(f"bench: {problem}", file=sys.stderr)
sys.exit(1 if problems else 0)
