"""Whether what deploy/ says of metrics and alerts is true. Run by scripts/observability.

observability.py files DEPLOY RUNBOOKS      every alert has a severity, a runbook section, and a test in which it fires and resolves
observability.py run DASHBOARDS RULES ...   every query has an answer, and an alert comes through and is taken back
"""
import argparse
import http.server
import json
import math
import pathlib
import re
import subprocess
import sys
import threading
import time

import requests
import yaml

import observability_load

PATIENCE = 60  # seconds, for anything that is waited for


def eventually(what, check):
    """Waits until `check` gives something true, and gives that; what it says last is told if it never does."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            outcome, said = check()
        except requests.ConnectionError as error:
            outcome, said = None, error
        if outcome:
            return outcome
        if time.monotonic() > deadline:
            sys.exit(f"observability: {what}: not within {PATIENCE} s: {said}")
        time.sleep(0.25)


# ---- what needs no service ---------------------------------------------------------------------------


def rules(folder):
    for file in sorted(pathlib.Path(folder).glob("*.yml")):
        for group in yaml.safe_load(file.read_text())["groups"]:
            for rule in group["rules"]:
                yield file.stem, rule


def check_files(deploy, runbooks):
    wrong, tested = [], {}
    for file in pathlib.Path(deploy, "prometheus/tests").glob("*.yml"):
        for test in yaml.safe_load(file.read_text())["tests"]:
            for case in test["alert_rule_test"]:
                seen = tested.setdefault(case["alertname"], "")
                tested[case["alertname"]] = seen + ("!" if case.get("exp_alerts") else ".")
    alerts = [(stem, rule) for stem, rule in rules(pathlib.Path(deploy, "prometheus/rules")) if "alert" in rule]
    for stem, rule in alerts:
        name, page = rule["alert"], pathlib.Path(runbooks, stem + ".md")
        if rule.get("labels", {}).get("severity") not in ("critical", "warning", "info"):
            wrong.append(f"{name} has no severity")
        if not rule["annotations"]["runbook_url"].endswith(f"/{stem}.md#{name.lower()}"):
            wrong.append(f"{name} doesn't point to its section")
        if f"\n## {name}\n" not in (page.read_text() if page.exists() else ""):
            wrong.append(f"{page} has no section {name}")
        if "!." not in tested.get(name, ""):
            wrong.append(f"no test sees {name} fire and resolve")
    queries = len(list(dashboards(pathlib.Path(deploy, "grafana/dashboards"))))
    if wrong:
        sys.exit("observability: " + "\nobservability: ".join(wrong))
    print(f"{len(alerts)} alerts have a severity, a section in {runbooks} and a test in which they fire and resolve; dashboards ask {queries} queries")


def dashboards(folder):
    """Each query of each dashboard, and where it is."""
    for file in sorted(pathlib.Path(folder).glob("*.json")):
        board = json.loads(file.read_text())
        for variable in board["templating"]["list"]:
            metric = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"])
            yield f"{file.stem}, variable {variable['name']}", f"count by ({metric[2]}) ({metric[1]})"
        panels = [panel for panel in board["panels"] if panel["type"] != "row"]
        if len({panel["id"] for panel in board["panels"]}) != len(board["panels"]):
            sys.exit(f"observability: {file}: two panels have the same id")
        for panel in panels:
            if not panel["targets"]:
                sys.exit(f"observability: {file}: {panel['title']} asks nothing")
            for target in panel["targets"]:
                yield f"{file.stem}, {panel['title']}, {target['refId']}", target["expr"]


# ---- what Prometheus says ----------------------------------------------------------------------------


class Prometheus:
    def __init__(self, url):
        self.url = url

    def get(self, path, **params):
        answer = requests.get(self.url + "/api/v1" + path, params=params, timeout=10)
        body = answer.json()
        if body["status"] != "success":
            sys.exit(f"observability: {params}: {body['error']}")
        return body["data"]

    def values(self, expression):
        """The numbers that it answers, without those that aren't any."""
        found = self.get("/query", query=expression)["result"]
        return [value for value in (float(sample["value"][1]) for sample in found) if not math.isnan(value)]

    def asks_both(self):
        targets = self.get("/targets")["activeTargets"]
        up = {target["labels"]["job"] for target in targets if target["health"] == "up"}
        return {"auth-service", "product-service"} <= up, [(t["labels"], t["health"], t["lastError"]) for t in targets]

    def understands_rules(self):
        all_rules = [rule for group in self.get("/rules")["groups"] for rule in group["rules"]]
        bad = [(rule["name"], rule["health"], rule.get("lastError")) for rule in all_rules if rule["health"] != "ok"]
        return bool(all_rules) and not bad, bad


def filled_in(expression):
    for variable, value in (("$__rate_interval", "30s"), ("$instance", ".*")):
        expression = expression.replace(variable, value)
    if "$" in expression:
        sys.exit(f"observability: a variable that nobody knows is in {expression}")
    return expression


def metrics_of(expression):
    """The names of the metrics that an expression is about."""
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", expression)
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|\"[^\"]*\"", " ", bare)
    words = re.finditer(r"(?<![\w.])([a-zA-Z_:][\w:]*)(\s*\()?", bare)
    return {word[1] for word in words if not word[2]} - {"and", "or", "unless", "by", "bool", "offset"}


def check_answers(prometheus, load, folder, rule_folder):
    asked = {where: filled_in(query) for where, query in dashboards(folder)}
    for stem, rule in rules(rule_folder):
        for metric in metrics_of(rule["expr"]):
            asked[f"rules/{stem}.yml, {rule.get('alert') or rule['record']}"] = f"count({metric})"

    def answers():
        load.must_go_on()
        silent = {where: query for where, query in asked.items() if not prometheus.values(query)}
        return not silent, "no data for " + "; ".join(f"{where}: {query}" for where, query in silent.items())

    eventually("every query has an answer", answers)
    print(f"{len(asked)} queries of dashboards and rules have an answer")


def check_names(prometheus):
    """What promtool has to say about names and types, of the format that is easier to read."""
    for target in prometheus.get("/targets")["activeTargets"]:
        if target["labels"]["job"] in ("auth-service", "product-service"):
            text = requests.get(target["scrapeUrl"], timeout=10).content
            subprocess.run(["promtool", "check", "metrics"], input=text, check=True)


def check_exemplars(prometheus):
    def kept():
        found = prometheus.get(
            "/query_exemplars",
            query='http_request_duration_seconds_bucket{route="/api/v1/products"}',
            start=time.time() - 600,
            end=time.time(),
        )
        traces = {exemplar["labels"]["trace_id"] for series in found for exemplar in series["exemplars"]}
        return observability_load.TRACE in traces, traces

    eventually("a trace is the example of a request", kept)
    print("a trace is found from the time that its request took")


# ---- an alert, from end to end -----------------------------------------------------------------------


class Webhook:
    """Where Alertmanager tells of alerts."""

    def __init__(self, port):
        self.told = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(handler):
                body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
                self.told += [(handler.path, alert) for alert in body["alerts"]]
                handler.send_response(200)
                handler.end_headers()

            def log_message(handler, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def heard(self, name, job, status):
        def check():
            for path, alert in self.told:
                labels = alert["labels"]
                if (labels["alertname"], labels.get("job"), alert["status"]) == (name, job, status):
                    return (path, alert), None
            return None, self.told

        return check


def check_alert(webhook, instance):
    run = lambda verb: subprocess.run([instance, verb, "product-service"], check=True)
    began = time.monotonic()
    run("kill9")
    path, alert = eventually("ServiceDown fires", webhook.heard("ServiceDown", "product-service", "firing"))
    if path != "/on-call" or "runbooks" in alert["labels"]:
        sys.exit(f"observability: it came to the wrong place, or says too much: {path} {alert}")
    if not alert["annotations"]["runbook_url"].startswith("https://"):
        sys.exit(f"observability: it leads nowhere: {alert}")
    fired = time.monotonic()
    run("start")
    eventually("ServiceDown resolves", webhook.heard("ServiceDown", "product-service", "resolved"))
    print(f"ServiceDown came {fired - began:.0f} s after the kill, and was taken back after {time.monotonic() - fired:.0f} s more")


def main():
    parser = argparse.ArgumentParser()
    verbs = parser.add_subparsers(dest="verb", required=True)
    files = verbs.add_parser("files")
    files.add_argument("deploy")
    files.add_argument("runbooks")
    run = verbs.add_parser("run")
    run.add_argument("dashboards")
    run.add_argument("rules")
    for name in ("auth", "product", "prometheus", "maildir", "instance"):
        run.add_argument("--" + name, required=True)
    run.add_argument("--webhook", type=int, required=True)
    told = parser.parse_args()
    if told.verb == "files":
        return check_files(told.deploy, told.runbooks)
    webhook, prometheus = Webhook(told.webhook), Prometheus(told.prometheus)
    eventually("Prometheus asks both services", prometheus.asks_both)
    with observability_load.Load(told.auth, told.product, told.maildir) as load:
        check_answers(prometheus, load, told.dashboards, told.rules)
        check_names(prometheus)
        check_exemplars(prometheus)
    eventually("Prometheus understands every rule", prometheus.understands_rules)
    check_alert(webhook, told.instance)


main()
