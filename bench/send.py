#!/usr/bin/env python3
"""Measures the sender beside wrk: GETs over 64 connections to an nginx that answers 200 bytes.

usage: send.py --build FOLDER [--pairs N] [--seconds N] [--connections N] [--workers N]

Called by `tools/dev bench send`. Each pair runs the sender and wrk one after the other; the ratio within a pair may be
trusted, rates of one run may not. The sender has one thread, wrk is given one, then two.
"""

import argparse
import contextlib
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import measure

GOAL_OF_WRK = 0.8
BODY = "0123456789" * 4  # with nginx's own fields some 200 bytes


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def nginx(folder, port, workers, answer=f'default_type text/plain; return 200 "{BODY}";', times=None):
    """Serves while the context lasts. `times`: a file that gets the second at which each request was answered."""
    log = f"log_format times '$msec'; access_log {times} times buffer=64k" if times else "access_log off"
    paths = "".join(f"{name}_temp_path {folder}/{name};\n"
                    for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config = os.path.join(folder, "nginx.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"""worker_processes {workers}; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{ {log}; keepalive_requests 1000000000; {paths}
  server {{ listen 127.0.0.1:{port}; location / {{ {answer} }} }} }}
""")
    process = subprocess.Popen(["nginx", "-c", config], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
            if process.poll() is not None or time.monotonic() > until:
                sys.exit(f"bench: nginx does not start; see {folder}/error.log")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


def run_wrk(url, threads, connections, seconds):
    run = measure.run(["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", url])
    found = re.search(r"(\d+) requests in", run.output)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", run.output)
    if run.status != 0 or not found or not rate:
        sys.exit(f"bench: wrk: {run.output}")
    return float(rate.group(1)), run.cpu_s * 1e6 / int(found.group(1))


def run_sender(build, url, requests, connections):
    run = measure.run([os.path.join(build, "bench", "send_bench"), url, str(requests), str(connections)])
    found = re.match(r"(\d+) requests/s, ([\d.]+) us", run.output)
    if run.status != 0 or not found:
        sys.exit(f"bench: send_bench: {run.output}")
    return float(found.group(1)), float(found.group(2))


def measure_pairs(options, url, threads):
    pairs = []
    rate = 30_000.0
    for _ in range(options.pairs):
        ours = run_sender(options.build, url, int(rate * options.seconds), options.connections)
        theirs = run_wrk(url, threads, options.connections, options.seconds)
        rate = ours[0]
        pairs.append({"sender": {"rate": ours[0], "cpu_us": ours[1]},
                      "wrk": {"rate": theirs[0], "cpu_us": theirs[1]}})
    return pairs


def print_pairs(name, pairs, ours="sender"):
    ratios = sorted(pair[ours]["rate"] / pair["wrk"]["rate"] for pair in pairs)
    median = statistics.median(ratios)
    print(f"\n  {name}: {median:.2f} of its requests/s (pairs: {ratios[0]:.2f} to {ratios[-1]:.2f}), "
          f"goal {GOAL_OF_WRK}: {'met' if median >= GOAL_OF_WRK else 'MISSED'}")
    print(f"    {'':8}{'requests/s':>12}{'CPU us a request':>18}")
    for who in (ours, "wrk"):
        print(f"    {who:8}{statistics.median(pair[who]['rate'] for pair in pairs):12.0f}"
              f"{statistics.median(pair[who]['cpu_us'] for pair in pairs):18.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--workers", type=int, default=1, help="of nginx")
    options = parser.parse_args()
    results = {"environment": measure.environment()}
    with tempfile.TemporaryDirectory(prefix="trafrec-send-") as folder:
        with nginx(folder, free_port(), options.workers) as url:
            for threads in (1, 2):
                name = f"beside wrk -t{threads}"
                results[name] = measure_pairs(options, url, threads)
                print_pairs(name, results[name])
    measure.save("send", results)


if __name__ == "__main__":
    main()
