"""outages.py PRODUCT_URL AMQP_URL EXCHANGE DATABASE RATE BROKER_AWAY DATABASE_AWAY

Adds to stocks RATE times a second. Meanwhile stops RabbitMQ for BROKER_AWAY seconds, then kills PostgreSQL for DATABASE_AWAY
seconds, by scripts/services. Prints what was seen and exits with 1 if something didn't hold.
"""
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

import pika

url, amqp_url, exchange, database, *numbers = sys.argv[1:]
rate, broker_away, database_away = map(int, numbers)
host, services = urlsplit(url).netloc, pathlib.Path(__file__).parents[1] / "services"
PRODUCTS, CLIENTS, TYPE = 40, 8, {"Content-Type": "application/json"}
stop, lock, writes = threading.Event(), threading.Lock(), []
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


def part(*arguments, **env):
    done = subprocess.run([services, *arguments], env={**os.environ, **env}, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"services {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def get(path):
    client = http.client.HTTPConnection(host, timeout=10)
    client.request("GET", path)
    answer = client.getresponse()
    text = answer.read().decode()
    client.close()
    return answer.status, answer.getheader("Retry-After"), text


def add_to_stocks(n, ids):
    client, began, i = http.client.HTTPConnection(host, timeout=30), time.monotonic(), n
    while not stop.is_set():
        pause = began + i / rate - time.monotonic()
        if pause > 0:
            stop.wait(pause)
            continue
        at, status, retry_after, movement = time.monotonic(), None, None, None
        try:
            client.request("POST", f"/api/v1/products/{ids[i % len(ids)]}/stock/add", '{"amount": 1}', TYPE)
            answer = client.getresponse()
            body = json.loads(answer.read())
            status, retry_after, movement = answer.status, answer.getheader("Retry-After"), body.get("movement_id")
        except (OSError, http.client.HTTPException):
            client.close()
        with lock:
            writes.append((at, time.monotonic() - at, status, retry_after, movement))
        i += CLIENTS


def between(began, ended):
    with lock:
        return [write for write in writes if write[0] + write[1] > began and write[0] < ended]


def eventually(what, holds, patience):
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > patience:
            check(False, f"in vain for {patience} s: {what}")
            break
        time.sleep(0.1)
    return time.monotonic() - began


def backlog(reader):
    return float(re.search(rf'^event_backlog{{reader="{reader}"}} (\S+)', get("/metrics")[2], re.M).group(1))


def sql(query):
    return [line.split("|") for line in part("pg", "psql", "-qAtd", database, "-c", query).splitlines()]


def open_queue():
    broker = pika.BlockingConnection(pika.URLParameters(amqp_url))
    channel = broker.channel()
    channel.exchange_declare(exchange, "topic", durable=True)
    channel.queue_declare("outages.all", durable=True)
    channel.queue_bind("outages.all", exchange, "#")
    broker.close()


def deliveries():
    broker = pika.BlockingConnection(pika.URLParameters(amqp_url))
    channel = broker.channel()
    for _, _, message in channel.consume("outages.all", auto_ack=True, inactivity_timeout=3):
        if message is None:
            break
        yield json.loads(message)
    broker.close()


# ---- everybody is there ------------------------------------------------------------------------------
open_queue()
client, ids = http.client.HTTPConnection(host, timeout=30), []
for i in range(PRODUCTS):
    client.request("POST", "/api/v1/products", json.dumps({"name": f"Product {i}", "price": 1, "stock": 0}), TYPE)
    ids.append(json.loads(client.getresponse().read())["id"])
client.close()
clients = [threading.Thread(target=add_to_stocks, args=(n, ids), daemon=True) for n in range(CLIENTS)]
for thread in clients:
    thread.start()
time.sleep(10)

# ---- RabbitMQ is away --------------------------------------------------------------------------------
part("stop", "rabbitmq")
away, ready = time.monotonic(), []
while time.monotonic() < away + broker_away:
    ready.append(get("/health/ready")[0])
    time.sleep(1)
waiting = backlog("relay")
part("start", "rabbitmq")
up = time.monotonic()
drained = eventually("the relay has published everything", lambda: backlog("relay") < rate, 60)
meanwhile = between(away, up)
statuses, slowest = Counter(write[2] for write in meanwhile), max(write[1] for write in meanwhile)
check(set(statuses) == {200}, f"answers while RabbitMQ was away: {dict(statuses)}")
check(slowest < 2, f"a write took {slowest:.1f} s while RabbitMQ was away")
check(set(ready) == {200}, f"readiness while RabbitMQ was away: {set(ready)}")
check(waiting > rate * broker_away / 2, f"only {waiting} events were waiting")
print("\n| RabbitMQ stopped, under load | |\n|---|--:|")
print(f"| stopped for | {up - away:.0f} s |\n| writes meanwhile | {len(meanwhile)} |")
print(f"| of these not answered with 200 | {len(meanwhile) - statuses[200]} |\n| the slowest took | {slowest * 1000:.0f} ms |")
print(f"| events waiting at the end | {waiting:.0f} |\n| published, when it was back, within | {drained:.1f} s |", flush=True)

# ---- PostgreSQL is killed ----------------------------------------------------------------------------
time.sleep(5)
killed = time.monotonic()
part("stop", "postgres", PG_STOP="immediate")
away, ready = time.monotonic(), []
while time.monotonic() < away + database_away:
    ready.append(get("/health/ready")[:2])
    time.sleep(1)
part("start", "postgres")
up = time.monotonic()
answered = eventually("a write is answered with 200", lambda: any(w[2] == 200 for w in between(up, up + 60)), 60)
recovered = eventually("readiness", lambda: get("/health/ready")[0] == 200, 60) + answered
meanwhile = between(killed, up + recovered)
statuses = Counter(write[2] for write in meanwhile)
slowest = max(write[1] for write in meanwhile)
check(set(statuses) <= {200, 503}, f"answers while PostgreSQL was away: {dict(statuses)}")
check(all(write[3] for write in meanwhile if write[2] == 503), "a 503 had no Retry-After")
check(statuses[503] > 0, "nobody was told that PostgreSQL was away")
check({status for status, _ in ready[1:]} == {503} and all(later for _, later in ready[1:]), f"readiness: {ready}")
check(recovered <= 15, f"it took {recovered:.1f} s to recover")
print("\n| PostgreSQL killed (`-m immediate`), under load | |\n|---|--:|")
print(f"| away for | {up - killed:.0f} s |\n| writes meanwhile | {len(meanwhile)} |\n| answered with 200 | {statuses[200]} |")
print(f"| answered with 503 and `Retry-After` | {statuses[503]} |\n| not answered | {statuses[None]} |")
print(f"| the slowest answer took | {slowest * 1000:.0f} ms |\n| served again, when it was back, within | {recovered:.1f} s |", flush=True)

# ---- what has become of everything -------------------------------------------------------------------
time.sleep(10)
stop.set()
for thread in clients:
    thread.join()
for reader in ("relay", "stock-ledger", "inventory"):
    eventually(f"{reader} has come to the end", lambda reader=reader: backlog(reader) == 0, 60)
log = {event: (aggregate, int(sequence), kind) for event, aggregate, sequence, kind in
       sql("select id, aggregate_id, sequence, type from product.events")}
acknowledged = {movement for *_, status, _, movement in writes if status == 200}
unknown = sum(status != 200 for *_, status, _, _ in writes)
added = {event for event, (_, _, kind) in log.items() if kind == "product.stock_added.v1"}
lost = acknowledged - added
check(not lost, f"acknowledged, but not in the log: {len(lost)}")
check(len(added) <= len(acknowledged) + unknown, "there is more in the log than anybody asked for")
apart = sql("select count(*) from product.products p where stock <> "
            "(select coalesce(sum(delta), 0) from product.stock_ledger l where l.product_id = p.id)")[0][0]
check(apart == "0", f"stock and ledger differ for {apart} products")
total = int(sql("select sum(stock) from product.products")[0][0])
check(total == len(added), f"the stocks add up to {total}")
came, seen, last = 0, set(), {}
for event in deliveries():
    came += 1
    if event["id"] in seen:
        continue
    seen.add(event["id"])
    subject, sequence = event["subject"], int(event["sequence"])
    check(sequence == last.get(subject, 0) + 1, f"{sequence} of {subject} came after {last.get(subject, 0)}")
    last[subject] = sequence
check(seen == set(log), f"{len(set(log) - seen)} events never came, {len(seen - set(log))} aren't in the log")
print("\n| afterwards | |\n|---|--:|")
print(f"| changes acknowledged | {len(acknowledged)} |\n| of these lost | {len(lost)} |\n| outcome unknown | {unknown} |")
print(f"| changes in the log | {len(added)} |\n| sum of the ledger, and of the stocks | {total} |")
print(f"| events in the log | {len(log)} |\n| of these come to a queue, in order | {len(seen)} |\n| come more than once | {came - len(seen)} |\n")
if failures:
    sys.exit("\n".join(["it didn't hold:", *failures[:20]]))
