#!/usr/bin/env python3
"""Makes a log of a real Elasticsearch under faults, with the truth of every operation, and holds verdicts against it.

  prove_verdicts.py TRAFREC OUT [--seed S] [--steps N] [--product NAME] [--live] [--restart] [--follow] [--probe PROBE]
                    [--no-verdicts] [--refusals]

OUT gets log/, truth.jsonl and translog/ (copies of all translogs). Clients: raw sockets that leave in every way, the real
Python client that loses its patience, one behind a proxy that loses answers. What the recorder sees is a capture that packets
are taken out of, or with --live the loopback itself, with the recorder killed and started again. With --restart the node is
killed, too. Which of these a seed gets is up to the seed if nothing is said (--capture and --no-restart say the opposite). With
--follow the loopback is recorded, the recorder is not killed but with --live, and two `trafrec reconcile --follow` run beside
it: one that asks the source at once, and one that has the log alone, which must end with the overlay that is made of the whole
log. With the program reconcile_probe, verdicts on beginnings of the log are held against the truth, too. With --refusals the source refuses much
of what it is sent (refusal_work.py, 7.10 alone). Exit code 1 if a verdict is wrong, also one that was given meanwhile, 2 if the truth is in doubt.
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "replay" / "real"))

# pylint: disable=wrong-import-position
import http_trace  # noqa: E402
import own_network  # noqa: E402
import pcap_loss  # noqa: E402
import real_client  # noqa: E402
import real_node  # noqa: E402
import refusal_work  # noqa: E402
import translog  # noqa: E402
import translog_files  # noqa: E402
import verdict_work  # noqa: E402
from check_verdicts import opaque_id  # noqa: E402
from verdict_truth import Truth  # noqa: E402

SERVER, PROXY = 9200, 9202
SEEN = f"(tcp port {SERVER} and not portrange 50000-59999) or tcp port {PROXY}"
PATIENCE_S = 60
BEGINNINGS = 25
# Of what raw clients were answered, so much is lost by the capture.
ANSWER_LOST, REQUEST_LOST, BOTH_LOST, BURSTS = 0.03, 0.007, 0.01, 8


def say(words):
    print(words, flush=True)


class Capture:
    """tcpdump, then a recorder that reads what is left of its file."""

    def __init__(self, trafrec, folder):
        self.trafrec, self.file = trafrec, folder / "whole.pcap"
        self.spared = (0, 0)

    def __enter__(self):
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            ["tcpdump", "-i", "lo", "-w", self.file, "-s", "0", "-B", "131072", "-Z", "root", SEEN],
            stderr=subprocess.PIPE,
            text=True,
        )
        while "listening on" not in self.process.stderr.readline():
            if self.process.poll() is not None:
                raise RuntimeError("tcpdump does not capture")
        return self

    def between(self, _):
        """Nothing can happen to it."""

    def __exit__(self, *_):
        time.sleep(1)  # what the kernel still holds
        self.process.send_signal(signal.SIGINT)
        _, errors = self.process.communicate()
        if "\n0 packets dropped by kernel" not in "\n" + errors:
            raise RuntimeError(f"tcpdump lost packets:\n{errors}")

    def log(self, sent, out, chance):
        wanted, captures = [], {}
        for entry in sent:
            if entry["at"] is None or not entry["request"].mutation or entry["client"] == "proxied":
                continue
            lot = chance.random()
            for name, share, parts in (
                ("response_cut", ANSWER_LOST, ["answer"]),
                ("request_cut", REQUEST_LOST, ["request"]),
                ("exchange_cut", BOTH_LOST, ["request", "answer"]),
            ):
                if 0 <= lot < share:
                    captures[entry["id"]] = name
                    wanted += [(entry["port"], part, entry["at"][part]) for part in parts]
                lot -= share
        seen = self.file.with_name("seen.pcap")
        lost = pcap_loss.lose(self.file, seen, SERVER, wanted, BURSTS, chance, self.spared)
        say(f"{lost} packets are taken out of the capture")
        subprocess.run(
            [self.trafrec, "record", "--quiet", "--read", seen, "--log", out / "log", "--recorder", "source"], check=True
        )
        shutil.move(seen, out / "seen.pcap")
        return captures


class Live:
    """A recorder on the loopback, which is killed at times."""

    def __init__(self, trafrec, out):
        self.trafrec, self.out, self.process = trafrec, out, None

    def start(self):
        events = self.out / "recorder.events"
        with open(events, "ab") as errors:
            before = events.stat().st_size
            # pylint: disable=consider-using-with
            self.process = subprocess.Popen(
                [
                    self.trafrec,
                    "record",
                    "-i",
                    "lo",
                    "--filter",
                    SEEN,
                    "-l",
                    self.out / "log",
                    "--recorder",
                    "source",
                    "--ring",
                    "128MiB",
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        ends = time.monotonic() + PATIENCE_S
        while b"recording" not in events.read_bytes()[before:]:
            if self.process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"trafrec does not record:\n{events.read_text()}")
            time.sleep(0.02)

    def __enter__(self):
        self.start()
        return self

    def between(self, chance):
        self.process.kill()
        self.process.wait()
        time.sleep(chance.uniform(0, 0.3))
        self.start()
        say("the recorder was killed and started again")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE_S)

    def log(self, *_):
        return {}


class Followers:
    """Reconcile while the log grows: with the source, and with the log alone."""

    HOW = ("follow", "follow_log")

    def __init__(self, trafrec, out, url):
        self.trafrec, self.out, self.url, self.running = trafrec, out, url, {}

    def __enter__(self):
        for how, more in zip(self.HOW, (["--source", self.url], [])):
            words = [self.trafrec, "reconcile", self.out / "log", "--follow", "--json", "-o", self.out / f"{how}.overlay", *more]
            with open(self.out / f"{how}.ndjson", "wb") as lines, open(self.out / f"{how}.notes", "wb") as notes:
                # pylint: disable=consider-using-with
                self.running[how] = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=lines, stderr=notes)
        return self

    def finish(self):
        """They end with the recorder."""
        for how, process in self.running.items():
            if process.wait(PATIENCE_S) != 0:
                raise RuntimeError(f"reconcile --follow ends with {process.returncode}:\n{(self.out / f'{how}.notes').read_text()}")

    def __exit__(self, *_):
        for process in self.running.values():
            process.kill()
            process.wait()

    def last_verdicts(self, how):
        """A file of what was said last of each operation."""
        last = {}
        for line in (self.out / f"{how}.ndjson").read_text(encoding="utf-8").splitlines():
            said = json.loads(line)
            last[tuple(said.get(part) for part in ("exchange", "item", "index", "shard", "seq_no"))] = line
        path = self.out / f"{how}.last.ndjson"
        path.write_text("".join(f"{line}\n" for line in last.values()), encoding="utf-8")
        return path


def wait_until_quiet(url):
    """No write runs, twice in a row."""
    quiet = 0
    while quiet < 2:
        _, tasks = real_node.ask("GET", f"{url}/_tasks?actions=indices:data/write/*")
        quiet = 0 if any(node["tasks"] for node in tasks["nodes"].values()) else quiet + 1
        time.sleep(0.5)


class Case:
    """`middle`: called once, while all clients are at work."""

    def __init__(self, options, folder, middle=None):
        self.options, self.folder, self.middle = options, folder, middle
        self.out = pathlib.Path(options.out)
        self.chance = random.Random(f"{options.seed}/case")
        self.live = options.live or options.follow or (not options.capture and self.chance.random() < 0.3)
        self.restart = options.restart or (not options.no_restart and self.chance.random() < 0.3)
        self.refusals = options.refusals
        self.node = real_node.Node(
            options.product, SERVER, folder / "node", refusal_work.SETTINGS if self.refusals else None
        )
        self.gate, self.proxy, self.followers = None, None, None
        self.mix = refusal_work.REFUSAL_MIX if self.refusals else verdict_work.MIX
        self.indices = verdict_work.INDICES + (refusal_work.INDICES if self.refusals else [])

    def clients(self, sent):
        import verdict_clients as made  # pylint: disable=import-outside-toplevel

        seed, names, six = self.options.seed, verdict_work.Names(), self.node.product.version.startswith("6.")
        self.gate = made.Gate()
        self.proxy = made.Proxy(seed)
        self.proxy.start()
        kind = refusal_work.RefusalWork if self.refusals else verdict_work.Work

        def work(number):
            return (kind(seed, number, names, six, self.mix), sent, self.gate, self.options.steps, seed)

        return (
            [made.RawClient(f"raw{number}", *work(number)) for number in range(6)]
            + [made.RawClient("proxied", *work(6), port=PROXY, fates=False)]
            + [made.RealClient(f"py{number}", *work(7 + number), compress=number == 1) for number in range(3)]
        )

    def load(self, sent):
        import verdict_clients as made  # pylint: disable=import-outside-toplevel

        loader = made.RawClient("loader", None, sent, None, 0, self.options.seed)
        prepared = refusal_work.refusal_prepared if self.refusals else verdict_work.prepared
        for request in prepared(self.node.product.version.startswith("6.")):
            entry = loader.ask(request, "answered")
            if entry["status"] != 200:
                raise RuntimeError(f"{request.target} is answered {entry['status']}: {entry['answer']}")

    def kill_node(self):
        self.gate.event.clear()
        time.sleep(self.chance.uniform(0, 0.05))  # some requests are on their way
        self.node.stop(signal.SIGKILL)
        translog.keep(self.node.home / "data", self.out / "translog" / "first")
        self.node.start()
        self.gate.event.set()
        say("the node was killed and started again")

    def work(self, sent, recorder):
        self.load(sent)
        clients = self.clients(sent)
        for client in clients:
            client.start()
        total = self.options.steps * len(clients)
        interruptions = [0.35, 0.7] if self.live and (self.options.live or not self.options.follow) else []
        restarts = [0.5] if self.restart else []
        middles = [0.6] if self.middle else []
        while any(client.is_alive() for client in clients):
            time.sleep(0.05)
            done = 1 - sum(max(client.steps, 0) for client in clients) / total
            if interruptions and done > interruptions[0]:
                interruptions.pop(0)
                recorder.between(self.chance)
            if restarts and done > restarts[0]:
                restarts.pop(0)
                self.kill_node()
            if middles and done > middles[0]:
                middles.pop(0)
                began = time.time()
                self.middle()
                recorder.spared = (began, time.time())  # who loses a part of a backfill takes it again
        self.proxy.stop()
        for client in clients:
            if client.failed:
                raise client.failed
        wait_until_quiet(self.node.url)
        real_node.ask("GET", f"{self.node.url}/orders,events,copies/_stats?level=shards")

    def admin(self, sent):
        """What became of the mutations of more than documents."""
        if self.refusals:
            statuses = http_trace.statuses(self.node.home / "node.log")
            return {entry["id"]: http_trace.was_done(statuses, entry["id"]) for entry in sent if entry["request"].admin}
        state, found = {}, {}
        for entry in sent:
            if entry["request"].admin:
                path, text, there = entry["request"].admin
                if path not in state:
                    state[path] = json.dumps(real_node.ask("GET", self.node.url + path)[1])
                found[entry["id"]] = (text in state[path]) == there
        return found

    def shards(self):
        """All operations of all translogs, once; what a crash took is not among them."""
        found = {}
        for copy in sorted((self.out / "translog").iterdir()):
            for key, operations in translog_files.read_shards(copy).items():
                for operation in operations:
                    if operation["synced"]:
                        known = found.setdefault(key, {}).get(operation["seq_no"])
                        if known is None or known["term"] < operation["term"]:
                            found[key][operation["seq_no"]] = operation
        return {key: list(operations.values()) for key, operations in found.items()}

    @contextlib.contextmanager
    def recorded(self):
        """The source has done its work and is still there; OUT has its log and copies of its translogs. What was sent to it, and
        what of it the capture lost."""
        say(
            f"seed {self.options.seed}: {self.node.product.name} {self.node.product.version}, "
            f"{'live' if self.live else 'from a capture'}"
            f"{', the node is killed' if self.restart else ''}"
        )
        shutil.rmtree(self.out, ignore_errors=True)
        (self.out / "translog").mkdir(parents=True)
        subprocess.run(["sysctl", "-qw", "net.ipv4.ip_local_port_range=20000 45000"], check=True)
        if not self.live and self.chance.random() < 0.7:  # packets as on a wire
            subprocess.run(["ip", "link", "set", "lo", "mtu", "1500", "gso_max_segs", "1"], check=True)
        import verdict_clients as made  # pylint: disable=import-outside-toplevel

        sent = made.Sent()
        with self.node, contextlib.ExitStack() as stack:
            if self.refusals:
                http_trace.begin(self.node.url)
                for method, path, body in refusal_work.before_the_log():
                    real_node.ask(method, self.node.url + path, body)
            with Live(self.options.trafrec, self.out) if self.live else Capture(self.options.trafrec, self.folder) as recorder:
                if self.options.follow:
                    self.followers = stack.enter_context(Followers(self.options.trafrec, self.out, self.node.url))
                self.work(sent, recorder)
            if self.followers:
                self.followers.finish()
            captures = recorder.log(sent.all, self.out, self.chance)
            translog.keep(self.node.home / "data", self.out / "translog" / "last")
            yield sent.all, captures

    def run(self):
        with self.recorded() as (sent, captures):
            admin = self.admin(sent)
            _, settings = real_node.ask(
                "GET", f"{self.node.url}/{','.join(self.indices)}/_settings?ignore_unavailable=true"
            )
            names = {index["settings"]["index"]["uuid"]: name for name, index in settings.items()}
            truth = Truth(sent, self.shards(), names)
            self.write(truth, captures, admin)
            return truth.troubles, self.verdicts()

    def write(self, truth, captures, admin):
        exported = subprocess.run(
            [self.options.trafrec, "export", self.out / "log", "--format", "ndjson"], check=True, stdout=subprocess.PIPE
        )
        exchanges, unanswered = {}, 0
        for line in exported.stdout.splitlines():
            exchange = json.loads(line)
            unanswered += exchange["status"] is None
            exchanges.setdefault(opaque_id(exchange), []).append(exchange["id"])
        with open(self.out / "truth.jsonl", "w", encoding="utf-8") as file:
            meta = {
                "record": "meta",
                "source": f"{self.node.product.name} {self.node.product.version}",
                "seed": self.options.seed,
                "live": self.live,
                "restart": self.restart,
            }
            for record in [meta, *truth.records(captures, admin, exchanges)]:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        unsure = sum(committed is None for committed, _ in truth.items.values())
        say(
            f"{len(truth.sent)} requests, {len(truth.operations)} operations, {unsure} items that the truth cannot tell; "
            f"{unanswered} exchanges of the log are unanswered"
        )

    def verdicts(self):
        """The greatest exit code of the checks: from the log alone, with the source, with its translogs."""
        worst = 0
        for how, more in (
            ("log", []),
            ("source", ["--source", self.node.url]),
            ("translog", ["--translog", str(self.out / "translog")]),
        ):
            if self.options.no_verdicts:
                break
            say(" ".join(["trafrec reconcile LOG", *more]))
            worst = max(worst, self.check(how, *(f"--with={option}" for option in more)))
        if self.options.probe and not self.options.no_verdicts:
            say(f"of {BEGINNINGS} beginnings of the log, all verdicts together")
            lines = self.out / "beginnings.ndjson"
            with open(lines, "wb") as file:
                subprocess.run([self.options.probe, "beginnings", self.out / "log", str(BEGINNINGS)], check=True, stdout=file)
            worst = max(worst, self.check("beginnings", str(lines)))
        if self.followers and not self.options.no_verdicts:
            worst = max(worst, self.check_followers())
        return worst

    def check(self, how, *more):
        run = subprocess.run(
            [
                sys.executable,
                pathlib.Path(__file__).with_name("check_verdicts.py"),
                self.options.trafrec,
                self.out / "log",
                self.out / "truth.jsonl",
                *more,
                "--summary",
                self.out / f"{how}.json",
            ],
            check=False,
        )
        return run.returncode

    def check_followers(self):
        worst = 0
        for how in Followers.HOW:
            say(f"trafrec reconcile LOG --follow{' --source URL' if how == 'follow' else ''}, in the end")
            worst = max(worst, self.check(how, str(self.followers.last_verdicts(how))))
            say("and meanwhile")
            worst = max(worst, self.check(f"{how}_meanwhile", str(self.out / f"{how}.ndjson")))
        whole = self.out / "whole.overlay"
        subprocess.run(
            [self.options.trafrec, "reconcile", self.out / "log", "-o", whole, "--json"], check=True, stdout=subprocess.DEVNULL
        )
        if whole.read_bytes() != (self.out / "follow_log.overlay").read_bytes():
            say("WRONG: the overlay of reconcile --follow is not that of the whole log")
            worst = 1
        return worst


def take_options(parser):
    """Those that say what the source goes through."""
    parser.add_argument("trafrec")
    parser.add_argument("out")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--steps", type=int, default=160)
    parser.add_argument("--product", default="elasticsearch")
    parser.set_defaults(follow=False, probe=None, refusals=False)
    for flag in ("--live", "--capture", "--restart", "--no-restart"):
        parser.add_argument(flag, action="store_true")


@contextlib.contextmanager
def own_place(*products):
    """A folder for nodes, on a loopback of its own, in a Python that has the client."""
    real_client.enter()
    for product in products:
        real_node.fetch(product)
    own_network.enter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # which stops the nodes
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="trafrec-check-", dir=memory) as folder:
        yield pathlib.Path(folder)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    take_options(parser)
    parser.add_argument("--no-verdicts", action="store_true")
    parser.add_argument("--follow", action="store_true")
    parser.add_argument("--refusals", action="store_true")
    parser.add_argument("--probe")
    options = parser.parse_args()
    with own_place(options.product) as folder:
        troubles, worst = Case(options, folder).run()
    for trouble in troubles[:10]:
        say(f"TRUTH IN DOUBT: {trouble[:1000]}")
    sys.exit(2 if troubles else min(worst, 1))


if __name__ == "__main__":
    main()
