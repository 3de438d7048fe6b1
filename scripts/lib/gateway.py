"""gateway.py HTTPS HTTP INTERNAL ECHO PRODUCT FOLDER

Asks the gateway on port HTTPS what it promises, and prints each thing that holds. ECHO is the port on which an upstream of our
own answers; PRODUCT that of product-service, which is killed and started again by RUN_DIR, BIN_DIR and scripts/lib/instance.
Exits with 1 at the first thing that doesn't hold.
"""
import email
import email.policy
import gzip
import http.client
import http.server
import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import threading
import time
import uuid
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

https, plain, internal, echo, product = map(int, sys.argv[1:6])
folder = pathlib.Path(sys.argv[6])
run_dir = pathlib.Path(os.environ["RUN_DIR"])
trusted = ssl.create_default_context(cafile=folder / "certificate.pem")


class Answer:
    def __init__(self, answer):
        self.status, self.headers, self.bytes = answer.status, answer.headers, answer.read()

    @property
    def json(self):
        return json.loads(self.bytes)

    @property
    def text(self):  # the documentation page is kept compressed, and sent so to everybody
        return (gzip.decompress(self.bytes) if self.headers["Content-Encoding"] == "gzip" else self.bytes).decode()

    @property
    def told(self):
        return f"{self.status} {dict(self.headers)} {self.bytes[:300]}"


def ask(method, path, body=None, source="127.0.0.1", tls=True, port=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None:
        body, headers = json.dumps(body), {"Content-Type": "application/json", **headers}
    if tls:
        client = http.client.HTTPSConnection("localhost", port or https, timeout=20, context=trusted, source_address=(source, 0))
    else:
        client = http.client.HTTPConnection("127.0.0.1", port or plain, timeout=20, source_address=(source, 0))
    try:
        client.request(method, path, body, headers)
        return Answer(client.getresponse())
    finally:
        client.close()


def holds(what, condition, told=""):
    if not condition:
        sys.exit(f"gateway: DOESN'T HOLD: {what}: {told.told if isinstance(told, Answer) else told}")
    print(f"  {what}", flush=True)


def eventually(what, found, patience):
    began = time.monotonic()
    while not found():
        if time.monotonic() - began > patience:
            sys.exit(f"gateway: in vain for {patience} s: {what}")
        time.sleep(0.05)
    return time.monotonic() - began


def eventually_logged(request):
    found = []

    def look():
        lines = (folder / "traefik.log").read_text().splitlines()
        found.extend(json.loads(line) for line in lines if f'"request_X-Request-Id":"{request}"' in line and '"websecure"' in line)
        return found

    eventually(f"{request} is in the access log", look, 10)
    return found[0]


def instance(verb, name):
    subprocess.run([pathlib.Path(__file__).parent / "instance", verb, name], check=True)


# ---- an upstream of our own: shows what arrives, with the status that a path ends in, or hangs up as often as it is told to ----
hits, failures = Counter(), Counter()


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        hits[self.path] += 1
        if failures[self.path] > 0:
            failures[self.path] -= 1
            self.close_connection = True
            return
        seen = json.dumps({"headers": [[n.lower(), v] for n, v in self.headers.items()], "body": body.decode()}).encode()
        status = self.path.rsplit("/", 1)[1]
        self.send_response(int(status) if status.isdigit() else 200)
        self.send_header("Content-Length", str(len(seen)))
        self.end_headers()
        self.wfile.write(seen)

    do_GET = do_POST = do_PUT = handle_any

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", echo), Echo)
threading.Thread(target=server.serve_forever, daemon=True).start()


def routing():
    answer = ask("GET", "/api/v1/products")
    holds("products go to product-service", answer.status == 200 and answer.json == [], answer)
    answer = ask("POST", "/api/v1/auth/register", {"email": "ada@example.com", "username": "ada", "password": "correct horse battery"})
    holds("accounts go to auth-service", answer.status == 201, answer)
    holds("the keys of tokens are there", "keys" in ask("GET", "/.well-known/jwks.json").json)
    for path in ["/metrics", "/health", "/health/ready", "/api/v1/auth/forward", "/api/v1/authority", "/api/v1/productsx", "/dev/mailbox", "/x"]:
        answer = ask("GET", path)
        holds(f"nobody outside is shown {path}", answer.status == 404, answer)
    answer = ask("GET", "/")
    holds("whoever comes to the door is led to the documentation", answer.status == 302 and answer.headers["Location"].endswith("/docs/"), answer)
    page, script = ask("GET", "/docs/"), ask("GET", "/docs/swagger-initializer.js")
    holds("one page", page.status == 200 and "swagger" in page.text, page)
    holds("of both services", "/openapi/auth.json" in script.text and "/openapi/products.json" in script.text, script)
    for name, path in [("auth", "/api/v1/auth/login"), ("products", "/api/v1/products/{id}/stock")]:
        answer = ask("GET", f"/openapi/{name}.json")
        holds(f"with the description of {name}", path in answer.json["paths"], answer)


def sign_in(source, **headers):
    before = set(run_dir.glob("mail/**/*.eml"))
    answer = ask("POST", "/api/v1/auth/login", {"username": "ada", "password": "correct horse battery"}, source, **headers)
    holds("a login", answer.status == 200, answer)
    codes = []

    def code():
        for path in set(run_dir.glob("mail/**/*.eml")) - before:
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if "code" in mail["Subject"]:
                codes.extend(re.findall(r"(?<!\d)(\d{6})(?!\d)", mail.get_body(("plain",)).get_content()))
        return codes

    eventually("a mail with a code", code, 20)
    answer = ask("POST", "/api/v1/auth/verify-code", {"username": "ada", "code": codes[0]}, source, **headers)
    holds("the code is exchanged for tokens", answer.status == 200, answer)
    return "Bearer " + answer.json["access_token"]


def forward_auth(token):
    laptop = {"name": "Laptop", "price": 899.99, "stock": 12}
    answer = ask("POST", "/api/v1/products", laptop)
    holds("whoever has no token is 401, as auth-service says it", answer.status == 401 and answer.json["status"] == 401
          and answer.headers["WWW-Authenticate"].startswith("Bearer"), answer)
    answer = ask("POST", "/api/v1/products", laptop, Authorization="Bearer nonsense")
    holds("so is whoever has a wrong one", answer.status == 401, answer)
    answer = ask("POST", "/api/v1/products", laptop, Authorization=token)
    holds("whoever has one may", answer.status == 201, answer)
    mine = f"/api/v1/products/{answer.json['id']}"
    for method, path, key in [("DELETE", mine, None), ("PUT", mine, None), ("POST", mine + "/stock/add", None), ("POST", mine + "/stock/add", "k")]:
        name = f"refused-{uuid.uuid4()}"
        answer = ask(method, path, {"amount": 1}, X_Request_Id=name, **({"Idempotency_Key": key} if key else {}))
        holds(f"{method}{' with a key' * bool(key)} is asked for one", answer.status == 401, answer)
        # product-service would have refused it, too: the log tells that it was never asked
        holds("before product-service hears of it", not eventually_logged(name).get("ServiceName"), eventually_logged(name))
    answer = ask("OPTIONS", mine, Origin="https://shop.example.com", Access_Control_Request_Method="DELETE")
    holds("but a preflight, which has none", answer.status != 401, answer)
    answer = ask("GET", "/echo/private", Authorization=token)
    seen = dict(answer.json["headers"])
    holds("what is behind is told who it is", answer.status == 200 and seen["x-username"] == "ada" and uuid.UUID(seen["x-user-id"]), answer)


def spoofed(token):
    lies = {"X-User-Id": str(uuid.uuid4()), "X-Username": "root", "X-Scopes": "products:write", "x_user_id": "root"}
    traces = {"Traceparent": f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01", "Tracestate": "theirs=1", "Baggage": "user=root"}

    def told(path, **more):
        client = http.client.HTTPSConnection("localhost", https, timeout=20, context=trusted)
        client.request("GET", path, headers={**lies, **traces, **more})
        answer = Answer(client.getresponse())
        client.close()
        holds(f"{path} is answered", answer.status == 200, answer)
        seen = answer.json["headers"]
        holds("of a stranger's trace nothing is left", not dict(seen).keys() & {name.lower() for name in traces}, seen)
        return seen

    seen = told("/echo/private", Authorization=token)
    identities = [value for name, value in seen if name in ("x-user-id", "x-username", "x-scopes")]
    holds("who they say they are is replaced by who they are", not set(identities) & set(lies.values()) - {"products:write"}
          and dict(seen)["x-username"] == "ada" and len(identities) == len(dict(seen).keys() & {"x-user-id", "x-username", "x-scopes"}), seen)
    holds("nor are there aliases, which some would take for them", "x_user_id" not in dict(seen), seen)
    seen = told("/echo/open")
    holds("or by nothing, where nobody is asked", not dict(seen).keys() & {"x-user-id", "x-username", "x-scopes"}, seen)
    seen = told("/echo/private", Authorization=token, Connection="X-User-Id, X-Username, X-Scopes")
    values = [value for name, value in seen if name in ("x-user-id", "x-username", "x-scopes")]
    holds("nor does it help to call them hop by hop", not set(values) & {lies["X-User-Id"], "root"}, seen)


def addresses(token):
    sessions = ask("GET", "/api/v1/auth/sessions", Authorization=token).json
    holds("a session knows from where it was begun, whatever the client said of that", {s["ip"] for s in sessions} == {"127.0.7.7"}, sessions)
    seen = dict(ask("GET", "/echo/open", source="127.0.7.8", X_Forwarded_For="1.2.3.4", X_Forwarded_Host="evil.example").json["headers"])
    holds("X-Forwarded-For is the client's address alone", seen["x-forwarded-for"] == "127.0.7.8", seen)
    holds("X-Forwarded-Host and -Proto are what was asked", seen["x-forwarded-host"] == f"localhost:{https}" and seen["x-forwarded-proto"] == "https", seen)


def limits():
    def login(name, source="127.0.9.9"):
        return ask("POST", "/api/v1/auth/login", {"username": name, "password": "wrong password"}, source)

    # each name once, else auth-service says 429 itself; and together, so that what is allowed again meanwhile is little
    began = time.monotonic()
    with ThreadPoolExecutor(80) as pool:
        answers = list(pool.map(login, [f"nobody{n}" for n in range(80)]))
    most = 20 + 5 * (time.monotonic() - began) + 2
    refused = [a for a in answers if a.status == 429 and a.bytes == b"Too Many Requests"]
    asked = Counter(a.status for a in answers if a not in refused)
    holds("a flood of logins is 429 at the gateway", refused and 20 <= asked[401] and asked.total() <= most and set(asked) <= {401, 429},
          (asked, len(refused), most))
    holds("with Retry-After", all(a.headers["Retry-After"] for a in refused), refused[0])
    answer = login("somebody", "127.0.9.10")
    holds("others aren't held up", answer.status == 401, answer)
    statuses = Counter()
    threads = [threading.Thread(target=lambda: statuses.update([ask("GET", "/api/v1/products", source="127.0.9.11").status for _ in range(40)])) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    holds("a flood of reads is, too", statuses[429] > 0 and statuses[200] > 0 and set(statuses) == {200, 429}, statuses)


def transport(token):
    answer = ask("GET", "/api/v1/products", tls=False)
    holds("plain HTTP is sent on to TLS", answer.status in (301, 308) and answer.headers["Location"].startswith("https://"), answer)
    old = ssl.create_default_context(cafile=folder / "certificate.pem")
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is the point
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    client = http.client.HTTPSConnection("localhost", https, timeout=20, context=old)
    try:
        client.request("GET", "/api/v1/products")
        holds("TLS 1.1 is refused", False)
    except ssl.SSLError as refusal:
        holds("TLS 1.1 is refused", "version" in str(refusal).lower(), refusal)
    name = f"walk-{uuid.uuid4()}"
    answer = ask("GET", "/api/v1/products", X_Request_Id=name)
    holds("a request keeps its id", answer.headers["X-Request-Id"] == name, answer)
    holds("by which the access log knows it", eventually_logged(name)["DownstreamStatus"] == 200)
    holds("who has none is given one", ask("GET", "/api/v1/products").headers["X-Request-Id"])
    answer = ask("GET", "/openapi/products.json", Accept_Encoding="gzip")
    holds("long answers are compressed", answer.headers["Content-Encoding"] == "gzip" and b"openapi" in gzip.decompress(answer.bytes), answer)
    holds("for those who can read them", ask("GET", "/openapi/products.json").headers["Content-Encoding"] is None)
    client = http.client.HTTPSConnection("localhost", https, timeout=20, context=trusted)
    client.request("GET", "/api/v1/events/stream?last_event_id=0", headers={"Authorization": token, "Accept-Encoding": "gzip"})
    stream = client.getresponse()
    line = stream.readline()
    holds("events that have happened arrive as they are", stream.status == 200 and stream.headers["Content-Encoding"] is None and line.strip(), line)
    answer = ask("POST", "/api/v1/products", {"name": "Mouse", "price": 19.99, "stock": 3}, Authorization=token)
    holds("something happens meanwhile", answer.status == 201, answer)
    mouse, until, told = answer.json["id"].encode(), time.monotonic() + 10, b"x"
    while told and mouse not in told and time.monotonic() < until:
        told = stream.readline()  # no longer than the client's timeout
    holds("and arrives while the stream is open", mouse in told, told)
    client.close()


def retries():
    def times(method, path, failing, **headers):
        failures[path] = failing
        answer = ask(method, path, {} if method != "GET" else None, **headers)
        return answer.status, hits[path]

    holds("what only reads is asked again when nobody answers", times("GET", "/echo/read", 2) == (200, 3), hits)
    seen = times("POST", "/echo/write", 1)
    holds("what changes something isn't", seen == (502, 1), seen)
    seen = times("PUT", "/echo/put", 1)
    holds("nor is a PUT, which tells by its answer what was there", seen == (502, 1), seen)
    seen = times("POST", "/echo/keyed", 2, Idempotency_Key=str(uuid.uuid4()))
    holds("unless it has an Idempotency-Key", seen == (200, 3), seen)
    seen = times("GET", "/echo/dead", 99)
    # four times, and by Go's own client once more where a kept connection turned out to be closed
    holds("and nothing is for ever", seen[0] == 502 and 4 <= seen[1] <= 8, seen)


def breaker():
    def tripped(status):
        answer = ask("GET", f"/echo/breaker/{status}")
        if answer.status == 503 and answer.bytes == b"Service Unavailable":
            return True
        if answer.status != status:
            holds(f"{status} comes through the breaker", False, answer)
        return False

    until, shed = time.monotonic() + 2, []  # four times as long as between two looks
    while time.monotonic() < until:
        shed.append(tripped(503))
    holds("whoever turns requests away is still asked", not any(shed) and not tripped(200), Counter(shed))
    took = eventually("the circuit breaker opens", lambda: tripped(500), 30)
    print(f"  of one that fails the breaker opens ({took:.1f} s)")
    holds("and nobody else's", ask("GET", "/echo/open").status == 200)
    took = eventually("the circuit breaker closes", lambda: not any(tripped(200) for _ in range(50)), 30)
    print(f"  and closes when it is well again ({took:.1f} s later)")


def killed():
    def read(_=None):
        answer = ask("GET", "/api/v1/products/categories-of-nobody", source=f"127.0.11.{time.monotonic_ns() % 200 + 1}")
        return answer.status

    def eight():
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(read, range(8)))

    holds("product-service is well", read() == 404)
    instance("kill9", "product-service")
    seen = Counter()

    def out():
        seen.update(answers := eight())
        return set(answers) == {503}

    took = eventually("the gateway stops asking it", out, 30)
    holds(f"when it is killed, the answer is 503 at once ({took:.1f} s)", set(seen) <= {502, 503, 504}, seen)
    holds("meanwhile auth-service is served", ask("GET", "/.well-known/jwks.json").status == 200)
    instance("start", "product-service")
    answer = ask("GET", "/api/v1/products", tls=False, port=product)
    holds("it is back", answer.status == 200, answer)
    took = eventually("it is asked again", lambda: all(read() == 404 for _ in range(50)), 30)
    print(f"  and asked again ({took:.1f} s later)")


print("routing")
routing()
print("forward-auth")
token = sign_in("127.0.7.7", X_Forwarded_For="1.2.3.4")
forward_auth(token)
print("spoofed identities")
spoofed(token)
print("addresses")
addresses(token)
print("transport")
transport(token)
print("retries")
retries()
print("limits")
limits()
print("circuit breaker")
breaker()
print("a service that is killed")
killed()
complaints = [line for line in (folder / "traefik.log").read_text().splitlines() if '"level":"error"' in line]
holds("Traefik has no complaint", not complaints, complaints[:3])
print("gateway: all of it holds")
