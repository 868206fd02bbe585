#!/usr/bin/env python3
"""Measures recording beside the floor and the peers, in one run on one machine.

usage: record.py --build FOLDER [--rounds N] [--megabytes N] [--exchanges N] [--only NAME,...]

Called by `tools/dev bench record`. trafrec and each peer run in turn; medians are shown. Walls of
one run may be compared with each other and with nothing else.
"""

import argparse
import json
import os
import random
import statistics
import sys

import captures
import measure
import peers


READ_LOG_BYTES = 1_000_000_000
READ_LOG_COPIES_MAX = 40


def measure_floor(build, capture, rounds):
    runs = []
    for _ in range(rounds):
        made = measure.run([os.path.join(build, "bench", "floor"), capture])
        if made.status != 0:
            sys.exit(f"bench: {made.output}")
        runs.append(json.loads(made.output))
    floor = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    floor["wall_s"] = floor["follow_wall_s"] + floor["zstd_wall_s"]
    floor["cpu_s"] = floor["follow_cpu_s"] + floor["zstd_cpu_s"]
    return floor


def run_once(peer, capture):
    with peers.scratch() as out:
        made = peer.run(capture, out)
        row = {"status": made.status, "output_bytes": measure.tree_bytes(out)}
        try:
            row["exchanges"] = peer.exchanges(out, made.output)
        except Exception as problem:  # a peer that crashed leaves half a file; that is its result
            row["exchanges"], row["problem"] = 0, str(problem)
        if made.status != 0:
            row["problem"] = f"exit code {made.status}: {made.output.strip()[-200:]}"
        return made, row


def measure_peers(trafrec, others, traffic, tenth, rounds):
    """One row a program. trafrec runs before each run of every other one."""
    own_runs, rows = [], []
    own_row = None
    for peer in others:
        reason = peer.unavailable()
        if reason:
            rows.append({"name": peer.name, "unavailable": reason})
            print(f"  {peer.name}: {reason}", flush=True)
            continue
        runs = []
        for _ in range(peer.rounds or rounds):
            made, own_row = run_once(trafrec, traffic["file"])
            own_runs.append(made)
            made, row = run_once(peer, (tenth if peer.tenth else traffic)["file"])
            runs.append(made)
        rows.append(finish_row(peer, row, runs, traffic["exchanges"] / tenth["exchanges"]))
        print(f"  {peer.name}: done", flush=True)
    while len(own_runs) < rounds:
        made, own_row = run_once(trafrec, traffic["file"])
        own_runs.append(made)
    return [finish_row(trafrec, own_row, own_runs, 1)] + rows


def finish_row(peer, row, runs, tenth_scale):
    middle = measure.median(runs)
    scale = tenth_scale if peer.tenth else 1
    row.update(name=peer.name, recovers=peer.recovers, runs=len(runs), scaled=peer.tenth,
               wall_s=middle.wall_s * scale, cpu_s=middle.cpu_s * scale, rss_bytes=middle.rss_bytes)
    row["output_bytes"] = round(row["output_bytes"] * scale)
    if row["exchanges"] is not None:
        row["exchanges"] = round(row["exchanges"] * scale)
    return row


def print_table(rows, traffic):
    print(f"\n  {'':10} {'wall s':>8} {'CPU s':>8} {'RSS MB':>7} {'out MB':>7} {'exchanges':>10}")
    for row in rows:
        if "unavailable" in row:
            print(f"  {row['name']:10} {row['unavailable']}")
            continue
        found = "-" if row["exchanges"] is None else f"{row['exchanges']:,}"
        notes = row["recovers"]
        if row["scaled"]:
            notes += "; on a tenth, scaled"
        if row["exchanges"] is not None and not row["scaled"] and row["exchanges"] != traffic["exchanges"]:
            notes += f"; NOT COMPLETE OR NOT RIGHT: the capture has {traffic['exchanges']:,}"
        if row.get("problem"):
            notes += f"; {row['problem']}"
        print(f"  {row['name']:10} {row['wall_s']:8.2f} {row['cpu_s']:8.2f} {row['rss_bytes'] / 1e6:7.0f} "
              f"{row['output_bytes'] / 1e6:7.1f} {found:>10}  {notes}")


def print_ratios(kind, own, floor, traffic, rows):
    print()
    allowed = floor["stored_bytes"] + 100 * traffic["exchanges"]
    lines = [
        ("wall / floor's wall", own["wall_s"] / floor["wall_s"], "0.90 now, 0.65 in the end"),
        ("CPU / floor's CPU", own["cpu_s"] / floor["cpu_s"], "1.25"),
        ("log / (zstd -1 of the payload + 100 B an exchange)", own["output_bytes"] / allowed, "1.05"),
        ("peak RSS, MB", own["rss_bytes"] / 1e6, "256"),
    ]
    if kind == "small":
        lines[0:2] = [("exchanges a second", own["exchanges"] / own["wall_s"], "120,000 now, 200,000"),
                      ("CPU / floor's CPU", own["cpu_s"] / floor["cpu_s"], "-")]
    for peer in rows[1:]:
        if "wall_s" in peer and peer["name"] in ("goreplay", "suricata", "tshark", "httpry"):
            lines.append((f"wall / {peer['name']}'s wall", own["wall_s"] / peer["wall_s"],
                          "0.50" if peer["name"] == "goreplay" else "-"))
    print(f"  {'trafrec, ' + kind:52} {'measured':>10}   goal")
    for label, value, goal in lines:
        print(f"  {label:52} {value:10,.2f}   {goal}")


def exchange_id(number):
    """As docs/cli.md says: recorder, attempt, count of digits and digits in base 36."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return f"copies-0001-{len(digits)}{digits}"


def measure_random_reads(binary, traffic, reads):
    """`trafrec show LOG ID` from a log of 1 GB, and `trafrec --version`, in ms.

    One recorder, started again for each copy: of several that saw the same, the clocks would be estimated first.
    """
    with peers.scratch() as out:
        log = f"{out}/log"
        for copy in range(READ_LOG_COPIES_MAX):
            if copy > 0 and measure.tree_bytes(log) >= READ_LOG_BYTES:
                break
            made = measure.run([binary, "record", "--quiet", "--read", traffic["file"], "--log", log,
                                "--recorder", "copies"])
            if made.status != 0:
                return {"problem": made.output.strip()[-300:]}
        numbers = random.Random(1)
        starts = [measure.run([binary, "--version"]).wall_s * 1000 for _ in range(reads)]
        times = []
        for _ in range(reads):
            name = exchange_id(numbers.randint(1, traffic["exchanges"]))
            made = measure.run([binary, "show", log, name])
            if made.status != 0:
                return {"problem": f"show {name}: {made.output.strip()[-300:]}"}
            times.append(made.wall_s * 1000)
        return {"log_bytes": measure.tree_bytes(log), "reads": reads,
                "start_ms": statistics.median(starts),
                "median_ms": statistics.median(times), "worst_ms": max(times)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--megabytes", type=int, default=440)
    parser.add_argument("--exchanges", type=int, default=240_000)
    parser.add_argument("--only", default="", help="peers to run, by name and comma")
    options = parser.parse_args()
    trafrec = peers.Trafrec(os.path.join(options.build, "tools", "trafrec"))
    others = [peers.Zstd(), peers.Httpry(), peers.Tcpflow(), peers.GoReplay(), peers.Suricata(),
              peers.Tshark()]
    if options.only:
        others = [peer for peer in others if peer.name in options.only.split(",")]
    results = {"environment": measure.environment()}
    for kind, amount in (("bulk", options.megabytes), ("small", options.exchanges)):
        print(f"\n{kind}", flush=True)
        traffic = captures.make_traffic(options.build, kind, amount)
        tenth = captures.make_traffic(options.build, kind, amount // 10)
        floor = measure_floor(options.build, traffic["file"], options.rounds)
        rows = measure_peers(trafrec, others, traffic, tenth, options.rounds)
        print_table(rows, traffic)
        print(f"  {'floor':10} {floor['wall_s']:8.2f} {floor['cpu_s']:8.2f} {'':7} "
              f"{floor['stored_bytes'] / 1e6:7.1f} {'':10}  StreamFollower {floor['follow_cpu_s']:.2f} s"
              f" + zstd -1 {floor['zstd_cpu_s']:.2f} s")
        print_ratios(kind, rows[0], floor, traffic, rows)
        results[kind] = {"traffic": traffic, "floor": floor, "rows": rows}
        if kind == "bulk":
            reads = measure_random_reads(trafrec.binary, traffic, 40)
            results["random_read"] = reads
            if "problem" in reads:
                print(f"  random read: {reads['problem']}")
            else:
                own = reads["median_ms"] - reads["start_ms"]
                print(f"  {'one exchange by id, ms':52} {own:10,.2f}   2.00"
                      f"   (log of {reads['log_bytes'] / 1e6:.0f} MB)")
                print(f"  {'  and the start of a process, ms':52} {reads['start_ms']:10,.2f}   -"
                      f"      (worst of both {reads['worst_ms']:.1f})")

    measure.save("record", results)


if __name__ == "__main__":
    main()
