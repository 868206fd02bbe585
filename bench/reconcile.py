#!/usr/bin/env python3
"""Measures trafrec reconcile: mutations a second from the log alone, and its memory by the log's length.

usage: reconcile.py --build FOLDER [--mutations N] [--repeat N] [--long N]

Called by `tools/dev bench reconcile`. The logs are made by bench/reconcile_log.cc: bulks, single writes, reads and by-query requests
of an index that is simulated with shards, versions and numbers. One in a thousand requests has no answer; in the log with losses ten
times as many, and one exchange in a hundred is missing; in the one with pauses all clients rest now and then, until nothing is
open any more. Logs of different length tell how the memory depends on it; --long adds three, of a quarter, of half and of all of
so many mutations: 100 million if there are 8 GB of disk and an hour.
"""

import argparse
import collections
import json
import os
import statistics
import sys
import tempfile

import measure

GOAL_RATE = 200_000
GOAL_RSS = 512 << 20
SHORT = 5
OPEN_PPM = 1_000
LOSSY_OPEN_PPM = 10_000
LOSSY_LOST_PPM = 10_000
CALM_EACH = 200_000


def make_log(options, folder, mutations, open_ppm, lost_ppm, calm_each):
    log = os.path.join(folder, "log")
    made = measure.run([os.path.join(options.build, "bench", "reconcile_log"), log, str(mutations), "1", str(open_ppm),
                        str(lost_ppm), str(calm_each)], timeout_s=3600)
    if made.status != 0:
        sys.exit(f"bench: {made.output}")
    return log


def reconcile(options, log):
    """Figures of one run, and how many verdicts of each kind it gave."""
    run = measure.run([os.path.join(options.build, "tools", "trafrec"), "reconcile", log, "--json"], timeout_s=7200)
    if run.status not in (0, 3):
        sys.exit(f"bench: {run.output[-2000:]}")
    verdicts = collections.Counter()
    for line in run.output.splitlines():
        found = json.loads(line)
        if "note" in found:
            continue
        verdicts["missing" if found.get("missing") else f"{found['verdict']} {found['grade'] or ''}".strip()] += 1
    return run, dict(sorted(verdicts.items()))


def speed(options, name, log, mutations):
    runs = []
    for _ in range(options.repeat):
        run, verdicts = reconcile(options, log)
        runs.append(run)
    wall = statistics.median(each.wall_s for each in runs)
    cpu = statistics.median(each.cpu_s for each in runs)
    figures = {"rate": mutations / wall, "cpu_us": cpu * 1e6 / mutations, "rss": max(each.rss_bytes for each in runs),
               "verdicts": verdicts}
    print(f"  {name:28}{mutations:13,}{figures['rate']:13,.0f}{figures['cpu_us']:11.2f}{figures['rss'] / (1 << 20):9.0f} MiB   "
          + ", ".join(f"{count:,} {verdict}" for verdict, count in verdicts.items()))
    return figures


def growth(lengths):
    """How the memory grows from each length to the next one."""
    for (shorter, less), (longer, more) in zip(lengths, lengths[1:]):
        yield {"from": shorter, "to": longer,
               "bytes_each": (more["rss"] - less["rss"]) / (longer - shorter),
               "questions": sum(count for verdict, count in more["verdicts"].items() if verdict != "missing")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--mutations", type=int, default=1_000_000)
    parser.add_argument("--long", type=int, default=0, help="three logs more, the longest of so many mutations")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    results = {"environment": measure.environment(), "logs": {}}
    rows = [("short", options.mutations // SHORT, OPEN_PPM, 0, 0), ("plain", options.mutations, OPEN_PPM, 0, 0),
            ("with pauses", options.mutations, OPEN_PPM, 0, CALM_EACH),
            ("with losses", options.mutations // SHORT, LOSSY_OPEN_PPM, LOSSY_LOST_PPM, 0)]
    if options.long:
        rows += [(name, options.long // part, OPEN_PPM, 0, 0)
                 for name, part in (("long, a quarter", 4), ("long, half", 2), ("long", 1))]
    print(f"\n  {'log':28}{'mutations':>13}{'a second':>13}{'CPU us':>11}{'memory':>13}   verdicts")
    for name, mutations, open_ppm, lost_ppm, calm_each in rows:
        with tempfile.TemporaryDirectory(prefix="trafrec-reconcile-") as folder:
            log = make_log(options, folder, mutations, open_ppm, lost_ppm, calm_each)
            results["logs"][name] = speed(options, name, log, mutations)
    lengths = sorted(((mutations, results["logs"][name]) for name, mutations, _, lost, calm in rows
                      if not lost and not calm),
                     key=lambda each: each[0])
    results["growth"] = list(growth(lengths))
    print(f"\n  {'memory grows':28}{'from':>13}{'to':>13}{'bytes a mutation':>18}{'questions':>11}")
    for step in results["growth"]:
        print(f"  {'':28}{step['from']:13,}{step['to']:13,}{step['bytes_each']:18.1f}{step['questions']:11,}")
    rate = results["logs"]["plain"]["rate"]
    most = max(each["rss"] for each in results["logs"].values())
    print(f"\n  goal {GOAL_RATE:,} mutations a second: {'met' if rate >= GOAL_RATE else 'MISSED'}; "
          f"goal {GOAL_RSS >> 20} MiB: {'met' if most <= GOAL_RSS else 'MISSED'}")
    measure.save("reconcile", results)


if __name__ == "__main__":
    main()
