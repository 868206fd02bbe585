#!/usr/bin/env python3
"""Measures trafrec compare: pairs of 1 KB JSON answers a second, by threads, and its memory by the log's length.

usage: compare.py --build FOLDER [--pairs N] [--repeat N] [--page [N]]

Called by `tools/dev bench compare`. The source's answers are searches of an Elasticsearch 7, the target's (an nginx with a
template) those of an OpenSearch: each differs in `took`, and in each hit by its `_type`. Two logs, one of a fifth of the length,
tell whether the memory depends on it. With --page instead the page of a comparison of N pairs (a million) is made and opened, see
compare_page.py; it takes some minutes, and 3 GB of disk for a million.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile

import compare_page
import measure
import send

GOAL_RATE = 50_000
GOAL_RSS = 256 << 20
SHORT = 5
HITS = 4
WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau".split()


def answer(took, query, kind):
    """A search's answer of 1 KB. `kind` is what Elasticsearch says of a document and OpenSearch does not."""
    hits = ",".join(
        f'{{"_index":"products",{kind}"_id":"{n}","_score":{1 - n / 10},"_source":{{"name":"{query}","sku":"{query}-{n}",'
        f'"price":{n * 7}.5,"in_stock":true,"tags":["{WORDS[n]}","{WORDS[n + 5]}"],"description":"{" ".join(WORDS[n:n + 9])}"}}}}'
        for n in range(HITS))
    return (f'{{"took":{took},"timed_out":false,"_shards":{{"total":5,"successful":5,"skipped":0,"failed":0}},'
            f'"hits":{{"total":{{"value":1204,"relation":"eq"}},"max_score":1.0,"hits":[{hits}]}}}}')


def exchange(n, took):
    """A line of NDJSON as trafrec import takes it."""
    body = answer(took, n, '"_type":"_doc",')
    microseconds = n * 50
    return json.dumps({
        "v": 1, "time": f"2026-11-21T06:{microseconds // 60_000_000:02}:{microseconds // 1_000_000 % 60:02}."
                        f"{microseconds % 1_000_000:06}000Z",
        "recorder": "source", "connection": 1 + n % 64, "n": n, "client": f"10.0.0.1:{40000 + n % 64}", "server": "10.0.0.2:9200",
        "method": "GET", "target": f"/products/_search?q={n}", "host": "es", "status": 200,
        "request": {"version": "1.1", "headers": [["Host", "es"]]},
        "response": {"version": "1.1", "reason": "OK", "body": body,
                     "headers": [["content-type", "application/json"], ["content-length", str(len(body))]]}})


def trafrec(options, *arguments):
    run = measure.run([os.path.join(options.build, "tools", "trafrec"), *arguments])
    if run.status not in (0, 3):
        sys.exit(f"bench: {run.output}")
    return run


def wide_exchange(n, took):
    return compare_page.exchange(n, answer(took, n, f'"{compare_page.fields(n)["f"]}":{n},'))


def make_log(options, folder, pairs, line=exchange):
    random.seed(1)
    lines = os.path.join(folder, "source.ndjson")
    with open(lines, "w", encoding="utf-8") as file:
        for n in range(1, pairs + 1):
            file.write(line(n, random.randint(1, 30)) + "\n")
    log = os.path.join(folder, f"log-{pairs}")
    trafrec(options, "import", lines, "--log", log, "--quiet")
    os.remove(lines)
    return log


def make_run(options, folder, log, kind=""):
    """Replays the log to an nginx whose answers are made of the request."""
    run = log.replace("log-", "run-")
    body = answer("$connection_requests", "$arg_q", kind)
    with send.nginx(folder, send.free_port(), 1, f"default_type application/json; return 200 '{body}';") as url:
        trafrec(options, "replay", log, "--to", url, "--run", run, "--speed", "max", "--dialect", "search", "--quiet")
    return run


def compare(options, log, run, *more):
    """Figures of one comparison, and what it says."""
    started = trafrec(options, "compare", log, run, "--json", *more)
    report = json.loads(started.output[started.output.index("{"):])
    return started, report


def by_threads(options, log, run):
    figures = {}
    for jobs in (1, 2):
        runs = []
        for _ in range(options.repeat):
            figure, report = compare(options, log, run, "--jobs", str(jobs))
            runs.append(figure)
        wall = statistics.median(each.wall_s for each in runs)
        cpu = statistics.median(each.cpu_s for each in runs)
        figures[jobs] = {"rate": report["compared"] / wall, "cpu_us": cpu * 1e6 / report["compared"]}
    met = figures[2]["rate"] >= GOAL_RATE
    print(f"\n  {report['compared']:,} pairs; goal {GOAL_RATE:,} a second on two cores: {'met' if met else 'MISSED'}")
    print(f"    {'threads':8}{'pairs/s':>12}{'CPU us a pair':>16}")
    for jobs, each in figures.items():
        print(f"    {jobs:<8}{each['rate']:12,.0f}{each['cpu_us']:16.1f}")
    return figures


def by_memory(options, logs):
    figures = {pairs: compare(options, *of)[0].rss_bytes for pairs, of in logs.items()}
    most = max(figures.values())
    words = ", ".join(f"{rss / (1 << 20):.0f} MiB for {pairs:,} pairs" for pairs, rss in figures.items())
    print(f"\n  memory: {words}; goal {GOAL_RSS >> 20} MiB: {'met' if most <= GOAL_RSS else 'MISSED'}")
    return figures


def by_page(options, folder):
    log = make_log(options, folder, options.page, wide_exchange)
    run = make_run(options, folder, log, '"$arg_f":"$arg_q",')
    return compare_page.measure_page(lambda *arguments: trafrec(options, *arguments), log, run, folder, options.repeat)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--pairs", type=int, default=240_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--page", type=int, nargs="?", const=1_000_000, default=0)
    options = parser.parse_args()
    results = {"environment": measure.environment()}
    with tempfile.TemporaryDirectory(prefix="trafrec-compare-") as folder:
        if options.page:
            results["page"] = by_page(options, folder)
        else:
            logs = {}
            for pairs in (options.pairs // SHORT, options.pairs):
                log = make_log(options, folder, pairs)
                logs[pairs] = (log, make_run(options, folder, log))
            results["threads"] = by_threads(options, *logs[options.pairs])
            results["memory"] = by_memory(options, logs)
    measure.save("compare", results)


if __name__ == "__main__":
    main()
