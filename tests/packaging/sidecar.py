#!/usr/bin/env python3
"""Runs the image as the Kubernetes example says, with a real container runtime (crun), on a loopback of its own.

usage: sidecar.py ROOT TRAFREC      ROOT: the image's files; TRAFREC: a binary that reads the log afterwards

What kubelet and containerd make of the example is made here from the same file: user, group, capabilities (in the bounding,
effective and permitted sets, not among the ambient ones), no_new_privs, a root that is read-only, mounts. Run it in network
and mount namespaces of its own, as root.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

from service import PATIENCE_S, get, web_server

PACKAGING = pathlib.Path(__file__).parent.parent.parent / "packaging"
SETS = ("bounding", "effective", "permitted")
REQUESTS = 5


def command():
    """What the image starts."""
    text = (PACKAGING / "Containerfile").read_text()
    return [word for part in ("ENTRYPOINT", "CMD") for word in json.loads(re.search(f"^{part} (.*)$", text, re.M)[1])]


def mount_of(mount, volume, folder, group):
    """A volume of the pod as a folder beside the container."""
    source = folder / mount["name"]
    source.mkdir()
    os.chown(source, 0, group)
    source.chmod(0o2770)
    options = ["bind", "nosuid", "nodev"]
    if "configMap" in volume:
        options.append("ro")
        source.chmod(0o755)
    return {"destination": mount["mountPath"], "type": "bind", "source": str(source), "options": options}


def bundle(folder, root, pod, container):
    context = pod["securityContext"] | container["securityContext"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    subprocess.run(["crun", "spec"], cwd=folder, check=True)
    config = json.loads((folder / "config.json").read_text())
    capabilities = ["CAP_" + name for name in context["capabilities"]["add"]]
    config["root"] = {"path": root, "readonly": context["readOnlyRootFilesystem"]}
    config["process"] |= {
        "terminal": False,
        "user": {"uid": context["runAsUser"], "gid": context["runAsGroup"], "additionalGids": [context["fsGroup"]]},
        "args": command(),
        "env": ["PATH=/usr/bin", "TRAFREC_RECORDER=web-7d4b9c-x2x7k"],
        "capabilities": {name: capabilities for name in SETS},
        "noNewPrivileges": not context["allowPrivilegeEscalation"],
    }
    config["mounts"] += [mount_of(mount, volumes[mount["name"]], folder, context["fsGroup"])
                         for mount in container["volumeMounts"]]
    # The pod's network is the one in which this runs.
    config["linux"]["namespaces"] = [kind for kind in config["linux"]["namespaces"]
                                     if kind["type"] not in ("network", "cgroup")]
    (folder / "config.json").write_text(json.dumps(config))


def main(root, trafrec):
    documents = {document["kind"]: document
                 for document in yaml.safe_load_all((PACKAGING / "kubernetes/sidecar.yaml").read_text())}
    pod = documents["Deployment"]["spec"]["template"]["spec"]
    container = next(one for one in pod["initContainers"] if one["name"] == "trafrec")
    port = web_server(pod["containers"][0]["ports"][0]["containerPort"])
    # crun knows no mixture of both generations of control groups.
    subprocess.run(["mount", "-t", "cgroup2", "none", "/sys/fs/cgroup"], check=True)
    with tempfile.TemporaryDirectory(prefix="trafrec-sidecar-") as name:
        folder = pathlib.Path(name)
        bundle(folder, root, pod, container)
        (folder / "config" / "recorder.toml").write_text(documents["ConfigMap"]["data"]["recorder.toml"])
        crun = ["crun", "--cgroup-manager=disabled"]
        recorder = subprocess.Popen([*crun, "run", folder.name], cwd=folder, stderr=subprocess.PIPE, text=True)
        said = ""
        for line in recorder.stderr:
            said += line
            if "recording on" in line:
                break
        else:
            sys.exit("the recorder does not start: " + said)
        get(port, REQUESTS)
        subprocess.run([*crun, "kill", folder.name, "TERM"], check=True)
        said += recorder.stderr.read()
        if recorder.wait(PATIENCE_S) != 0:
            sys.exit("the recorder failed: " + said)
        log = subprocess.run([trafrec, "export", folder / "log/log", "--format", "ndjson"], capture_output=True, text=True,
                             check=True).stdout.splitlines()
    # On "any" loopback shows each packet twice; the recorder counts the second as a copy.
    if len(log) != REQUESTS:
        sys.exit(f"{REQUESTS} requests were sent, {len(log)} are in the log")


if __name__ == "__main__":
    main(*sys.argv[1:])
