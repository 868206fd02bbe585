#!/usr/bin/env python3
"""Measures what redaction and encryption cost, each against the run that does neither.

usage: privacy.py --build FOLDER [--rounds N] [--megabytes N] [--exchanges N]

Called by `tools/dev bench privacy`. The variants record the same capture in turn; the cost is the median of the ratios of
neighbouring runs, which what else the machine does disturbs least.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile

import captures
import measure

KEEP = ["--keep-secrets"]


def variants(key):
    """Name, options, and how much throughput they may cost."""
    encrypt = KEEP + ["--encrypt-to", key + ".pub"]
    return [("headers redacted", [], 0.05),
            ("and one parameter", ["--redact-query", "token"], None),
            ("and one field of JSON", ["--redact-query", "token", "--redact-json", "/token"], None),
            ("encrypted", encrypt, 0.10),
            ("addresses, too", encrypt + ["--encrypt-addresses"], None)]


def record(build, options, capture, folder):
    log = os.path.join(folder, "log")
    made = measure.run([os.path.join(build, "tools", "trafrec"), "record", "-q", "--recorder", "bench", "-r", capture,
                        "-l", log, *options],
                       env=dict(os.environ, XDG_CONFIG_HOME=folder))
    shutil.rmtree(log, ignore_errors=True)
    if made.status != 0:
        sys.exit(f"bench: {made.output}")
    return made


def measure_variants(build, traffic, rounds, rows, folder):
    runs = {"plain": [], **{name: [] for name, _, _ in rows}}
    for _ in range(rounds):
        runs["plain"].append(record(build, KEEP, traffic["file"], folder))
        for name, options, _ in rows:
            runs[name].append(record(build, options, traffic["file"], folder))
    return runs


def print_costs(kind, traffic, rows, runs):
    plain = runs["plain"]
    wall = statistics.median(run.wall_s for run in plain)
    print(f"\n  {kind}: {traffic['payload_bytes'] / 1e6:.0f} MB, {traffic['exchanges']:,} exchanges; plain {wall:.2f} s")
    found = {}
    for name, _, goal in rows:
        pairs = list(zip(plain, runs[name]))
        cost = statistics.median(1 - a.wall_s / b.wall_s for a, b in pairs)
        cpu = statistics.median(b.cpu_s / a.cpu_s for a, b in pairs)
        found[name] = {"throughput_cost": cost, "cpu_ratio": cpu, "goal": goal}
        words = "" if goal is None else f"   goal {goal:.0%}"
        print(f"    {name:22} costs {cost:6.1%} of the throughput, CPU x{cpu:.2f}{words}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--megabytes", type=int, default=440)
    parser.add_argument("--exchanges", type=int, default=240_000)
    options = parser.parse_args()
    results = {"environment": measure.environment()}
    os.makedirs(captures.CACHE, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="trafrec-bench-", dir=captures.CACHE) as folder:
        key = os.path.join(folder, "encrypt.key")
        made = measure.run([os.path.join(options.build, "tools", "trafrec"), "keygen", "--for", "encrypt", "--out", key])
        if made.status != 0:
            sys.exit(f"bench: {made.output}")
        rows = variants(key)
        for kind, amount in (("bulk", options.megabytes), ("small", options.exchanges)):
            traffic = captures.make_traffic(options.build, kind, amount)
            runs = measure_variants(options.build, traffic, options.rounds, rows, folder)
            results[kind] = print_costs(kind, traffic, rows, runs)
    measure.save("privacy", results)


if __name__ == "__main__":
    main()
