#!/usr/bin/env python3
"""Measures whole replays: at most speed beside wrk, at a pace, by memory, and beside GoReplay.

usage: replay.py --build FOLDER [--pairs N] [--exchanges N] [--seconds N] [--rate N]

Called by `tools/dev bench replay`. GETs of a log go to an nginx that answers 200 bytes, with all that a replay does: order,
schedule, results kept. Each pair runs trafrec and wrk one after the other, with as many connections; the ratio within a pair
may be trusted, rates of one run may not. The pace is compared with the schedule, the memory between a log and one of
several times its length. GoReplay gets the same requests in its own format (replay_peers.py).
"""

import argparse
import json
import os
import shutil
import sys
import tempfile

import captures
import measure
import replay_peers
import send

GOAL_LAG_MS = 1.0
GOAL_RSS = 256 << 20
SHORT = 5  # a log of a fifth of the length, for the memory


def make_log(options, folder, exchanges):
    """A log of so many small GETs."""
    captures.make_traffic(options.build, "small", exchanges)
    log = os.path.join(folder, f"log-{exchanges}")
    made = measure.run([trafrec(options), "record", "-r", os.path.join(captures.CACHE, f"small-{exchanges}.pcap"), "-l", log,
                        "--quiet"])
    if made.status != 0:
        sys.exit(f"bench: {made.output}")
    return log


def trafrec(options):
    return os.path.join(options.build, "tools", "trafrec")


def replay(options, folder, log, url, speed, *more):
    """One run: the process's figures, and what the run says of itself."""
    results = os.path.join(folder, "run")
    shutil.rmtree(results, ignore_errors=True)
    run = measure.run([trafrec(options), "replay", log, "--to", url, "--run", results, "--speed", speed, "--phantoms", "drop",
                       "--quiet", "--json", *more])
    if run.status != 0:
        sys.exit(f"bench: {run.output}")
    report = json.loads(run.output[run.output.index("{"):])
    shutil.rmtree(results)
    return run, report


def at_most_speed(options, folder, log, url):
    pairs = []
    for _ in range(options.pairs):
        run, report = replay(options, folder, log, url, "max", "--connections", str(options.connections))
        seconds = report["wall_ns"] / 1e9
        theirs = send.run_wrk(url, 1, options.connections, max(1, round(seconds)))
        pairs.append({"trafrec": {"rate": report["requests"] / seconds, "cpu_us": run.cpu_s * 1e6 / report["requests"]},
                      "wrk": {"rate": theirs[0], "cpu_us": theirs[1]}})
    send.print_pairs(f"most speed, {options.connections} connections, beside wrk", pairs, "trafrec")
    return pairs


def at_a_pace(options, folder, log, url):
    """Requests at a fixed rate: how late they go out, and whether the run takes as long as it should."""
    _, report = replay(options, folder, log, url, f"{options.rate}/s")
    due_s = report["requests"] / options.rate
    drift = report["wall_ns"] / 1e9 / due_s - 1
    lag_ms = {name: report["lag"][f"{name}_ns"] / 1e6 for name in ("p50", "p99", "most")}
    met = lag_ms["p99"] <= GOAL_LAG_MS
    print(f"\n  {options.rate:,} requests/s for {due_s:.0f} s: sent late by {lag_ms['p50']:.3f} ms (median), {lag_ms['p99']:.3f} ms "
          f"(p99), {lag_ms['most']:.1f} ms at most; goal p99 {GOAL_LAG_MS} ms: {'met' if met else 'MISSED'}")
    print(f"    it took {100 * drift:+.2f}% of the time that it should")
    return {"rate": options.rate, "due_s": due_s, "drift": drift, "lag_ms": lag_ms, "late": report["late"]}


def by_memory(options, folder, url):
    figures = {}
    for exchanges in (options.exchanges // SHORT, options.exchanges):
        run, _ = replay(options, folder, make_log(options, folder, exchanges), url, "max")
        figures[exchanges] = run.rss_bytes
    most = max(figures.values())
    words = ", ".join(f"{rss / (1 << 20):.0f} MiB for {exchanges:,} exchanges" for exchanges, rss in figures.items())
    print(f"\n  memory: {words}; goal {GOAL_RSS >> 20} MiB: {'met' if most <= GOAL_RSS else 'MISSED'}")
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--exchanges", type=int, default=240_000, help="in the log")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=60, help="at the pace")
    parser.add_argument("--rate", type=int, default=10_000, help="requests/s at the pace")
    options = parser.parse_args()
    results = {"environment": measure.environment()}
    with tempfile.TemporaryDirectory(prefix="trafrec-replay-") as folder:
        with send.nginx(folder, send.free_port(), 1) as url:
            log = make_log(options, folder, options.exchanges)
            results["most speed"] = at_most_speed(options, folder, log, url)
            paced = make_log(options, folder, options.seconds * options.rate)
            results["pace"] = at_a_pace(options, folder, paced, url)
            shutil.rmtree(paced)
            results["memory"] = by_memory(options, folder, url)
        results["goreplay"] = replay_peers.compare(options, folder, make_log, replay)
    measure.save("replay", results)


if __name__ == "__main__":
    main()
