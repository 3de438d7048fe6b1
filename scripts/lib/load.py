"""Bounded HTTP load for the benchmark, over kept connections.

load.py products URL COUNT CONNECTIONS   creates products and prints their ids
load.py users URL COUNT CONNECTIONS      registers user-0, user-1 and so on, with the password in PASSWORD
load.py writes URL RATE <IDS             adds to stocks, RATE times a second, until SIGTERM, at most 15 minutes; 1 if one fails
"""
import http.client
import json
import os
import signal
import sys
import threading
import time
from urllib.parse import urlsplit

kind, url, *numbers = sys.argv[1:]
numbers = [int(n) for n in numbers]
stop, lock = threading.Event(), threading.Lock()
problems = []


def connection(n):
    # each client has an address of its own: limits per address are not what is measured
    return http.client.HTTPConnection(urlsplit(url).netloc, timeout=60, source_address=(f"127.0.1.{n + 1}", 0))


def post(client, path, body):
    client.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = client.getresponse()
    return answer.status, answer.read()


def products(n, todo):
    client = connection(n)
    try:
        for i in todo:
            body = {"name": f"Product {i}", "description": "made by the benchmark", "price": 899.99, "stock": 1_000_000}
            status, answer = post(client, "/api/v1/products", body)
            if status != 201:
                raise RuntimeError(f"POST /api/v1/products: {status} {answer[:200]}")
            with lock:
                print(json.loads(answer)["id"])
    except Exception as problem:
        problems.append(problem)


def users(n, todo):
    client = connection(n)
    try:
        for i in todo:
            body = {"email": f"user-{i}@example.com", "username": f"user-{i}", "password": os.environ["PASSWORD"]}
            status, answer = post(client, "/api/v1/auth/register", body)
            if status != 201:
                raise RuntimeError(f"POST /api/v1/auth/register: {status} {answer[:200]}")
    except Exception as problem:
        problems.append(problem)


def run(work, arguments):
    threads = [threading.Thread(target=work, args=a, daemon=True) for a in arguments]
    for thread in threads:
        thread.start()
    return threads


def writes(n, width, ids, rate, took):
    client, began, i = connection(n), time.monotonic(), n
    while not stop.is_set():
        pause = began + i / rate - time.monotonic()
        if pause > 0:
            stop.wait(pause)
            continue
        at = time.monotonic()
        try:
            status, answer = post(client, f"/api/v1/products/{ids[i % len(ids)]}/stock/add", {"amount": 1})
            if status != 200:
                problems.append(f"{status} {answer[:200]}")
        except OSError as problem:
            problems.append(problem)
            client.close()
        with lock:
            took.append((time.monotonic() - at) * 1000)
        i += width


if kind == "writes":
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    ids, took, width, began = sys.stdin.read().split(), [], 8, time.monotonic()
    threads = run(writes, [(n, width, ids, numbers[0], took) for n in range(width)])
    stop.wait(900)
    stop.set()
    for thread in threads:
        thread.join()
    took.sort()
    rate = len(took) / (time.monotonic() - began)
    print(f"{len(took)} writes, {rate:.0f} a second, {len(problems)} failed; median {took[len(took) // 2]:.1f} ms, p99 {took[len(took) * 99 // 100]:.1f} ms")
else:
    count, width = numbers
    for thread in run({"products": products, "users": users}[kind], [(n, range(n, count, width)) for n in range(width)]):
        thread.join()
if problems:
    sys.exit(f"{len(problems)} of the clients gave up: {problems[0]}")
