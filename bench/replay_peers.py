"""GoReplay beside trafrec: the same requests at most speed, and at a slow pace that a replay should keep to the millisecond.

What is counted are nginx's own times of its answers, for both alike. GoReplay keeps nothing of the answers; it is run as
it is fastest: a read depth of 50,000 (its default of 100 records each 100 ms gives a tenth of that) and 64 workers.
"""

import os
import statistics
import subprocess
import threading
import time

import measure
import peers
import send

PACE = 500  # requests a second
LIMIT_S = 300
GRACE_S = 5
END_OF_RECORD = "\n🐵🙈🙉\n".encode()
SETTINGS = ["--input-file-read-depth", "50000", "--output-http-workers", "64"]


def write_requests(binary, log, path, step_ns):
    """The requests of a log in GoReplay's format, one each `step_ns`."""
    exported = path + ".all"
    made = measure.run([binary, "export", log, "--format", "gor", "-o", exported])
    if made.status != 0:
        raise SystemExit(f"bench: {made.output}")
    count = 0
    with open(exported, "rb") as source, open(path, "wb") as file:
        for record in source.read().split(END_OF_RECORD):
            if not record.startswith(b"1 "):
                continue
            head, request = record.split(b"\n", 1)
            number = head.split(b" ")[1]
            file.write(b"1 %s %d 0\n%s%s" % (number, 10**18 + count * step_ns, request, END_OF_RECORD))
            count += 1
    os.unlink(exported)
    return count


def read_times(path):
    with open(path, encoding="ascii") as file:
        return sorted(float(line) for line in file)


def figures(times, run, due=None):
    """How fast, and against the schedule that began with the first answer how late."""
    taken = times[-1] - times[0]
    found = {"requests": len(times), "rate": (len(times) - 1) / taken, "cpu_us": run.cpu_s * 1e6 / len(times),
             "rss_bytes": run.rss_bytes}
    if due:
        late = sorted(at - times[0] - i / due for i, at in enumerate(times))
        found["late_p99_ms"] = late[int(len(late) * 0.99)] * 1e3
        found["drift"] = taken / ((len(times) - 1) / due) - 1
    return found


def measured(folder, due, go):
    """`go` gets the URL of a server, and sends."""
    path = os.path.join(folder, "times")
    if os.path.exists(path):
        os.unlink(path)
    with send.nginx(folder, send.free_port(), 1, times=path) as url:
        run = go(url)
    return figures(read_times(path), run, due)


def run_goreplay(binary, requests, speed, url):
    """It never ends by itself: when it says that the file has ended, what is under way gets some seconds."""
    command = [binary, "--input-file", f"{requests}|{speed}", *SETTINGS, "--output-http", url]
    started = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    killer = threading.Timer(LIMIT_S, process.kill)
    killer.start()
    said = b""
    for line in process.stdout:
        said = line
        if b"end of file" in line:
            break
    taken = time.monotonic() - started
    time.sleep(GRACE_S)
    process.kill()
    _, status, usage = os.wait4(process.pid, 0)
    killer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait again
    return measure.Run(taken, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, process.returncode, said.decode())


def compare(options, folder, make_log, replay):
    peer = peers.GoReplay()
    if not peer.binary():
        print(f"\n  goreplay: {peer.unavailable()}")
        return None
    results = {"settings": SETTINGS}
    binary = os.path.join(options.build, "tools", "trafrec")
    requests = os.path.join(folder, "requests.gor")

    def goreplay(speed):
        return lambda url: run_goreplay(peer.binary(), requests, speed, url)

    def trafrec(log, speed):
        return lambda url: replay(options, folder, log, url, speed, "--connections", str(options.connections))[0]

    log = make_log(options, folder, options.exchanges // 4)
    write_requests(binary, log, requests, 1)
    pairs = [{"trafrec": measured(folder, None, trafrec(log, "max")), "goreplay": measured(folder, None, goreplay("100%"))}
             for _ in range(min(options.pairs, 3))]
    results["most speed"] = pairs
    ratio = statistics.median(pair["trafrec"]["rate"] / pair["goreplay"]["rate"] for pair in pairs)
    print(f"\n  most speed: {ratio:.1f} times GoReplay's requests/s")
    for name in ("trafrec", "goreplay"):
        middle = {key: statistics.median(pair[name][key] for pair in pairs) for key in pairs[0][name]}
        print(f"    {name:8}{middle['rate']:10.0f} requests/s, {middle['cpu_us']:6.1f} us of CPU a request, "
              f"{middle['rss_bytes'] / (1 << 20):.0f} MiB, {middle['requests']:.0f} arrived")

    log = make_log(options, folder, options.seconds * PACE)
    write_requests(binary, log, requests, 10**9 // PACE)
    print(f"\n  {PACE} requests/s for {options.seconds} s, by the server's clock")
    results["pace"] = {"trafrec": measured(folder, PACE, trafrec(log, f"{PACE}/s")),
                       "goreplay": measured(folder, PACE, goreplay("100%"))}
    for name, found in results["pace"].items():
        print(f"    {name:8} p99 {found['late_p99_ms']:.1f} ms late, {100 * found['drift']:+.2f}% of the time that it should, "
              f"{found['requests']} arrived")
    return results
