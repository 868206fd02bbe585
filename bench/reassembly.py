#!/usr/bin/env python3
"""Measures the reassembly stage alone, packets in memory to exchanges, beside libtins' StreamFollower.

usage: reassembly.py --build FOLDER [--rounds N] [--megabytes N] [--exchanges N]

Called by `tools/dev bench reassembly`. Both run in turn in one process, on the same packets; the
figures are medians of CPU time, which others on the machine disturb less than walls.
"""

import argparse
import json
import os
import statistics
import sys

import captures
import measure

GOAL = 1.5  # times as fast as StreamFollower


def medians(build, capture, rounds):
    made = measure.run([os.path.join(build, "bench", "reassembly"), capture, str(rounds)])
    if made.status != 0:
        sys.exit(f"bench: {made.output}")
    result = json.loads(made.output)
    names = {run["name"] for run in result["runs"]}
    result["cpu_s"] = {
        name: statistics.median(run["cpu_s"] for run in result["runs"] if run["name"] == name)
        for name in names}
    payloads = {run["payload_bytes"] for run in result["runs"]}
    if len(payloads) != 1:
        sys.exit(f"bench: the contestants saw different payloads: {sorted(payloads)} bytes")
    return result


def print_table(kind, traffic, result):
    cpu, packets = result["cpu_s"], result["packets"]
    print(f"\n  {kind}: {packets:,} packets, {result['bytes'] / 1e6:.0f} MB, "
          f"{traffic['exchanges']:,} exchanges")
    rows = [("StreamFollower", cpu["follower"]),
            ("dissection", cpu["dissection"]),
            ("streams", cpu["streams"] - cpu["dissection"]),
            ("http", cpu["exchanges"] - cpu["streams"]),
            ("all three", cpu["exchanges"])]
    print(f"    {'':16}{'CPU s':>8}{'ns/packet':>11}{'ns/exchange':>13}{'ns/byte':>9}")
    for name, seconds in rows:
        print(f"    {name:16}{seconds:8.3f}{seconds * 1e9 / packets:11.0f}"
              f"{seconds * 1e9 / traffic['exchanges']:13.0f}"
              f"{seconds * 1e9 / result['bytes']:9.2f}")
    print(f"    times as fast as StreamFollower: {cpu['follower'] / cpu['exchanges']:.2f}   goal {GOAL}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--megabytes", type=int, default=440)
    parser.add_argument("--exchanges", type=int, default=240_000)
    options = parser.parse_args()
    results = {"environment": measure.environment()}
    for kind, amount in (("bulk", options.megabytes), ("small", options.exchanges)):
        traffic = captures.make_traffic(options.build, kind, amount)
        results[kind] = medians(options.build, traffic["file"], options.rounds)
        print_table(kind, traffic, results[kind])
    measure.save("reassembly", results)


if __name__ == "__main__":
    main()
