"""What a measurement costs: processor time of services, database and client, and memory of the services."""
import os
import pathlib
import resource

import world

TICK = 1 / os.sysconf("SC_CLK_TCK")
POSTMASTER = pathlib.Path(os.environ["SERVICES_DIR"]) / "pg/postmaster.pid"


def stat(pid):
    """The fields after the name, which may hold spaces; the first is the state."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def seconds(pid, with_ended_children=False):
    return sum(map(int, stat(pid)[11 : 15 if with_ended_children else 13])) * TICK


def database():
    """Of all of the server's processes; of those that have ended, too."""
    parent = POSTMASTER.read_text().split()[0]
    total = seconds(parent, with_ended_children=True)
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            if stat(entry)[1] == parent:
                total += seconds(entry)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total


def client():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory(pid):
    """Megabytes resident."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Cost:
    """`with Cost(pids) as cost:` what happens meanwhile."""

    def __init__(self, pids):
        self.pids = pids

    def now(self):
        return sum(map(seconds, self.pids)) + database() + client()

    def __enter__(self):
        self.began = self.now()
        return self

    def __exit__(self, *_):
        self.seconds = self.now() - self.began
        self.memory = sum(map(memory, self.pids))
