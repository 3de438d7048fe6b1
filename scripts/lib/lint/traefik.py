"""The labels in compose.yml say what deploy/traefik/dynamic/routes.yml says, and the variants of traefik.yml differ in what they tell and
in nothing else. Exits with 1 if not."""
import pathlib
import re
import sys

import yaml

traefik = pathlib.Path("deploy/traefik")
problems = []


def load(path):
    # templates are no YAML; what they fill in is another matter
    return yaml.safe_load(re.sub(r"servers: \[.*\]", "servers: []", path.read_text()))


routes = load(traefik / "dynamic/routes.yml")["http"]
known = set(yaml.safe_load(re.sub(r"\{\{.*?\}\}", "x", (traefik / "dynamic/middlewares.yml").read_text()))["http"]["middlewares"])
labels = {}
for service in yaml.safe_load(pathlib.Path("compose.yml").read_text())["services"].values():
    labels.update({name: str(value).replace("$$", "$") for name, value in service.get("labels", {}).items()})

wanted = {"traefik.enable": "true"}
for name, router in routes["routers"].items():
    of = f"traefik.http.routers.{name}."
    wanted[of + "rule"] = router["rule"]
    wanted[of + "priority"] = str(router["priority"])
    wanted[of + "entrypoints"] = ",".join(router["entryPoints"])
    wanted[of + "middlewares"] = ",".join(f"{middleware}@file" for middleware in router["middlewares"])
    wanted[of + "service"] = router["service"]
    problems += [f"{name}: no middleware {middleware}" for middleware in router["middlewares"] if middleware not in known]
    if router["entryPoints"] == ["websecure"] and router["service"] != "noop@internal" and "no-identity" not in router["middlewares"]:
        problems.append(f"{name}: lets identities through that clients claim")
for name, port in (("auth-service", 8001), ("product-service", 8002)):
    of = f"traefik.http.services.{name}.loadbalancer."
    wanted[of + "server.port"] = str(port)
    wanted.update({of + f"healthcheck.{key}": str(value) for key, value in routes["services"][name]["loadBalancer"]["healthCheck"].items()})
for name in sorted(wanted.keys() | labels.keys()):
    if wanted.get(name) != labels.get(name):
        problems.append(f"{name}: {labels.get(name)!r} in compose.yml, {wanted.get(name)!r} by routes.yml")

usual = yaml.safe_load((traefik / "traefik.yml").read_text())


def variant(name, change):
    expected = yaml.safe_load((traefik / "traefik.yml").read_text())
    change(expected)
    if yaml.safe_load((traefik / name).read_text()) != expected:
        problems.append(f"{name} differs from traefik.yml in more than it tells")


def docker(config):
    config["providers"]["docker"] = {"exposedByDefault": False, "network": "panal_edge", "allowEmptyServices": True}
    config["entryPoints"]["metrics"]["address"] = ":8091"


def kubernetes(config):
    points = config["entryPoints"]
    points["web"]["address"], points["websecure"]["address"], points["metrics"]["address"] = ":8000", ":8443", ":8091"
    points["web"]["http"]["redirections"]["entryPoint"]["to"] = ":443"
    config["ping"]["entryPoint"] = "metrics"


variant("traefik.docker.yml", docker)
variant("traefik.kubernetes.yml", kubernetes)
if problems:
    sys.exit("\n".join(problems))
