#!/usr/bin/env python3
"""Measures what hostile traffic costs reassembly, in time and memory, beside ordinary traffic.

usage: adversary.py --build FOLDER [--rounds N] [--packets N] [--only TEXT]

Called by `tools/dev bench adversary`. The goals: no byte costs more than ten times an ordinary one,
plus a microsecond a packet; nothing takes more than 512 MB, and an idle connection 256 bytes.
Ordinary are the two captures of `tools/dev bench reassembly` together. CPU time, least of the runs.
"""

import argparse
import json
import os
import subprocess

import captures
import measure
import reassembly

TIMES_ORDINARY = 10
PACKET_NS = 1000
RSS_BYTES = 512_000_000
IDLE_BYTES = 256
# What needs more packets than the others to show: 100,000 connections, and a flood.
PACKETS = {"idle connections": 900_000, "idle connections that carried HTTP": 600_000,
           "connections with a request pending": 500_000,
           "SYN flood": 1_000_000, "half of the packets gone": 1_000_000}


def ordinary_ns_per_byte(build, options):
    seconds, size = 0, 0
    for kind, amount in (("bulk", options.megabytes), ("small", options.exchanges)):
        traffic = captures.make_traffic(build, kind, amount)
        result = reassembly.medians(build, traffic["file"], options.rounds)
        cost = result["cpu_s"]["exchanges"] * 1e9 / result["bytes"]
        print(f"  ordinary, {kind}: {cost:.2f} ns/byte")
        seconds, size = seconds + result["cpu_s"]["exchanges"], size + result["bytes"]
    return seconds * 1e9 / size


def attack(binary, number, packets, rounds):
    best = None
    for _ in range(rounds):
        made = measure.run([binary, str(number), str(packets)], timeout_s=120)
        if made.status != 0:
            return None
        result = json.loads(made.output)
        if best is None or result["cpu_s"] < best["cpu_s"]:
            best = result
    return best


def print_row(name, result, allowed_ns):
    if result is None:
        print(f"  {name:44}  did not end within two minutes, or crashed   BEYOND THE GOAL")
        return
    ns, packets, size = result["cpu_s"] * 1e9, result["packets"], result["bytes"]
    share = ns / (packets * PACKET_NS + size * allowed_ns)
    notes = []
    if share > 1:
        notes.append("BEYOND THE GOAL (time)")
    if result["rss_bytes"] > RSS_BYTES:
        notes.append("BEYOND THE GOAL (memory)")
    if name == "idle connections":
        idle = result["rss_bytes"] / (packets / 3)
        notes.append(f"{idle:.0f} B each, goal {IDLE_BYTES}")
    if name == "idle connections that carried HTTP":
        idle = result["rss_bytes"] / (packets / 6 * 2)
        notes.append(f"{idle:.0f} B a flow, goal {IDLE_BYTES}")
    print(f"  {name:44}{packets:>10,}{ns / packets:>10,.0f}{ns / size:>9.2f}{share * 100:>8.0f}%"
          f"{result['rss_bytes'] / 1e6:>8.0f}   {'; '.join(notes)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--packets", type=int, default=100_000)
    parser.add_argument("--megabytes", type=int, default=440)
    parser.add_argument("--exchanges", type=int, default=240_000)
    parser.add_argument("--only", default="", help="adversaries to run: those with this in their names")
    options = parser.parse_args()
    results = {"environment": measure.environment()}
    ordinary = ordinary_ns_per_byte(options.build, options)
    allowed = TIMES_ORDINARY * ordinary
    print(f"  ordinary, together: {ordinary:.2f} ns/byte; allowed: {allowed:.1f} ns/byte and "
          f"{PACKET_NS} ns/packet\n")
    print(f"  {'':44}{'packets':>10}{'ns/packet':>10}{'ns/byte':>9}{'of goal':>9}{'RSS MB':>8}")
    binary = os.path.join(options.build, "bench", "adversary")
    names = subprocess.run([binary, "list"], capture_output=True, text=True, check=True).stdout
    rows = []
    for line in names.splitlines():
        number, name = line.split(" ", 1)
        if options.only in name:
            packets = max(options.packets, PACKETS.get(name, 0))
            rows.append(attack(binary, number, packets, options.rounds))
            print_row(name, rows[-1], allowed)
    results.update(ordinary_ns_per_byte=ordinary, adversaries=rows)
    measure.save("adversary", results)


if __name__ == "__main__":
    main()
