#!/usr/bin/env python3
"""Measures live recording: what the service's clients notice of it, and what it costs.

usage: live.py --build FOLDER [--rounds N] [--seconds N] [--cost-seconds N] [--only latency|cost]

Called by `tools/dev bench live`. nginx and the load are in network namespaces of their own. First nothing, tcpdump,
trafrec and GoReplay run beside nginx at half of the rate that it can serve here, in turn, N rounds: latencies and
throughput are compared in pairs of one round. Then each at 2,000 and 10,000 requests a second and at the most: CPU an
exchange, and whether all exchanges of nginx's own log were recorded.
"""

import argparse
import math
import os
import random
import statistics
import sys

import live_net
import live_recorders
import measure
import peers

COST_RATES = (2_000, 10_000, 0)


def run_beside(net, recorder, rate, seconds):
    """One load with a recorder beside it: what the clients saw, what was recorded, what nginx served."""
    with peers.scratch() as out:
        before = net.served()
        process = recorder.start(net, out)
        load = net.load(rate, seconds)
        served = net.served() - before
        recorded = recorder.stop(process, out)
    if load is None:
        raise live_net.NotPossible("the load generator failed")
    return load, recorded, served


def interval(values):
    """Mean and half of the 95% interval of the mean, by resampling: few assumptions."""
    dice = random.Random(1)
    means = sorted(statistics.mean(dice.choices(values, k=len(values))) for _ in range(4000))
    low, high = means[int(0.025 * len(means))], means[int(0.975 * len(means))]
    return statistics.mean(values), low, high


def measure_latency(net, contestants, rate, rounds, seconds):
    runs = {each.name: [] for each in contestants}
    for turn in range(rounds):
        order = contestants[turn % len(contestants):] + contestants[:turn % len(contestants)]
        for each in order:
            load, _, _ = run_beside(net, each, rate, seconds)
            runs[each.name].append({"p50_ms": load.p50_ms, "p99_ms": load.p99_ms, "rate": load.rate})
        print(f"  round {turn + 1} of {rounds}", end="\r", flush=True)
    return runs


def print_latency(runs, rate):
    print(f"\n  {rate:,.0f} requests a second, {len(runs['nothing'])} rounds; medians")
    print(f"    {'beside':10} {'p50 ms':>8} {'p99 ms':>8} {'requests/s':>11}")
    for name, made in runs.items():
        middle = [statistics.median(run[key] for run in made) for key in ("p50_ms", "p99_ms", "rate")]
        print(f"    {name:10} {middle[0]:8.3f} {middle[1]:8.3f} {middle[2]:11,.0f}")
    found = {}
    for name, other in (("trafrec", "nothing"), ("trafrec", "tcpdump"), ("goreplay", "tcpdump")):
        if name not in runs:
            continue
        for key in ("p50_ms", "p99_ms", "rate"):
            ratios = [a[key] / b[key] - 1 for a, b in zip(runs[name], runs[other])]
            mean, low, high = interval(ratios)
            found[f"{name} against {other}, {key}"] = {"mean": mean, "low": low, "high": high}
            goal = ""
            if (name, other, key) == ("trafrec", "tcpdump", "p99_ms"):
                good = low <= 0 <= high or high < 0.05
                goal = f"   goal: includes 0, or below 5%: {'yes' if good else 'NO'}"
            print(f"    {name} against {other}, {key:7} {mean:+7.1%}   95% of {low:+.1%} to {high:+.1%}{goal}")
    return found


def measure_cost(net, contestants, rate, seconds):
    rows = []
    for each in contestants:
        load, recorded, served = run_beside(net, each, rate, seconds)
        rows.append({"name": each.name, "served": served, "exchanges": recorded.exchanges, "said": recorded.said,
                     "cpu_s": recorded.cpu_s, "us_an_exchange": recorded.cpu_s * 1e6 / max(served, 1),
                     "rss_bytes": recorded.rss_bytes, "rate": load.rate})
    return rows


def print_cost(rate, rows):
    print(f"\n  {f'{rate:,} requests a second' if rate else 'as many as can be served'}")
    print(f"    {'':10} {'served':>10} {'recorded':>10} {'CPU s':>7} {'us each':>8} {'RSS MB':>7} {'requests/s':>11}")
    for row in rows:
        recorded = "-" if row["exchanges"] is None else f"{row['exchanges']:,}"
        said = f"  {row['said']}" if row["said"] else ""
        if row["exchanges"] is not None and row["exchanges"] != row["served"]:
            said += f"  NOT ALL: {row['exchanges'] / max(row['served'], 1):.2%}"
        print(f"    {row['name']:10} {row['served']:10,} {recorded:>10} {row['cpu_s']:7.2f} {row['us_an_exchange']:8.2f} "
              f"{row['rss_bytes'] / 1e6:7.0f} {row['rate']:11,.0f}{said}")
    cost = {row["name"]: row["us_an_exchange"] for row in rows}
    if cost.get("goreplay"):
        print(f"    CPU an exchange against GoReplay's: {cost['trafrec'] / cost['goreplay']:.2f}   goal 0.40")
    if cost.get("tcpdump"):
        print(f"    and against that of tcpdump -w:     {cost['trafrec'] / cost['tcpdump']:.2f}   goal 8.00")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--cost-seconds", type=int, default=20)
    parser.add_argument("--only", choices=("latency", "cost"))
    options = parser.parse_args()
    results = {"environment": measure.environment()}
    trafrec = os.path.abspath(os.path.join(options.build, "tools", "trafrec"))
    contestants = [live_recorders.Nothing(), live_recorders.Tcpdump(), live_recorders.Trafrec(trafrec)]
    goreplay = live_recorders.GoReplay()
    if reason := goreplay.unavailable():
        print(f"  goreplay: {reason}")
    else:
        contestants.append(goreplay)
    try:
        with live_net.Net() as net:
            most = net.most(max(2, options.seconds // 6))
            results["most"] = most
            print(f"  nginx serves {most:,.0f} requests a second here, with nothing beside it", flush=True)
            if options.only != "latency":
                results["cost"] = {}
                for rate in COST_RATES:
                    if rate > most:
                        continue
                    rows = measure_cost(net, contestants[1:], rate, options.cost_seconds)
                    results["cost"][str(rate or "most")] = rows
                    print_cost(rate, rows)
            if options.only != "cost":
                rate = math.floor(most / 2)
                runs = measure_latency(net, contestants, rate, options.rounds, options.seconds)
                results["latency"] = {"rate": rate, "runs": runs, "pairs": print_latency(runs, rate)}
    except live_net.NotPossible as reason:
        sys.exit(f"bench: {reason}")
    measure.save("live", results)


if __name__ == "__main__":
    main()
