"""The Python client of Elasticsearch, in a Python of its own: Debian has no package of that version."""

import fcntl
import os
import pathlib
import subprocess
import sys

import real_node

CLIENT = "elasticsearch==7.10.1"


def enter():
    """Starts this program again in a Python that has the client, unless it is that already."""
    cache = real_node.CACHE.parent / CLIENT.replace("==", "-py-")
    if pathlib.Path(sys.prefix) == cache:
        return
    cache.parent.mkdir(parents=True, exist_ok=True)
    with open(cache.with_suffix(".lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (cache / "ready").exists():
            subprocess.run(["/usr/bin/python3", "-m", "venv", "--clear", cache], check=True)
            subprocess.run([cache / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", CLIENT], check=True)
            (cache / "ready").touch()
    os.execv(cache / "bin" / "python", [cache / "bin" / "python", *sys.argv])
