"""Runs a command and says what it took: wall, CPU of its whole process tree, peak memory."""

import dataclasses
import os
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
