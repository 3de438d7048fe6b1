"""One round of one side: wrk at a service, or pgbench at the database."""
import json
import os
import re
import subprocess

import world
from cost import Cost

LUA = world.ROOT / "scripts/lib/bench/requests.lua"


def start_wrk(address, requests, connections=None, seconds=None, **options):
    """`options` are those of requests.lua, in lower case."""
    connections = connections or world.CONNECTIONS
    environment = {**os.environ, "REQUESTS": str(requests), **{k.upper(): str(v) for k, v in options.items()}}
    environment.pop("BEARER", None) if "bearer" not in options else None
    if "second" not in options:
        environment.pop("SECOND", None)
    command = ["wrk", "-t", min(world.THREADS, connections), "-c", connections, "-d", f"{seconds or world.SECONDS}s"]
    command += ["--timeout", "30s", "-s", LUA, f"http://{address}"]
    return subprocess.Popen(list(map(str, command)), env=environment, stdout=subprocess.PIPE, text=True)


def answers_of(process):
    said = process.communicate()[0]
    found = re.search(r"^figures: (.*)$", said, re.M)
    if process.returncode or not found:
        raise RuntimeError(f"wrk: {said}")
    return json.loads(found[1])


def wrk(address, requests, pids, **options):
    with Cost(pids) as cost:
        got = answers_of(start_wrk(address, requests, **options))
    return {
        "rate": (got["answers"] - got["refused"]) / got["seconds"],
        "p50": got["p50"],
        "p99": got["p99"],
        "errors": got["refused"] + got["broken"],
        "cpu_us": cost.seconds * 1e6 / max(got["answers"], 1),
        "memory_mb": cost.memory,
        "answers": got["answers"] - got["refused"],
        "counted": {name: got[name] for name in ("good", "busy", "other", "broken")},
        "seconds": got["seconds"],
    }


def pgbench(scripts):
    """`scripts` are files and their weights."""
    log = world.RUN / "pgbench-log"
    options = [option for path, weight in scripts for option in ("-f", f"{path}@{weight}")]
    with Cost([]) as cost:
        said = world.client(
            "pgbench", "-n", "-M", "prepared", "-c", world.CONNECTIONS, "-j", world.THREADS, "-T", world.SECONDS,
            "-l", f"--log-prefix={log}", "--sampling-rate=0.2", *options, world.PGBENCH_DB,
        )  # fmt: skip
    took = []
    for part in world.RUN.glob("pgbench-log.*"):
        took += [int(line.split()[2]) / 1000 for line in part.read_text().splitlines()]
        part.unlink()
    took.sort()
    number = lambda pattern: float(re.search(pattern, said)[1])
    done = number(r"actually processed: (\d+)")
    return {
        "rate": number(r"tps = ([\d.]+)"),
        "p50": took[len(took) // 2] if took else 0.0,
        "p99": took[len(took) * 99 // 100] if took else 0.0,
        "errors": int(number(r"failed transactions: (\d+)")),
        "cpu_us": cost.seconds * 1e6 / max(done, 1),
    }
