#!/usr/bin/env python3
"""Moves a real Elasticsearch under load to a real OpenSearch without a pause: a backfill is taken in the middle of the
recording, restored, and the rest is replayed onto it.

  prove_boundary.py TRAFREC [--method snapshot|scroll|reindex|plain] [--seed S] [--seconds N] [--keep FOLDER]

All writers go on while the backfill is taken. Then `trafrec reconcile boundary` says what it holds, and a replay with its
overlay must give the source's documents; a replay without must not, or this test could not fail. "scroll" is a program that
asks for numbers (seq_no_primary_term), "reindex" one from remote with the source's versions (version_type external), "plain"
one without: what it cannot decide is excepted from the comparison, and counted. Exit code 1 if a document differs, 2 if the
test proved nothing.
"""

import argparse
import http.client
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "replay" / "real"))

# pylint: disable=wrong-import-position
import contents  # noqa: E402
import own_network  # noqa: E402
import programs  # noqa: E402
import real_node  # noqa: E402
import scroll  # noqa: E402
import snapshot  # noqa: E402
from snapshot import must  # noqa: E402

SOURCE, TARGET = 9200, 9201
WRITERS, HOT, COUNTERS = 6, 150, 400
INDICES = {"orders": 3, "events": 1}
SETTINGS = {"number_of_replicas": 0, "refresh_interval": "500ms"}
MAPPINGS = {"properties": {"n": {"type": "long"}, "w": {"type": "keyword"}, "tags": {"type": "keyword"}}}
INCREMENT = {"source": "ctx._source.n += params.by; ctx._source.w = params.w"}


def say(words):
    print(words, flush=True)


class Writer(threading.Thread):
    """Writes until it is stopped, each time as soon as it was answered."""

    def __init__(self, seed, number):
        super().__init__(daemon=True)
        self.chance, self.number = random.Random(f"{seed}/{number}"), number
        self.serial, self.failed, self.going, self.operations = 0, None, True, 0
        self.connection = http.client.HTTPConnection("127.0.0.1", SOURCE, timeout=60)

    def ask(self, method, target, body=None):
        data = None if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
        self.connection.request(method, target, data, {"Content-Type": "application/json"} if data else {})
        answer = self.connection.getresponse()
        answer.read()
        if answer.status >= 500 or answer.status == 400:
            raise RuntimeError(f"{method} {target} is answered {answer.status}")

    def word(self):
        self.serial += 1
        return f"w{self.number}.{self.serial}"

    def name(self):
        return f"d{self.chance.randrange(HOT)}"

    def action(self):
        """(action, metadata, source) of a bulk's item; one of them by itself is a request of its own."""
        word, chance = self.word(), self.chance
        whole = {"n": chance.randrange(100), "w": word, "tags": [word[:3]]}
        kind = chance.choices(
            ["increment", "upsert", "merge", "index", "create", "automatic", "delete", "noop"], [40, 15, 12, 10, 6, 5, 8, 4]
        )[0]
        index = "events" if chance.random() < 0.2 else "orders"
        script = {**INCREMENT, "params": {"by": 1 + chance.randrange(3), "w": word}}
        name = self.name()
        if kind == "upsert" and chance.random() < 0.7:  # nothing puts these anew, so that what is done twice stays
            name = f"counter{chance.randrange(COUNTERS)}"
        return {
            "increment": ("update", name, {"script": script}),
            "upsert": ("update", name, {"script": script, "upsert": whole}),
            "merge": ("update", name, {"doc": {"w": word, "n": chance.randrange(100)}, "doc_as_upsert": chance.random() < 0.5}),
            "index": ("index", name, whole),
            "create": ("create", name, whole),
            "automatic": ("index", None, whole),
            "delete": ("delete", name, None),
            "noop": ("update", name, {"doc": {}}),
        }[kind], index

    def single(self):
        (action, name, source), index = self.action()
        self.operations += 1
        if action == "update":
            self.ask("POST", f"/{index}/_update/{name}", source)
        elif action == "create":
            self.ask("PUT", f"/{index}/_create/{name}", source)
        elif action == "delete":
            self.ask("DELETE", f"/{index}/_doc/{name}")
        elif name is None:
            self.ask("POST", f"/{index}/_doc", source)
        else:
            self.ask("PUT", f"/{index}/_doc/{name}", source)

    def bulk(self):
        lines = []
        for _ in range(self.chance.choice([2, 5, 20, 60])):
            (action, name, source), index = self.action()
            self.operations += 1
            lines.append(json.dumps({action: {"_index": index, **({"_id": name} if name else {})}}))
            lines += [] if source is None else [json.dumps(source)]
        self.ask("POST", "/_bulk", "\n".join(lines) + "\n")

    def run(self):
        try:
            while self.going:
                self.bulk() if self.chance.random() < 0.4 else self.single()
                if self.chance.random() < 0.02:
                    self.ask("GET", f"/orders/_doc/{self.name()}")
        except Exception as failure:  # pylint: disable=broad-exception-caught
            self.failed = failure


class Snapshot:
    """Taken at the source, restored at the target from a folder that both see."""

    options = ()

    def __init__(self, case):
        self.case, self.source, self.target = case, case.source.url, case.target.url

    def take(self):
        snapshot.take(self.source, self.case.repository, "orders,events", self.case.chance.random() < 0.5)

    def restore(self):
        snapshot.restore(self.case.target, self.case.repository, "orders,events")

    def boundary_options(self):
        return ["--target", self.target]


class Scroll:
    """A program reads the source and writes what it got to the target."""

    pages = ()

    def __init__(self, case):
        self.case, self.source, self.target = case, case.source.url, case.target.url

    def take(self):
        self.pages = scroll.take(self.source, INDICES)

    def make(self):
        self.case.target.wipe()
        for index, shards in INDICES.items():
            made = {"settings": {"number_of_shards": shards, "number_of_replicas": 0}, "mappings": MAPPINGS}
            must(real_node.ask("PUT", f"{self.target}/{index}", made))

    def restore(self):
        scroll.restore(self.case.target, self.pages)

    def boundary_options(self):
        return ["--method", "scroll", "--target", self.target]


class Reindex(Scroll):
    """The target reads the source itself. It is copied while the load goes on, and kept aside for the second restore."""

    dest = {"version_type": "external"}

    def take(self):
        self.make()
        for index in INDICES:
            must(real_node.ask("POST", f"{self.source}/{index}/_refresh"))
            remote = {"remote": {"host": f"http://127.0.0.1:{SOURCE}"}, "index": index, "size": 100}
            body = {"source": remote, "dest": {"index": index, **self.dest}}
            done = must(real_node.ask("POST", f"{self.target}/_reindex?refresh=true", body))
            if done["failures"]:
                raise RuntimeError("the copy was refused in part")
        self.pages = None

    def restore(self):
        if self.pages is None:  # the copy itself, and what it holds, for the next time
            self.pages = {index: contents.documents_of(self.target, index) for index in INDICES}
            return
        self.make()
        for index, documents in self.pages.items():
            lines = []
            for name, source in documents.items():
                lines += [json.dumps({"index": {"_index": index, "_id": name}}), json.dumps(source)]
            must(real_node.ask("POST", f"{self.target}/_bulk", "\n".join(lines) + "\n"))


class Plain(Reindex):
    dest = {}


METHODS = {"snapshot": Snapshot, "scroll": Scroll, "reindex": Reindex, "plain": Plain}


class Case:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.chance = random.Random(f"{options.seed}/case")
        self.repository = folder / "repository"
        sees = snapshot.settings(self.repository)
        self.source = real_node.Node("elasticsearch", SOURCE, folder / "source", sees)
        self.target = real_node.Node(
            "opensearch", TARGET, folder / "target", {**sees, "reindex.remote.allowlist": f"127.0.0.1:{SOURCE}"}
        )
        self.method = METHODS[options.method](self)

    def record(self):
        """The load, and in the middle of it the backfill."""
        with programs.recording(self.options.trafrec, SOURCE, self.folder / "log"):
            for index, shards in INDICES.items():
                must(
                    real_node.ask(
                        "PUT",
                        f"{self.source.url}/{index}",
                        {"settings": {"number_of_shards": shards, **SETTINGS}, "mappings": MAPPINGS},
                    )
                )
            writers = [Writer(self.options.seed, number) for number in range(WRITERS)]
            for writer in writers:
                writer.start()
            time.sleep(self.options.seconds * self.chance.uniform(0.3, 0.7))
            before = sum(writer.operations for writer in writers)
            self.method.take()
            during = sum(writer.operations for writer in writers) - before
            time.sleep(self.options.seconds * 0.5)
            for writer in writers:
                writer.going = False
            for writer in writers:
                writer.join(60)
                if writer.failed:
                    raise writer.failed
            time.sleep(1)  # what the kernel still holds
        total = sum(writer.operations for writer in writers)
        say(f"{total} operations, {during} of them while the backfill was taken")
        return during

    def boundary(self):
        command = [
            self.options.trafrec,
            "reconcile",
            "boundary",
            self.folder / "log",
            "-o",
            self.folder / "overlay",
            "--json",
            *self.method.boundary_options(),
        ]
        found = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        lines = [json.loads(line) for line in found.stdout.splitlines()]
        shares = {}
        for line in lines:
            if "share" in line:
                shares[line["share"]] = shares.get(line["share"], 0) + 1
        shards = [line for line in lines if "shard" in line]
        held = sum(shard["held"] for shard in shards)
        crossed = [
            shard for shard in shards if shard["first_missing"] and shard["first_missing"]["seq_no"] < (shard["last_held"] or 0)
        ]
        say(f"{held} held in {len(shards)} shards, {len(crossed)} of which have numbers out of line; the span: {shares}")
        if found.returncode not in (0, 3):
            raise RuntimeError(f"boundary ends with {found.returncode}")
        return {f"{line['index']}/{line['id']}" for line in lines if line.get("share") == "undecided"}

    def replayed(self, name, *options):
        """What differs from the source after a restore and a replay."""
        report = programs.replay(
            self.options.trafrec, self.folder / "log", self.target.url, self.folder / name, "--speed", "max", *options
        )
        different = contents.differences(self.source.contents(), self.target.contents())
        say(f"{name}: {report.get('dead', 0)} dead, {len(different)} documents differ")
        return different

    def run(self):
        with self.source, self.target:
            during = self.record()
            self.method.restore()
            undecided = self.boundary()
            wrong = self.replayed("with", "--overlay", self.folder / "overlay", "--phantoms", "stop")
            excepted = [each for each in wrong if each.split(":")[0] in undecided]
            wrong = [each for each in wrong if each not in excepted]
            for each in wrong[:10]:
                say(f"WRONG: {each}")
            say(f"{len(undecided)} documents are undecided, {len(excepted)} of them differ")
            self.method.restore()
            without = self.replayed("without", "--phantoms", "stop")
            if wrong:
                return 1
            proved = without and during and (not undecided or self.options.method == "plain")
            return 0 if proved else 2


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("trafrec")
    parser.add_argument("--method", choices=METHODS, default="snapshot")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--keep")
    options = parser.parse_args()
    for product in ("elasticsearch", "opensearch"):
        real_node.fetch(product)
    own_network.enter()
    with tempfile.TemporaryDirectory(prefix="trafrec-boundary-", dir="/dev/shm") as folder:
        say(f"{options.method}, seed {options.seed}")
        try:
            code = Case(options, pathlib.Path(folder)).run()
        finally:
            if options.keep:
                for name in ("log", "overlay", "with", "without"):
                    if (pathlib.Path(folder) / name).exists():
                        shutil.move(pathlib.Path(folder) / name, pathlib.Path(options.keep) / name)
    sys.exit(code)


if __name__ == "__main__":
    main()
