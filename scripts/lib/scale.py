"""scale.py HTTPS FOLDER AMQP_URL EXCHANGE DATABASE AUTH_SERVERS PRODUCT_SERVERS RATE FOR EVERY

RATE requests a second to the gateway on port HTTPS. Meanwhile an instance is killed every EVERY seconds, FOR seconds long, and
started again, by RUN_DIR, BIN_DIR and scripts/lib/instance. Then compares what was acknowledged with what there is. Prints what was
seen and exits with 1 if something didn't hold.
"""
import email
import email.policy
import http.client
import itertools
import json
import os
import pathlib
import random
import re
import ssl
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter

import pika

https, folder, amqp_url, exchange, database, auth_servers, product_servers, *numbers = sys.argv[1:]
rate, duration, every = map(int, numbers)
auth_servers, product_servers = auth_servers.split(","), product_servers.split(",")
here, run_dir = pathlib.Path(__file__).parent, pathlib.Path(os.environ["RUN_DIR"])
tls = ssl.create_default_context(cafile=pathlib.Path(folder) / "certificate.pem")
CLIENTS, PRODUCTS, STOCK, PASSWORD = 24, 12, 1_000_000, "correct horse battery"
stop, lock, failures = threading.Event(), threading.Lock(), []
answers, errors, removed, created, registered = Counter(), [], [], [], []
took = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print(f"DOESN'T HOLD: {what}", flush=True)


def sql(query):
    done = subprocess.run([here.parent / "services", "pg", "psql", "-qAtd", database, "-c", query], capture_output=True, text=True, check=True)
    return [line.split("|") for line in done.stdout.splitlines()]


# ---- clients -----------------------------------------------------------------------------------------
class Client:
    """Somebody with an address, an account and a session of their own."""

    def __init__(self, n):
        self.name, self.address, self.connection = f"user-{n}", f"127.0.3.{n + 1}", None
        self.access = self.refresh = None

    def once(self, method, path, body=None, **headers):
        """One request; its status, or 0 if there was no answer, its answer and its kind."""
        if self.connection is None:
            self.connection = http.client.HTTPSConnection("localhost", int(https), timeout=30, context=tls, source_address=(self.address, 0))
        if body is not None:
            body, headers["Content-Type"] = json.dumps(body), "application/json"
        if self.access:
            headers["Authorization"] = f"Bearer {self.access}"
        at = time.monotonic()
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            status, text = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as problem:
            self.connection.close()
            self.connection, status, text = None, 0, repr(problem).encode()
        with lock:
            kind = f"{method} {re.sub(r'[0-9a-f-]{36}', '{id}', path)}"
            answers[kind, status] += 1
            took.append(time.monotonic() - at)
        return status, text, kind

    def ask(self, method, path, body=None, key=True):
        """Until there is an answer: whoever has a key may ask again."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} if key and method == "POST" else {}
        for attempt in range(80):
            status, text, kind = self.once(method, path, body, **headers)
            # 409 if the first one is still on its way, or was when its instance died: the key is held for ten seconds
            if status and status < 500 and not (status == 409 and b"request_in_progress" in text):
                return status, json.loads(text) if text else None
            if attempt == 0:
                with lock:
                    errors.append((kind, status, text[:200]))
            time.sleep(0.25)
        raise RuntimeError(f"{self.name}: {method} {path}: no answer: {status} {text[:200]}")

    def sign_in(self):
        """By password and code; the code is in a mail."""
        self.access = None
        before = set(mails(self.name))
        status, answer = self.ask("POST", "/api/v1/auth/login", {"username": self.name, "password": PASSWORD})
        if status != 200:
            raise RuntimeError(f"{self.name}: login: {status} {answer}")
        for _ in range(100):
            codes = [code for path in set(mails(self.name)) - before if (code := code_in(path))]
            if codes:
                break
            time.sleep(0.1)
        else:
            return False  # the one who was to send it died: at most once, as is written; whoever gets none signs in again
        status, answer = self.ask("POST", "/api/v1/auth/verify-code", {"username": self.name, "code": codes[-1]})
        if status != 200:
            raise RuntimeError(f"{self.name}: verify-code: {status} {answer}")
        self.access, self.refresh = answer["access_token"], answer["refresh_token"]
        return True

    def register(self, name):
        status, answer = self.ask("POST", "/api/v1/auth/register", {"email": f"{name}@example.com", "username": name, "password": PASSWORD})
        if status != 201:
            raise RuntimeError(f"register {name}: {status} {answer}")
        with lock:
            registered.append(name)

    # ---- what they do
    def read(self, _):
        self.ask("GET", f"/api/v1/products/{random.choice(products)}")

    def create(self, n):
        status, answer = self.ask("POST", "/api/v1/products", {"name": f"Product {n}", "price": 1, "stock": 5})
        if status != 201:
            raise RuntimeError(f"create: {status} {answer}")
        with lock:
            created.append(answer["id"])

    def remove(self, _):
        product, amount = random.choice(products), random.randint(1, 5)
        status, answer = self.ask("POST", f"/api/v1/products/{product}/stock/remove", {"amount": amount})
        if status != 200:
            raise RuntimeError(f"remove: {status} {answer}")
        with lock:
            removed.append((product, amount, answer["movement_id"]))

    def refreshed(self, _):
        status, answer = self.ask("POST", "/api/v1/auth/refresh", {"refresh_token": self.refresh})
        if status != 200:
            raise RuntimeError(f"{self.name}: refresh: {status} {answer}")
        self.access, self.refresh = answer["access_token"], answer["refresh_token"]

    def newcomer(self, n):
        self.register(f"newcomer-{n}")

    def me(self, _):
        status, answer = self.ask("GET", "/api/v1/auth/me")
        if status != 200 or answer["username"] != self.name:
            raise RuntimeError(f"{self.name}: me: {status} {answer}")

    def work(self, n):
        kinds = [self.read] * 35 + [self.remove] * 35 + [self.create] * 8 + [self.refreshed] * 8 + [self.me] * 8 + [self.newcomer] * 3
        began = time.monotonic()
        for i in itertools.count(n, CLIENTS):
            if stop.wait(max(0, began + i / rate - time.monotonic())):
                return
            try:
                random.choice(kinds)(i)
            except Exception as problem:
                check(False, f"{self.name} gave up: {problem}")
                return


def mails(name):
    return [path for path in run_dir.glob("mail/**/*.eml") if f"{name}@example.com" in path.read_text(errors="replace")]


def message(path):
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def code_in(path):
    mail = message(path)
    found = re.search(r"(?<!\d)(\d{6})(?!\d)", mail.get_body(("plain",)).get_content())
    return found and "code" in mail["Subject"] and found.group(1)


def instance(verb, one):
    name = one.rsplit("-", 1)[0]
    done = subprocess.run([here / "instance", verb, name], env={**os.environ, "RUN_DIR": str(run_dir / one)}, capture_output=True, text=True)
    if done.returncode:
        check(False, f"{verb} {one}: {done.stderr[-500:]}")


# ---- everybody is there ------------------------------------------------------------------------------
broker = pika.BlockingConnection(pika.URLParameters(amqp_url))
broker.channel().queue_declare("scale.all", durable=True)
broker.channel().queue_bind("scale.all", exchange, "#")
broker.close()
clients = [Client(n) for n in range(CLIENTS)]
for client in clients:
    client.register(client.name)
    while not client.sign_in():
        pass
products = []
for n in range(PRODUCTS):
    status, answer = clients[0].ask("POST", "/api/v1/products", {"name": f"Shared {n}", "price": 1, "stock": STOCK})
    products.append(answer["id"])
before_load = (sum(answers.values()), len(errors))
check(before_load[1] == 0, f"failures before anybody was killed: {errors[:3]}")
answers.clear()
errors.clear()
took.clear()

# ---- load, and one killed after the other ------------------------------------------------------------
threads = [threading.Thread(target=client.work, args=(n,), daemon=True) for n, client in enumerate(clients)]
for thread in threads:
    thread.start()
began, killed, connections = time.monotonic(), Counter(), 0
victims = [f"{name}-{n}" for n in (1, 2, 3) for name in ("auth-service", "product-service")]
for number in itertools.count(1):
    pause = began + number * every - time.monotonic()
    if pause > 0:
        time.sleep(pause)
    if time.monotonic() - began >= duration:
        break
    victim = victims[number % len(victims)]
    instance("kill9", victim)
    instance("start", victim)
    killed[victim] += 1
    connections = max(connections, int(sql(f"select count(*) from pg_stat_activity where datname = '{database}'")[0][0]))
stop.set()
for thread in threads:
    thread.join(60)
stuck = sum(thread.is_alive() for thread in threads)
check(not stuck, f"{stuck} clients still wait for an answer")
ended = time.monotonic()
requests, failed = sum(answers.values()), len(errors)
share = failed / requests * 100
took.sort()
check(sum(killed.values()) >= duration // every - 1, f"only {sum(killed.values())} were killed")
check(requests >= rate * duration * 0.8, f"only {requests} requests")
check(share < 0.1, f"{share:.2f} % of requests failed: {Counter((kind, status) for kind, status, _ in errors)} {errors[:3]}")
unexpected = {kind: n for kind, n in answers.items() if kind[1] not in (200, 201)}
print("\n| three instances of each, one killed every few seconds | |\n|---|--:|")
print(f"| lasted | {ended - began:.0f} s |\n| killed | {sum(killed.values())} |\n| requests | {requests}, {requests / (ended - began):.0f} a second |")
print(f"| of these failed at first (5xx, no answer, or 409 `request_in_progress`) | {failed} ({share:.3f} %) |")
print(f"| median, p99, slowest | {took[len(took) // 2] * 1000:.0f}, {took[len(took) * 99 // 100] * 1000:.0f}, {took[-1] * 1000:.0f} ms |")
print(f"| connections to PostgreSQL, at most | {connections} |")
print(f"| other answers than 200 and 201 | {unexpected} |", flush=True)


# ---- what has become of everything -------------------------------------------------------------------
def backlog():
    found = []
    for server in auth_servers + product_servers:
        connection = http.client.HTTPConnection(server.removeprefix("http://"), timeout=10)
        connection.request("GET", "/metrics")
        found += [float(value) for value in re.findall(r'^event_backlog\{[^}]*\} (\S+)', connection.getresponse().read().decode(), re.M)]
        connection.close()
    return max(found)


patience = time.monotonic() + 60
while backlog() > 0 and time.monotonic() < patience:
    time.sleep(0.2)
check(backlog() == 0, "readers haven't come to the end of the log within a minute")
for schema in ("auth", "product"):
    gaps = sql(f"select count(*) from (select aggregate_id, count(*) n, max(sequence) top, count(distinct sequence) d from {schema}.events group by 1) x where n <> top or d <> n")[0][0]
    check(gaps == "0", f"the events of {gaps} aggregates of {schema} have gaps")
log = {kind: int(n) for kind, n in sql("select type, count(*) from product.events group by 1")}
movements = {row[0] for row in sql("select id from product.events where type = 'product.stock_removed.v1'")}
lost = {movement for *_, movement in removed} - movements
check(not lost, f"removals that were acknowledged and aren't in the log: {len(lost)}")
check(len({movement for *_, movement in removed}) == len(removed), "two removals were acknowledged by the same movement")
check(len(movements) == len(removed), f"{len(movements)} removals in the log, {len(removed)} acknowledged")
sums = Counter()
for product, amount, _ in removed:
    sums[product] += amount
stocks = {row[0]: int(row[1]) for row in sql("select id, stock from product.products")}
wrong = [product for product in products if stocks[product] != STOCK - sums[product]]
check(not wrong, f"the stocks of {len(wrong)} products aren't what was acknowledged")
check(len(set(created)) == len(created) and set(created) <= set(stocks), "products that were acknowledged are missing, or the same twice")
check(len(stocks) == len(created) + PRODUCTS, f"{len(stocks)} products, {len(created) + PRODUCTS} acknowledged")
users = {row[0] for row in sql("select username from auth.users")}
check(users == set(registered), f"{len(users)} users, {len(registered)} acknowledged")
# what a product began with is no movement
ledger = sql(f"select count(*) from product.products p where stock - {STOCK} * (name like 'Shared%')::int - 5 * (name like 'Product%')::int <> (select coalesce(sum(delta), 0) from product.stock_ledger l where l.product_id = p.id)")[0][0]
check(ledger == "0", f"stock and ledger differ for {ledger} products")
welcomed = Counter(message(path)["To"] for path in run_dir.glob("mail/**/*.eml") if "Welcome" in message(path)["Subject"])
check(len(welcomed) == len(registered), f"{len(welcomed)} of {len(registered)} were welcomed")
twice = sum(welcomed.values()) - len(welcomed)
deaths = sum(n for victim, n in killed.items() if victim.startswith("auth"))
check(twice <= deaths, f"{twice} welcomes too many: a death explains one")

# ---- what they share ---------------------------------------------------------------------------------
came, seen, last = 0, set(), {}
broker = pika.BlockingConnection(pika.URLParameters(amqp_url))
for _, _, delivery in broker.channel().consume("scale.all", auto_ack=True, inactivity_timeout=3):
    if delivery is None:
        break
    event = json.loads(delivery)
    came += 1
    if event["id"] not in seen:
        seen.add(event["id"])
        subject, sequence = event["subject"], int(event["sequence"])
        check(sequence == last.get(subject, 0) + 1, f"{sequence} of {subject} came after {last.get(subject, 0)}")
        last[subject] = sequence
broker.close()
published = {row[0] for row in sql("select id from product.events")}
check(published <= seen, f"{len(published - seen)} events of products never came")


def direct(server, method, path, body=None, token=None):
    connection = http.client.HTTPConnection(server.removeprefix("http://"), timeout=20)
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


for server in auth_servers + product_servers:
    check(direct(server, "GET", "/health/ready") == 200, f"{server} isn't ready")
leaver, again = clients[0], {"amount": 1}
mine = f"/api/v1/products/{products[0]}/stock/add"
check({direct(server, "POST", mine, again, leaver.access) for server in product_servers} == {200}, "every product-service takes a token")
check(direct(auth_servers[0], "POST", "/api/v1/auth/logout", {}, leaver.access) == 200, "somebody leaves")
began = time.monotonic()
while any(direct(server, "POST", mine, again, leaver.access) != 401 for server in product_servers) and time.monotonic() < began + 10:
    time.sleep(0.02)
heard = time.monotonic() - began
check(heard < 5, "a session that has ended isn't refused by every product-service")
check({direct(server, "GET", "/api/v1/auth/me", token=leaver.access) for server in auth_servers} == {401}, "nor by every auth-service")
guess = {"username": clients[1].name, "password": "wrong password"}
guesses = [direct(auth_servers[n % 3], "POST", "/api/v1/auth/login", guess) for n in range(60)]
allowed = guesses.count(401)
check(429 in guesses and {direct(server, "POST", "/api/v1/auth/login", guess) for server in auth_servers} == {429}, f"guesses at three are counted by each alone: {Counter(guesses)}")

print("\n| afterwards | |\n|---|--:|")
print(f"| stock removals acknowledged, and in the log | {len(removed)}, {len(movements)} |\n| products created, and there | {len(created)}, {len(stocks) - PRODUCTS} |")
print(f"| people registered, and there | {len(registered)}, {len(users)} |\n| events of products in the log | {sum(log.values())} |")
print(f"| of these come to a queue, in order | {len(published & seen)} |\n| events that came more than once | {came - len(seen)} |")
print(f"| welcomes sent twice | {twice} |\n| an ended session refused by all three within | {heard:.1f} s |\n| wrong passwords until all three refused | {allowed} |\n")
if failures:
    sys.exit(f"{len(failures)} things didn't hold")
