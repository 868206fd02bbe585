#!/usr/bin/env python3
"""Measures verify beside sha256sum on all cores, and commit of many sealed segments.

usage: verify.py --build FOLDER [--rounds N] [--megabytes N] [--exchanges N] [--segments N]

Called by `tools/dev bench verify`. The files are in the page cache. Walls of one run may be compared
with each other and with nothing else.
"""

import argparse
import glob
import os
import shutil
import sys
import tempfile

import captures
import measure

GOAL_BYTES_PER_S = 0.6e9
GOAL_OF_SHA256SUM = 0.8
GOAL_COMMIT_S = 2.0


def segments_of(log):
    return sorted(glob.glob(os.path.join(log, "*", "*", "*.sqlite")))


def sha256sum_on_all_cores(files):
    cores = os.cpu_count()
    script = "printf '%s\\0' \"$@\" | xargs -0 -n 1 -P " + str(cores) + " sha256sum >/dev/null"
    return ["sh", "-c", script, "sh", *files]


def timed(command, rounds):
    runs = [measure.run(command) for _ in range(rounds)]
    failed = [run for run in runs if run.status != 0]
    if failed:
        sys.exit(f"bench: {command[:3]}: {failed[0].output}")
    return measure.median(runs)


def record(trafrec, capture, log, *options):
    shutil.rmtree(log, ignore_errors=True)
    made = measure.run([trafrec, "record", "--read", capture, "--log", log, "--quiet", *options])
    if made.status != 0:
        sys.exit(f"bench: {made.output}")


def measure_verify(trafrec, log, rounds):
    """Walls of the two depths of verify, and of sha256sum, on the same segments."""
    files = segments_of(log)
    size = sum(os.path.getsize(file) for file in files)
    walls = {"sha256sum": timed(sha256sum_on_all_cores(files), rounds).wall_s,
             "verify": timed([trafrec, "verify", log], rounds).wall_s,
             "verify --deep": timed([trafrec, "verify", log, "--deep"], rounds).wall_s}
    return {"bytes": size, "segments": len(files), "wall_s": walls}


def print_verify(name, result):
    print(f"\n  {name}: {result['bytes'] / 1e6:.0f} MB in {result['segments']} segments")
    print(f"    {'':16}{'wall s':>9}{'GB/s':>8}{'of sha256sum':>14}")
    reference = result["wall_s"]["sha256sum"]
    for what, wall in result["wall_s"].items():
        print(f"    {what:16}{wall:9.3f}{result['bytes'] / wall / 1e9:8.2f}{reference / wall:14.2f}")


def measure_commit(build, trafrec, folder, segments, rounds):
    log = os.path.join(folder, "many")
    made = measure.run([os.path.join(build, "bench", "segments"), log, str(segments)])
    if made.status != 0:
        sys.exit(f"bench: {made.output}")
    walls = {}
    for name, options in (("commit", []), ("commit --verify", ["--verify"])):
        runs = []
        for _ in range(rounds):
            summary = os.path.join(log, "_SUMMARY.json")
            if os.path.exists(summary):
                os.remove(summary)
            runs.append(timed([trafrec, "commit", log, "--quiet", *options], 1))
        walls[name] = measure.median(runs).wall_s
    return {"segments": len(segments_of(log)), "wall_s": walls}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=440)
    parser.add_argument("--exchanges", type=int, default=240_000)
    parser.add_argument("--segments", type=int, default=1_000)
    options = parser.parse_args()
    trafrec = os.path.join(options.build, "tools", "trafrec")
    results = {"environment": measure.environment()}
    print(f"  goals: verify {GOAL_BYTES_PER_S / 1e9} GB/s, or {GOAL_OF_SHA256SUM} of sha256sum; "
          f"commit {GOAL_COMMIT_S} s")
    with tempfile.TemporaryDirectory(prefix="trafrec-verify-") as folder:
        for kind, amount in (("bulk", options.megabytes), ("small", options.exchanges)):
            traffic = captures.make_traffic(options.build, kind, amount)
            log = os.path.join(folder, kind)
            for compress in ("zstd", "none"):
                record(trafrec, traffic["file"], log, "--compress", compress,
                       "--rotate-bytes", "16MiB")
                name = f"{kind}, {compress}"
                results[name] = measure_verify(trafrec, log, options.rounds)
                print_verify(name, results[name])
        commit = measure_commit(options.build, trafrec, folder, options.segments, options.rounds)
    results["commit"] = commit
    print(f"\n  commit of {commit['segments']} sealed segments")
    for name, wall in commit["wall_s"].items():
        print(f"    {name:16}{wall:9.3f} s")
    measure.save("verify", results)


if __name__ == "__main__":
    main()
