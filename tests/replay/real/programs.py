"""trafrec as others start it: recording, and replaying."""

import base64
import contextlib
import gzip
import json
import os
import signal
import subprocess
import time

PATIENCE_S = 60


@contextlib.contextmanager
def recording(trafrec, port, log, *options):
    """Records what happens inside; packets that were lost are an error of the test's machine, and said."""
    events = f"{log}.events"
    with open(events, "wb") as errors:
        with subprocess.Popen([trafrec, "record", "-i", "lo", "-p", str(port), "-l", log, "--recorder", "source", "--ring", "128MiB",
                               *options],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors) as recorder:
            ends = time.monotonic() + PATIENCE_S
            while b"recording" not in _read(events):
                if recorder.poll() is not None or time.monotonic() > ends:
                    recorder.kill()
                    raise RuntimeError(f"trafrec does not record:\n{_read(events).decode()}")
                time.sleep(0.02)
            try:
                yield
            finally:
                recorder.send_signal(signal.SIGINT)
                recorder.wait(PATIENCE_S)
    if recorder.returncode != 0:
        raise RuntimeError(f"trafrec record ended with {recorder.returncode}:\n{_read(events).decode()}")


def _read(path):
    with open(path, "rb") as file:
        return file.read()


class Replay:
    """One life of a run."""

    def __init__(self, trafrec, log, url, run, *options):
        self.command = [str(each) for each in (trafrec, "replay", log, "--to", url, "--run", run, "--json", *options)]
        self.run = run
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def report(self, exits=(0, 3), patience_s=600):
        """What it says when it is over."""
        output, errors = self.process.communicate(timeout=patience_s)
        if self.process.returncode not in exits:
            raise RuntimeError(f"exit code {self.process.returncode} of {' '.join(self.command)}\n{errors}")
        return json.loads(output)


def replay(trafrec, log, url, run, *options, **how):
    return Replay(trafrec, log, url, run, *options).report(**how)


def _rows(run, statement):
    import sqlite3  # pylint: disable=import-outside-toplevel
    with contextlib.closing(sqlite3.connect(f"file:{os.path.join(run, 'ledger.sqlite')}?mode=ro", uri=True)) as ledger:
        ledger.row_factory = sqlite3.Row
        return [dict(row) for row in ledger.execute(statement)]


def letters(run):
    """The dead letters of a run: (method, target, why)."""
    return _rows(run, "SELECT * FROM letter")


def outcomes(run):
    """What became of each mutation: {(number of the exchange, item): class of outcome}."""
    return {(row["number"], row["item"]): row["fate"] for row in _rows(run, "SELECT number, item, fate FROM outcome")}


def _content_of(message):
    """A body as it is written, with or without gzip."""
    return message["body"] if "body" in message else gzip.decompress(base64.b64decode(message["body_b64"]))


def refused_fields(trafrec, log):
    """Fields that only updates brought to a mapping that lost to another write, by index. The source may have put them
    there before it refused the update; the target refuses it at once (docs/replay.md, "Order")."""
    brought, lost = set(), set()
    lines = subprocess.run([trafrec, "export", log], capture_output=True, text=True, check=True).stdout
    for exchange in map(json.loads, lines.splitlines()):
        if "/_update/" not in (exchange["target"] or "") or exchange["status"] is None:
            continue
        answer = json.loads(_content_of(exchange["response"]))
        fields = json.loads(_content_of(exchange["request"])).get("doc", {})
        index = answer["error"].get("index") if "error" in answer else answer["_index"]
        if exchange["status"] == 409:
            lost.update((index, field) for field in fields)
        elif exchange["status"] < 300:  # what was refused otherwise (404, 400) has not come to the mapping at all
            brought.update((index, field) for field in fields)
    return lost - brought
