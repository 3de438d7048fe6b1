"""kubernetes.py FILE: what no schema knows. Every pod is locked down, limited, and probed if it serves; every selector finds something;
and the image is the one that a release of this version makes."""
import pathlib
import re
import sys

import yaml

things = [thing for thing in yaml.safe_load_all(open(sys.argv[1])) if thing]
problems, pods = [], []
for thing in things:
    if thing["kind"] in ("Deployment", "Job"):
        name, template = thing["metadata"]["name"], thing["spec"]["template"]
        pod = template["spec"]
        pods.append(template["metadata"]["labels"])
        if not pod["securityContext"].get("runAsNonRoot") or pod.get("automountServiceAccountToken") is not False:
            problems.append(f"{name}: not as nobody, or with a token of the cluster's")
        for container in pod["containers"]:
            security = container["securityContext"]
            if not security["readOnlyRootFilesystem"] or security["allowPrivilegeEscalation"] or security["capabilities"]["drop"] != ["ALL"]:
                problems.append(f"{name}/{container['name']}: not locked down")
            if "memory" not in container["resources"]["limits"] or "cpu" not in container["resources"]["requests"]:
                problems.append(f"{name}/{container['name']}: no limit")
            if thing["kind"] == "Deployment" and not {"livenessProbe", "readinessProbe"} <= container.keys():
                problems.append(f"{name}/{container['name']}: not probed")
for thing in things:
    spec = thing.get("spec", {})
    for key in ("selector", "podSelector"):
        wanted = spec.get(key) or {}
        wanted = wanted.get("matchLabels", wanted if thing["kind"] == "Service" else {})
        if wanted and not any(wanted.items() <= labels.items() for labels in pods):
            problems.append(f"{thing['kind']} {thing['metadata']['name']}: finds no pod")
version = re.search(r'(?m)^version = "(.*)"$', pathlib.Path("Cargo.toml").read_text())[1]
for image in yaml.safe_load(pathlib.Path("deploy/kubernetes/kustomization.yaml").read_text())["images"]:
    if image["newTag"] != version:
        problems.append(f"kustomization.yaml: {image['name']} is {image['newTag']}, but this is {version}")
if problems or len(pods) < 4:
    sys.exit("\n".join(problems or [f"only {len(pods)} kinds of pods"]))
