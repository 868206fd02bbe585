#!/usr/bin/env python3
"""Measures trafrec sql beside plain sqlite3 on the same segments, and lookups by id in a large log.

usage: sql.py --build FOLDER [--rounds N] [--rows N] [--gigabytes N] [--lookups N]

Called by `tools/dev bench sql`. The segments are in the page cache, but for the cold lookup. CPU is
what to compare: walls of a shared machine are noise. A sqlite3 gets one segment after another and
leaves adding up to nobody, so it is a floor.
"""

import argparse
import glob
import os
import sys
import tempfile

import measure

GOAL_S = 2.0
GOAL_LOOKUP_MS = 5.0
QUESTIONS = {
    "count": ("SELECT count(*) FROM exchanges", "SELECT count(*) FROM exchange"),
    "group by method, status": (
        "SELECT method, status, count(*) FROM exchanges GROUP BY method, status",
        "SELECT method, status, count(*) FROM exchange GROUP BY method, status"),
    "sum and max by status": (
        "SELECT status, count(*), sum(latency_ns), max(latency_ns) FROM exchanges GROUP BY status",
        "SELECT status, count(*), sum(latency_ns), max(latency_ns) FROM exchange GROUP BY status"),
    "filtered count": (
        "SELECT count(*) FROM exchanges WHERE status >= 400 AND latency_ns > 20000000",
        "SELECT count(*) FROM exchange WHERE status >= 400 AND latency_ns > 20000000"),
    "count of distinct": (  # not to be added up from parts
        "SELECT count(DISTINCT connection) FROM exchanges",
        "SELECT count(DISTINCT connection) FROM exchange"),
}


def segments_of(log):
    return sorted(glob.glob(os.path.join(log, "*", "*", "*.sqlite")))


def checked(command):
    run = measure.run(command)
    if run.status != 0:
        sys.exit(f"bench: {command[:3]}: {run.output}")
    return run


def plain(files, statement):
    script = 'for file in "$@"; do sqlite3 "file:$file?immutable=1" "$STATEMENT" || exit; done'
    return checked(["env", f"STATEMENT={statement}", "sh", "-c", script, "sh", *files])


def make(build, log, rows, body_bytes, segment_bytes):
    checked([os.path.join(build, "bench", "sql"), "make", log, str(rows), str(body_bytes),
             str(segment_bytes)])
    files = segments_of(log)
    return {"rows": rows, "segments": len(files), "bytes": measure.tree_bytes(log)}


def ask(trafrec, log, rounds):
    files = segments_of(log)
    results = {}
    print(f"    {'':26}{'CPU s':>8}{'wall s':>8}{'sqlite3 CPU':>13}{'wall':>8}{'ratio of CPU':>14}"
          f"{'of walls':>10}")
    for name, (ours, theirs) in QUESTIONS.items():
        pairs = [(checked([trafrec, "sql", log, ours]), plain(files, theirs))
                 for _ in range(rounds)]
        sql, sqlite = (measure.median(runs) for runs in zip(*pairs))
        results[name] = {"cpu_s": sql.cpu_s, "wall_s": sql.wall_s, "rss_bytes": sql.rss_bytes,
                         "sqlite3_cpu_s": sqlite.cpu_s, "sqlite3_wall_s": sqlite.wall_s}
        print(f"    {name:26}{sql.cpu_s:8.2f}{sql.wall_s:8.2f}{sqlite.cpu_s:13.2f}"
              f"{sqlite.wall_s:8.2f}{sql.cpu_s / sqlite.cpu_s:14.2f}"
              f"{sql.wall_s / sqlite.wall_s:10.2f}")
    return results


def forget(log):
    """Out of the page cache, as far as nobody else uses it."""
    for file in segments_of(log):
        handle = os.open(file, os.O_RDONLY)
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def look_up(build, log, rows, lookups):
    find = [os.path.join(build, "bench", "sql"), "find", log, str(rows)]
    forget(log)
    cold = float(checked([*find, "1"]).output) / 1e3
    run = checked([*find, str(lookups)])
    took = sorted(float(line) / 1e3 for line in run.output.splitlines())
    return {"cold_ms": cold, "p50_ms": took[len(took) // 2], "p99_ms": took[len(took) * 99 // 100],
            "worst_ms": took[-1], "cpu_ms_each": run.cpu_s * 1e3 / lookups, "lookups": lookups}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--gigabytes", type=float, default=10)
    parser.add_argument("--lookups", type=int, default=10_000)
    options = parser.parse_args()
    trafrec = os.path.join(options.build, "tools", "trafrec")
    results = {"environment": measure.environment()}
    print(f"  goals: {GOAL_S} s for counts and groups, {GOAL_LOOKUP_MS} ms for a lookup")
    with tempfile.TemporaryDirectory(prefix="trafrec-sql-") as folder:
        log = os.path.join(folder, "rows")
        results["log"] = make(options.build, log, options.rows, 0, 256 << 20)
        print(f"\n  {options.rows:,} rows in {results['log']['segments']} segments")
        results["questions"] = ask(trafrec, log, options.rounds)
    with tempfile.TemporaryDirectory(prefix="trafrec-sql-") as folder:
        log = os.path.join(folder, "large")
        body_bytes = 32 << 10
        rows = int(options.gigabytes * 1e9 / body_bytes)
        large = make(options.build, log, rows, body_bytes, 1 << 30)
        found = look_up(options.build, log, rows, options.lookups)
    results["lookup"] = large | found
    print(f"\n  lookup by id: {large['bytes'] / 1e9:.1f} GB in {large['segments']} segments, "
          f"{options.lookups:,} lookups in one process")
    print(f"    p50 {found['p50_ms']:.3f} ms, p99 {found['p99_ms']:.3f} ms, worst "
          f"{found['worst_ms']:.3f} ms, CPU {found['cpu_ms_each']:.3f} ms each")
    print(f"    cold, with opening the log: {found['cold_ms']:.1f} ms")
    measure.save("sql", results)


if __name__ == "__main__":
    main()
