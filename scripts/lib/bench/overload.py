"""Ten times as many as can be served: what is still done, what the others are told, and how soon it is over."""
import http.client
import json
import os
import threading
import time

import judge
import measure
import scenarios
import show
import world
from cost import memory

TIMES = 10
# What a service may need beyond its memory at the peak: each connection has its buffers.
MORE_MB = 150


class Watch(threading.Thread):
    """The most memory that a process had meanwhile."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most, self.over = pid, 0.0, threading.Event()

    def run(self):
        while not self.over.wait(0.2):
            self.most = max(self.most, memory(self.pid))


def answer_time(address, line):
    method, path, *body = line.split(" ", 2)
    began = time.monotonic()
    try:
        client = http.client.HTTPConnection(address, timeout=30)
        client.request(method, path, body[0] if body else None, {"Content-Type": "application/json"})
        answer = client.getresponse()
        answer.read()
        good = answer.status < 300
    except OSError:
        good = False
    return time.monotonic() - began, good


def recovery(address, line, usual):
    """Seconds until ten answers in a row were good and about as fast as usual."""
    began, since, right = time.monotonic(), None, 0
    while right < 10 and time.monotonic() - began < 30:
        at = time.monotonic() - began
        took, good = answer_time(address, line)
        if good and took <= 3 * usual + 0.05:
            since = at if right == 0 else since
            right += 1
        else:
            right = 0
    return since if right == 10 else 30.0


def overloaded(title, address, service, requests, connections, seconds):
    pid, line = world.pid(service), requests.read_text().splitlines()[0]
    usual = sorted(answer_time(address, line)[0] for _ in range(9))[4]
    peak = measure.wrk(address, requests, [pid], connections=connections, seconds=max(world.SECONDS, 5), count=1)
    before, watch = memory(pid), Watch(pid)
    watch.start()
    # What is refused at once would be asked again at once: so that no more than ten times the peak is asked for.
    rest = 1000 * connections / max(peak["counted"]["good"] / peak["seconds"], 0.1)
    pace = {"pace": round(rest)} if rest >= 5 else {}
    got = measure.wrk(address, requests, [pid], connections=connections * TIMES, seconds=seconds, count=1, **pace)
    again = recovery(address, line, usual)
    watch.over.set()
    watch.join()
    counted = got["counted"]
    row = {"title": title, "peak": peak["counted"]["good"] / peak["seconds"], "offered": sum(counted.values()) / got["seconds"],
           "good": counted["good"] / got["seconds"], "busy": counted["busy"], "other": counted["other"] + counted["broken"],
           "before_mb": before, "most_mb": watch.most, "recovery": again}  # fmt: skip
    bars = [
        judge.bar(f"{title}: done, of its peak", row["good"] / max(row["peak"], 0.001), least=0.9),
        judge.yes(f"{title}: no error but 503 and 429", [f"{row['other']} others"] if row["other"] else []),
        judge.bar(f"{title}: memory beyond that at the peak", watch.most - before, most=MORE_MB, unit="MB"),
        judge.bar(f"{title}: as usual after", again, most=2.0, unit="s"),
    ]
    return row, bars


def run():
    seconds = int(os.environ["OVERLOAD_SECONDS"])
    ids = world.ids()
    remove = f"POST {scenarios.PRODUCTS}/{ids[0]}/stock/remove {scenarios.REMOVE}"
    login = lambda n: json.dumps({"username": f"user-{n}", "password": world.PASSWORD})
    every = [
        ("product by id", world.PRODUCT, scenarios.PRODUCT_ID, [f"GET {scenarios.PRODUCTS}/{id}" for id in ids], world.CONNECTIONS),
        ("stock remove of one product", world.PRODUCT, scenarios.PRODUCT_ID, [remove], world.CONNECTIONS),
        ("login", world.AUTH, scenarios.AUTH_ID, [f"POST /api/v1/auth/login {login(n)}" for n in range(world.USERS)], world.LOGINS),
    ]
    rows, bars = [], []
    for title, address, service, lines, connections in every:
        print(f"   {title}: {connections * TIMES} connections for {seconds} s", flush=True)
        row, judged = overloaded(title, address, service, scenarios.file("overload", lines), connections, seconds)
        rows.append(row)
        bars += judged
    print(show.plain(show.BARS, show.bar_cells(bars)))
    return {"rows": rows, "bars": bars}
