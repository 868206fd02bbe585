#!/usr/bin/env python3
"""Measures what the log's options cost, each against the plain run, and how fast a killed recorder is back.

usage: store.py --build FOLDER [--rounds N] [--megabytes N] [--exchanges N] [--open-bytes N]

Called by `tools/dev bench store`. The variants run in turn, on one disk; the cost is the median of
the ratios of neighbouring walls, which what else the machine does disturbs least.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import captures
import measure

# Name as in bench/store.cc, what it is, and how much throughput it may cost.
VARIANTS = [("full", "--durability full", 0.15)]


def record(build, variant, capture, folder):
    log = os.path.join(folder, "log")
    made = measure.run([os.path.join(build, "bench", "store"), variant, capture, log])
    shutil.rmtree(log, ignore_errors=True)
    if made.status != 0:
        sys.exit(f"bench: {made.output}")
    return json.loads(made.output)


def measure_variants(build, traffic, rounds, folder):
    runs = {name: [] for name in ["plain"] + [name for name, _, _ in VARIANTS]}
    for _ in range(rounds):
        for name, results in runs.items():
            results.append(record(build, name, traffic["file"], folder))
    found = {run["exchanges"] for results in runs.values() for run in results}
    if found != {traffic["exchanges"]}:
        sys.exit(f"bench: the runs stored {sorted(found)} exchanges, the capture has {traffic['exchanges']:,}")
    return runs


def print_variants(kind, runs):
    plain = runs["plain"]
    megabytes = plain[0]["raw_bytes"] / 1e6
    wall = statistics.median(run["wall_s"] for run in plain)
    print(f"\n  {kind}: {megabytes:.0f} MB, {plain[0]['exchanges']:,} exchanges; "
          f"plain {wall:.2f} s, {megabytes / wall:.0f} MB/s")
    for name, words, goal in VARIANTS:
        pairs = list(zip(plain, runs[name]))
        cost = statistics.median(1 - a["wall_s"] / b["wall_s"] for a, b in pairs)
        cpu = statistics.median(b["cpu_s"] / a["cpu_s"] for a, b in pairs)
        print(f"    {words:24} costs {cost:6.1%} of the throughput   goal {goal:.0%}   (CPU x{cpu:.2f})")


def measure_resume(build, open_bytes, folder):
    """From the start of the process to recording, and to the dead segment's seal beside it."""
    log = os.path.join(folder, "log")
    made = measure.run([os.path.join(build, "bench", "store"), "leave-open", log, str(open_bytes)])
    if made.status != 0:
        return {"problem": made.output.strip()}
    dead = os.path.join(log, "bench", "0001", "000001")
    size = os.path.getsize(dead + ".open")
    started = time.monotonic()
    recorder = subprocess.Popen(
        [os.path.join(build, "tools", "trafrec"), "record", "-i", "lo", "-l", log, "--recorder", "bench"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    line = recorder.stderr.readline()
    resumed = time.monotonic() - started
    while recorder.poll() is None and not os.path.exists(dead + ".sqlite"):
        time.sleep(0.005)
    sealed = time.monotonic() - started
    recorder.terminate()
    recorder.wait()
    shutil.rmtree(log, ignore_errors=True)
    if "recording on" not in line:
        return {"problem": line.strip()}
    return {"open_bytes": size, "resumed_s": resumed, "sealed_s": sealed}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--megabytes", type=int, default=440)
    parser.add_argument("--exchanges", type=int, default=240_000)
    parser.add_argument("--open-bytes", type=int, default=1 << 30)
    options = parser.parse_args()
    results = {"environment": measure.environment()}
    with tempfile.TemporaryDirectory(prefix="trafrec-bench-", dir=captures.CACHE) as folder:
        for kind, amount in (("bulk", options.megabytes), ("small", options.exchanges)):
            traffic = captures.make_traffic(options.build, kind, amount)
            results[kind] = measure_variants(options.build, traffic, options.rounds, folder)
            print_variants(kind, results[kind])
        resume = measure_resume(options.build, options.open_bytes, folder)
        results["resume"] = resume
        if "problem" in resume:
            print(f"\n  resuming: {resume['problem']}")
        else:
            print(f"\n  after a kill with {resume['open_bytes'] / 1e6:.0f} MB open: recording after "
                  f"{resume['resumed_s'] * 1e3:.0f} ms   goal 1000;   sealed after {resume['sealed_s']:.2f} s")
    measure.save("store", results)


if __name__ == "__main__":
    main()
