"""A replay of what is still being recorded: how far behind it is, and what becomes of a request that hangs at the source."""

import contextlib
import json
import os
import subprocess
import threading
import time

import increments
import programs

PATIENCE_S = 300
HANGS = "hangs"


def _wait(what, holds):
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > ends:
            raise RuntimeError(f"not within {PATIENCE_S} s: {what}")
        time.sleep(0.1)


def _said(*command):
    """What a command prints; that it fails is an error."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"exit code {done.returncode} of {' '.join(command)}\n{done.stderr}")
    return done.stdout


@contextlib.contextmanager
def sentinels(trafrec, url, key, every="1s"):
    with subprocess.Popen([trafrec, "sentinel", url, "--key", key, "--audience", "check", "--purpose", "lag", "--every", every],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as sender:
        try:
            yield
        finally:
            sender.terminate()
            sender.wait(PATIENCE_S)


def session(trafrec, port, source, target, folder, work):
    """Records, replays and echoes at one time, while `work` does its work at the source. What it says of itself, and what
    is wrong."""
    log, run, key = (os.path.join(folder, name) for name in ("follow-log", "follow-run", "follow.key"))
    _said(trafrec, "keygen", "--for", "sign", "--out", key)
    trusts = ["--audience", "check", "--trust-sentinel", f"{key}.pub"]
    with programs.recording(trafrec, port, log, *trusts):
        life = programs.Replay(trafrec, log, target.url, run, "--follow", "--dialect", "search", "--trust-sentinel", f"{key}.pub", "--clock-offset", "0s")
        with sentinels(trafrec, source.url, key):
            work()
            time.sleep(3)  # some more sentinels, so that the lag at rest is among the figures
            told = json.loads(_said(trafrec, "ctl", run, "status", "--json"))
    report = life.report()
    marks = [json.loads(line) for line in _said(trafrec, "watermarks", run, "--json").splitlines()]
    echoes = sum(len(each.get("watermarks", [])) for each in marks)
    _said(trafrec, "verify", run)
    shown = len(_said(trafrec, "show", run, "--json").splitlines())
    stored = json.loads(_said(trafrec, "stats", run, "--json"))
    lag = report["echoes"]
    said = (f"{report['exchanges']} exchanges, {lag['answered']} echoes: lag p50 {lag['p50_ns'] / 1e6:.0f} ms, p99 "
            f"{lag['p99_ns'] / 1e6:.0f} ms, most {lag['most_ns'] / 1e6:.0f} ms; at rest {lag['last_ns'] / 1e6:.0f} ms")
    troubles = []
    if lag["answered"] == 0 or lag["unanswered"] or lag["negative"]:
        troubles.append(f"echoes: {lag}")
    if not told["source_lag"]["echoes"]:
        troubles.append(f"ctl status says no lag: {told}")
    if echoes != lag["answered"]:
        troubles.append(f"{echoes} watermarks of the run for {lag['answered']} echoes")
    if shown != report["exchanges"]:
        troubles.append(f"show has {shown} exchanges, the report {report['exchanges']}")
    return said, troubles, report, stored


def hanging(trafrec, port, source, target, folder, seed, steps):
    """One request of the source hangs while others go on; the replay goes on, is killed, and comes back to it."""
    log, run = os.path.join(folder, "hang-log"), os.path.join(folder, "hang-run")
    options = ["--follow", "--dialect", "search", "--follow-patience", "1s", "--speed", "max"]

    def others(contents):
        return {(index, name): body for index, there in contents.items() for name, body in there["documents"].items()
                if name != HANGS}

    with programs.recording(trafrec, port, log):
        life = programs.Replay(trafrec, log, target.url, run, *options)
        release = source.hang(f"/shared-b/_doc/{HANGS}")
        with contextlib.closing(increments.Client(source.url)) as client:
            waits = threading.Thread(target=client.index, args=("shared-b", {"n": 1}), kwargs={"id": HANGS})
            waits.start()
            _wait("the source has the request that hangs", lambda: HANGS in source.contents().get("shared-b", {"documents": {}})["documents"])
            increments.work(source.url, seed, steps)
            with contextlib.closing(increments.Client(source.url)) as later:
                later.index("shared-b", {"n": 2}, id=HANGS)
            _wait("the replay goes on", lambda: others(target.contents()) == others(source.contents()))
            early = HANGS in target.contents()["shared-b"]["documents"]
            life.kill()
            life = programs.Replay(trafrec, log, target.url, run, "--resume", *options)
            release.set()
            waits.join()
            _wait("the replay comes back", lambda: target.contents() == source.contents())
    report = life.report()
    troubles = ["what hangs was sent before its answer"] if early else []
    if report["passed_over"]["left"] or report["passed_over"]["caught_up"] != 2:
        troubles.append(f"passed over: {report['passed_over']}")
    return f"{report['passed_over']['caught_up']} caught up after kill -9", troubles
