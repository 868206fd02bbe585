"""Runs a command and says what it took: wall, CPU of its whole process tree, peak memory."""

import dataclasses
import datetime
import json
import os
import platform
import sqlite3
import statistics
import subprocess
import threading
import time


@dataclasses.dataclass
class Run:
    wall_s: float
    cpu_s: float
    rss_bytes: int
    status: int
    output: str


def run(command, timeout_s=900, **options):
    """Runs to the end. CPU and memory come from wait4, so children it waited for are included."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True, **options)
    killer = threading.Timer(timeout_s, lambda: os.killpg(process.pid, 9))
    killer.start()
    output = process.stdout.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    killer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait again
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, process.returncode,
               output)


def median(runs):
    return Run(statistics.median(r.wall_s for r in runs), statistics.median(r.cpu_s for r in runs),
               max(r.rss_bytes for r in runs), runs[-1].status, runs[-1].output)


def tree_bytes(path):
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(folder, name))
               for folder, _, names in os.walk(path) for name in names)


def environment():
    """What the figures depend on; the load goes to the terminal too, for it spoils walls."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    found = {"when": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
             "machine": f"{os.cpu_count()} x {models[0] if models else platform.machine()}",
             "kernel": platform.release(), "load": os.getloadavg()[0], "sqlite": sqlite3.sqlite_version}
    print(f"\n{found['machine']}, load {found['load']:.1f}")
    return found


def save(name, results):
    """Keeps the figures in bench/results/, which git ignores."""
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "results")
    os.makedirs(folder, exist_ok=True)
    stamp = results["environment"]["when"].replace(":", "").replace("+0000", "Z")
    path = os.path.join(folder, f"{name}-{stamp}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
    print(f"\nresults: {os.path.relpath(path)}")
