"""What is measured: each scenario has rounds of the service and, most of them, rounds of what it is compared with."""
import http.client
import json
import subprocess
import threading

import measure
import statements
import world

PRODUCTS = "/api/v1/products"
PRODUCT_ID, AUTH_ID = "product-service", "auth-service"
SECOND_DIR = world.RUN / "second"
REMOVE = '{"amount": 1}'
# No text has this control character, so nothing is looked for: what is left is the check of the token and an empty list.
NOTHING = f"GET {PRODUCTS}?search=a%1Fb"


def file(name, lines):
    path = world.RUN / f"{name}.requests"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def script(name, text):
    path = world.RUN / f"{name}.sql"
    path.write_text(text)
    return path


class Scenario:
    """Requests to one of the services beside scripts of pgbench; `bar` is what the first must reach of the second."""

    against = "pgbench"
    removes = 0  # how much of it takes stock away

    def __init__(self, key, title, lines, scripts=(), bar=None, service=PRODUCT_ID, **options):
        self.key, self.title, self.bar, self.service, self.options = key, title, bar, service, options
        self.requests = file(key, lines)
        self.scripts = [(script(f"{key}-{n}", text), weight) for n, (text, weight) in enumerate(scripts)]

    def pids(self):
        return [world.pid(self.service)]

    def ours(self):
        address = world.PRODUCT if self.service == PRODUCT_ID else world.AUTH
        return measure.wrk(address, self.requests, self.pids(), **self.options)

    def theirs(self):
        return measure.pgbench(self.scripts) if self.scripts else None


class TwoProcesses(Scenario):
    """Half of the requests go to a second process on the same database."""

    def pids(self):
        return [world.pid(PRODUCT_ID), world.pid(PRODUCT_ID, SECOND_DIR)]

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, second=world.SECOND, **options)


class Tokens(Scenario):
    """Beside the framework alone, which answers the same bytes and checks nothing."""

    against = "bare handler"

    def theirs(self):
        bare = subprocess.Popen([world.BIN / "examples/bare", "serve", world.BARE.rpartition(":")[2]])
        try:
            wait_for(world.BARE)
            return measure.wrk(world.BARE, self.requests, [bare.pid], **self.options)
        finally:
            bare.kill()
            bare.wait()


# Some 200 a second, or, to see what a flood of reads suffers, as many as there can be.
READS = {"connections": 32} if world.FLOOD else {"connections": 8, "pace": 40}


class Logins(Scenario):
    """Beside the hash function alone, on all cores; a few reads a second go on beside either, and beside nothing."""

    against = "bcrypt"

    def __init__(self, *arguments, reads, **options):
        super().__init__(*arguments, **options)
        self.reads, self.calm = reads, []

    def read_meanwhile(self, work):
        """Reads at a steady pace while `work` is done; how long they took is added to its figures."""
        reads = measure.start_wrk(world.PRODUCT, self.reads, **READS)
        try:
            got = work()
        finally:
            beside = measure.answers_of(reads)
        return {**got, "reads_p50": beside["p50"], "reads_p99": beside["p99"], "reads_errors": beside["refused"] + beside["broken"]}

    def ours(self):
        idle = measure.answers_of(measure.start_wrk(world.PRODUCT, self.reads, **READS))
        got = self.read_meanwhile(super().ours)
        # Whoever comes when the queue is full is told so: that is no error, and no login either.
        busy, failed = (got["counted"][name] for name in ("busy", "other"))
        return {**got, "errors": failed + got["counted"]["broken"], "busy": busy, "idle_p99": idle["p99"]}

    def theirs(self):
        def hash():
            bare = [world.BIN / "examples/bare", "hash", *map(str, (world.COST, world.SECONDS, world.THREADS))]
            rate = float(subprocess.run(bare, check=True, capture_output=True, text=True).stdout)
            return {"rate": rate, "errors": 0}

        return self.read_meanwhile(hash)


def wait_for(address, tries=200):
    pause = threading.Event()
    for _ in range(tries):
        try:
            http.client.HTTPConnection(address, timeout=2).request("GET", "/")
            return
        except OSError:
            pause.wait(0.02)
    raise RuntimeError(f"nobody listens at {address}")


def all_of_them():
    ids = world.ids()
    count, some = len(ids), ids[: min(1000, len(ids))]
    reads = [f"GET {PRODUCTS}/{id}" for id in ids]
    remove = lambda id: f"POST {PRODUCTS}/{id}/stock/remove {REMOVE}"
    # Of a hundred requests ten change something.
    mixed = reads[: 9 * len(some)] * max(1, 9 * len(some) // min(9 * len(some), count)) + list(map(remove, some))
    new = json.dumps({"name": "Product 1", "description": "made by the benchmark", "price": 899.99, "stock": 1_000_000})
    login = lambda n: json.dumps({"username": f"user-{n}", "password": world.PASSWORD})
    by_id = file("reads", reads)
    return [
        Scenario("by-id", "product by id", reads, [(statements.by_id(count), 1)], 1.2),
        Scenario("list", f"page of 20 of {count}", [f"GET {PRODUCTS}?limit=20"], [(statements.page(), 1)], 0.7),
        Scenario("lists", "one of its first 50 pages", [f"GET {PRODUCTS}?limit=20&page={n}" for n in range(1, 51)], [(statements.any_page(50), 1)]),
        Scenario("search", "search, 20 hits", [f"GET {PRODUCTS}?limit=20&search=product%20{n}" for n in (12, 34, 56, 78)],
                 [(statements.search(f"product {n}"), 1) for n in (12, 34, 56, 78)]),
        Scenario("create", "create", [f"POST {PRODUCTS} {new}"], [(statements.create(), 1)], 1.0),
        removing(Scenario("spread", f"stock remove over {len(some)}", map(remove, some), [(statements.remove(len(some)), 1)], 1.2)),
        removing(Scenario("hot", "stock remove of one product", [remove(ids[0])], [(statements.remove(1), 1)], 8.0)),
        removing(TwoProcesses("hot-two", "the same, two processes", [remove(ids[0])])),
        removing(TwoProcesses("spread-two", "spread, two processes", map(remove, some))),
        Scenario("mixed", "90 % by id, 10 % stock remove", mixed, [(statements.by_id(count), 90), (statements.remove(len(some)), 10)]),
        Tokens("token", "token check in product-service", [NOTHING], bar=0.7, bearer=world.BEARER),
        Scenario("me", "GET /auth/me", ["GET /api/v1/auth/me"], service=AUTH_ID, bearer=world.BEARER),
        Logins("login", "login", [f"POST /api/v1/auth/login {login(n)}" for n in range(world.USERS)], bar=0.95,
               service=AUTH_ID, connections=world.LOGINS, reads=by_id, count=1),
    ]  # fmt: skip


def removing(scenario):
    scenario.removes = 1
    return scenario
