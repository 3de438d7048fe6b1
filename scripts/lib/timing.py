"""Whether the time of a refused login tells who exists: an unknown name, a wrong password and an inactive account take turns.

timing.py AUTH_URL BEARER ATTEMPTS    BEARER is a superuser's token; prints medians in milliseconds and their differences

Each attempt is at an account of its own and comes from an address of its own, so that limits per account or address
don't stand in the way. Accounts are made, and the inactive ones deactivated, beforehand.
"""
import http.client
import json
import random
import statistics
import sys
import time
from urllib.parse import urlsplit

url, bearer, attempts = sys.argv[1], sys.argv[2], int(sys.argv[3])
run = f"{time.time_ns():x}"
KINDS = ("unknown name", "wrong password", "inactive account")


def post(n, path, body=None, **headers):
    source = (f"127.{1 + n // 65025 % 250}.{1 + n // 255 % 255}.{1 + n % 254}", 0)
    client = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60, source_address=source)
    client.connect()
    began = time.perf_counter()
    client.request("POST", "/api/v1/auth" + path, json.dumps(body) if body else None, {"Content-Type": "application/json", **headers})
    answer = client.getresponse()
    text = answer.read()
    took = (time.perf_counter() - began) * 1000
    client.close()
    return answer.status, text, took


def must(expected, status, text):
    if status != expected:
        sys.exit(f"{status} instead of {expected}: {text[:200]}")


todo = [(kind, f"{kind[0]}{run}{i}") for kind in KINDS for i in range(attempts // len(KINDS))]
for n, (kind, name) in enumerate(todo):
    if kind == "unknown name":
        continue
    account = {"email": f"{name}@example.com", "username": name, "password": f"right {name}"}
    status, text, _ = post(n, "/register", account)
    must(201, status, text)
    if kind == "inactive account":
        user = json.loads(text)["id"]
        status, text, _ = post(n, f"/users/{user}/deactivate", Authorization=f"Bearer {bearer}")
        must(200, status, text)

took, answers = {kind: [] for kind in KINDS}, set()
random.shuffle(todo)
for n, (kind, name) in enumerate(todo):
    right = kind == "inactive account"
    status, text, time_ms = post(100_000 + n, "/login", {"username": name, "password": f"right {name}" if right else "wrong one"})
    must(401, status, text)
    took[kind].append(time_ms)
    answers.add(tuple(sorted((k, v) for k, v in json.loads(text).items() if k != "request_id")))
if len(answers) != 1:
    sys.exit(f"the answers differ: {answers}")
medians = {kind: statistics.median(times) for kind, times in took.items()}
least = min(medians.values())
for kind, median in medians.items():
    print(f"{kind:<18} {len(took[kind]):>4} attempts   median {median:8.2f} ms   {100 * (median / least - 1):5.2f} % above the least")
