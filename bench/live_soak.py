#!/usr/bin/env python3
"""Records live for long, as a service would: does anything grow, get lost, or stop agreeing?

usage: live_soak.py --build FOLDER [--seconds N] [--retain MEBIBYTES]

Called by `tools/dev soak live`. nginx is under load at half of the rate that it can serve here. Beside it trafrec records
with rotation and a reload each minute, retention, a scrape of its metrics each second, and SQL over the growing log.
It fails if a packet was lost, an exchange is not in nginx's own log or the other way round, a sum does not hold, the
disk's bound was passed, or memory grew.
"""

import argparse
import ctypes
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

import live_net
import live_recorders
import measure
import peers

METRICS = "127.0.0.1:9464"
LOAD_SECONDS = 60
CLONE_NEWNET = 0x40000000
# The open segment and the one that is being sealed are not counted by retention.
SEGMENTS_BEYOND = 2
GROWTH_MAX = 0.05  # of the memory, in the hour


class Daemon(live_recorders.Trafrec):
    """With a config file, as the service would have it."""

    def __init__(self, binary, config, retain):
        super().__init__(binary)
        self.config, self.retain = config, retain
        self.write_config(60)

    def write_config(self, rotate_s):
        with open(self.config, "w", encoding="ascii") as file:
            file.write(f"[record]\nrotate-age = \"{rotate_s}s\"\nretain-bytes = \"{self.retain}MiB\"\nmetrics = \"{METRICS}\"\n")

    def command(self, out):
        return [*super().command(out), "--config", self.config]


class Beside(threading.Thread):
    """Does something again and again while the recorder runs; keeps what went wrong."""

    def __init__(self, every_s, what, namespace=None):
        super().__init__(daemon=True)
        self.every_s, self.what, self.namespace = every_s, what, namespace
        self.ended = threading.Event()
        self.count, self.troubles = 0, []

    def run(self):
        if self.namespace:
            with open(f"/run/netns/{self.namespace}", "rb") as file:
                if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET) != 0:
                    self.troubles.append(f"setns: {os.strerror(ctypes.get_errno())}")
                    return
        while not self.ended.wait(self.every_s):
            try:
                self.what()
                self.count += 1
            except Exception as trouble:  # whatever it is, the soak's verdict names it
                self.troubles.append(str(trouble))

    def end(self):
        self.ended.set()
        self.join()


def scrape():
    with urllib.request.urlopen(f"http://{METRICS}/metrics", timeout=5) as answer:
        text = answer.read()
        if b"\ntrafrec_packets_received_total " not in text:
            raise ValueError(f"the metrics are no metrics: {text[:200]}")


def resident_bytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmRSS"))


def slope(samples):
    """Bytes an hour, by least squares over the last three quarters: the first one warms up."""
    late = samples[len(samples) // 4:]
    times, values = zip(*late)
    mean_t, mean_v = statistics.mean(times), statistics.mean(values)
    below = sum((t - mean_t) ** 2 for t in times)
    return 3600 * sum((t - mean_t) * (v - mean_v) for t, v in late) / below if below else 0.0


def soak(net, binary, seconds, retain, out):
    daemon = Daemon(binary, f"{out}/trafrec.toml", retain)
    rate = int(net.most(5) / 2)
    print(f"  {rate:,} requests a second for {seconds} s", flush=True)
    before = net.served()
    process = daemon.start(net, out)
    memory, disk, turn = [], [], [0]

    def sample():
        memory.append((time.monotonic(), resident_bytes(process.pid)))
        disk.append(measure.tree_bytes(f"{out}/log"))

    def reload():
        turn[0] += 1
        daemon.write_config(60 + turn[0] % 2)
        os.kill(process.pid, signal.SIGHUP)

    def ask():
        made = subprocess.run([binary, "sql", f"{out}/log", "SELECT count(*), max(latency_ns) FROM exchanges"],
                              capture_output=True, text=True, timeout=120, check=False)
        if made.returncode != 0:
            raise ValueError(made.stderr.strip())

    beside = {"scrapes": Beside(1, scrape, net.server_ns), "samples": Beside(1, sample),
              "reloads": Beside(60, reload), "statements": Beside(15, ask)}
    for each in beside.values():
        each.start()
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        net.load(rate, min(LOAD_SECONDS, max(1, int(until - time.monotonic()))), timed=False)
    for each in beside.values():
        each.end()
    served = net.served() - before
    recorded = daemon.stop(process, out)
    with open(f"{out}/out", encoding="utf-8") as file:
        summary = json.load(file)
    return {"rate": rate, "seconds": seconds, "served": served, "recorded": recorded.exchanges,
            "incomplete": recorded.incomplete, "said": recorded.said,
            "rss_bytes": recorded.rss_bytes, "rss_growth_an_hour": slope(memory),
            "rss_each_minute": [value for _, value in memory[::60]], "disk_bytes": max(disk),
            "cpu_us_an_exchange": recorded.cpu_s * 1e6 / max(served, 1), "segments": summary["segments"],
            "beside": {name: each.count for name, each in beside.items()},
            "troubles": [trouble for each in beside.values() for trouble in each.troubles[:5]]}


def verdict(found, retain):
    """What is not as it should be."""
    wrong = list(found["troubles"])
    if found["said"]:
        wrong.append(f"lost: {found['said']}")
    # An answer that the load no longer waited for is served, and may be recorded as cut.
    if not found["recorded"] <= found["served"] <= found["recorded"] + found["incomplete"]:
        wrong.append(f"nginx served {found['served']:,}, recorded were {found['recorded']:,}, and {found['incomplete']:,} in part")
    segment = found["rate"] * 61 * 300  # bytes of a minute, generously
    if found["disk_bytes"] > (retain << 20) + SEGMENTS_BEYOND * segment:
        wrong.append(f"the log took {found['disk_bytes'] / 1e6:,.0f} MB, to be retained were {retain} MiB")
    if found["seconds"] >= 1800 and found["rss_growth_an_hour"] > GROWTH_MAX * found["rss_bytes"]:
        wrong.append(f"memory grows by {found['rss_growth_an_hour'] / 1e6:.1f} MB an hour")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--retain", type=int, default=1024, help="MiB")
    options = parser.parse_args()
    results = {"environment": measure.environment()}
    binary = os.path.abspath(os.path.join(options.build, "tools", "trafrec"))
    try:
        with live_net.Net() as net, peers.scratch() as out:
            found = soak(net, binary, options.seconds, options.retain, out)
    except live_net.NotPossible as reason:
        sys.exit(f"soak: {reason}")
    print(f"  served {found['served']:,}, recorded {found['recorded']:,} and {found['incomplete']:,} in part, "
          f"{found['segments']} segments, "
          f"{found['cpu_us_an_exchange']:.1f} us of CPU each")
    print(f"  memory at most {found['rss_bytes'] / 1e6:.0f} MB, grows by {found['rss_growth_an_hour'] / 1e6:+.2f} MB an hour; "
          f"disk at most {found['disk_bytes'] / 1e6:,.0f} MB of {options.retain} MiB retained")
    print("  beside: " + ", ".join(f"{count} {name}" for name, count in found["beside"].items()))
    results["soak"] = found
    measure.save("live-soak", results)
    wrong = verdict(found, options.retain)
    for each in wrong:
        print(f"  WRONG: {each}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
