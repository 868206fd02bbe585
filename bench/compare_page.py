"""The page of a long comparison: its length, how soon Chromium has opened it, and what it took to make it. A part of compare.py.

The log is as hard on the page as one can be: more shapes than it lists, more kinds of differences than are kept, and each pair of
answers with some, so that the page is as long as it may become.
"""

import datetime
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

import measure

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "tools"))
import page_check

GOAL_BYTES = 5 << 20
GOAL_OPEN_S = 2
GOAL_RSS = 256 << 20
SHAPES = 700
FIELDS = 40
STEP_US = 3_600  # of a million exchanges: an hour


def fields(number):
    """Where an exchange of that number differs: names that nginx gets as parameters."""
    shop = f"shop-{number % SHAPES:03}".translate(str.maketrans("0123456789", "abcdefghij"))
    return {"i": shop, "f": f"field{number // SHAPES % FIELDS}"}


def exchange(number, body):
    """A line of NDJSON as trafrec import takes it."""
    name = fields(number)
    at = datetime.datetime(2026, 11, 21, 6) + datetime.timedelta(microseconds=number * STEP_US)
    return json.dumps({
        "v": 1, "time": at.isoformat(timespec="microseconds") + "Z",
        "recorder": "source", "connection": 1 + number % 64, "n": number, "client": f"10.0.0.1:{40000 + number % 64}",
        "server": "10.0.0.2:9200", "method": "GET", "target": f"/{name['i']}/_search?q={number}&f={name['f']}", "host": "es", "status": 200,
        "request": {"version": "1.1", "headers": [["Host", "es"]]},
        "response": {"version": "1.1", "reason": "OK", "body": body,
                     "headers": [["content-type", "application/json"], ["content-length", str(len(body))]]}})


def opened(page):
    """Seconds until Chromium has loaded and drawn it, those of CPU that its page took, and what its console says."""
    url = pathlib.Path(page).resolve().as_uri()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = page_check.Chromium(folder)
        browser.attach()
        browser.call("Performance.enable")
        browser.call("Emulation.setDeviceMetricsOverride", width=1280, height=844, deviceScaleFactor=1, mobile=False)
        started = time.monotonic()
        browser.call("Page.navigate", url=url)
        browser.await_event("Page.loadEventFired")
        browser.call("Runtime.evaluate", awaitPromise=True,
                     expression="new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        taken = time.monotonic() - started
        metrics = {each["name"]: each["value"] for each in browser.call("Performance.getMetrics")["metrics"]}
        troubles = page_check.troubles(browser, url)
        browser.close()
    return taken, metrics["ProcessTime"], troubles


def measure_page(trafrec, log, run, folder, repeat):
    page = os.path.join(folder, "page.html")
    started = trafrec("compare", log, run, "--json", "--html", page, "--afresh")
    report = json.loads(started.output[started.output.index("{"):])
    size = os.path.getsize(page)
    times, cpu, troubles = [], [], []
    for _ in range(repeat):
        taken, busy, wrong = opened(page)
        times.append(taken)
        cpu.append(busy)
        troubles += wrong
    median = statistics.median(times)
    pairs = report["compared"]

    def verdict(met):
        return "met" if met else "MISSED"
    print(f"\n  the page of {pairs:,} pairs, {len(report['shapes']):,} shapes, {len(report['differences']):,} kinds of differences:")
    print(f"    {size / (1 << 20):.2f} MiB; goal {GOAL_BYTES >> 20}: {verdict(size <= GOAL_BYTES)}")
    print(f"    open in {median:.2f} s ({min(times):.2f} to {max(times):.2f}; {statistics.median(cpu):.2f} s of CPU); "
          f"goal {GOAL_OPEN_S}: {verdict(median < GOAL_OPEN_S)}")
    print(f"    compared at {pairs / started.wall_s:,.0f} pairs/s, {started.cpu_s * 1e6 / pairs:.1f} us of CPU a pair, in "
          f"{started.rss_bytes / (1 << 20):.0f} MiB; goal {GOAL_RSS >> 20}: {verdict(started.rss_bytes <= GOAL_RSS)}")
    for each in troubles:
        print(f"    WRONG: {each}")
    return {"pairs": pairs, "bytes": size, "open_s": times, "open_cpu_s": cpu, "wall_s": started.wall_s, "cpu_s": started.cpu_s,
            "rss_bytes": started.rss_bytes, "troubles": troubles}
