"""Does our reader find in a node's translog what the node answered, and what another reader finds there?"""

import json
import random
import shutil
import signal
import subprocess
import urllib.parse

import real_node
import translog_files
from routing import some_text

IDS = 60
FIELDS = ["seq_no", "term", "version", "kind", "id", "routing", "source", "synced", "generation", "offset"]


class Work:
    """Writes of all kinds, and what the node answered."""

    def __init__(self, node, chance):
        self.node, self.chance = node, chance
        self.type = "_doc"
        self.six = node.product.version.startswith("6.")
        self.ids = [some_text(chance)[:100] for _ in range(IDS)]
        self.answers = []  # (index, seq_no, term, version, kind, id)

    def note(self, status, answer, kind):
        if "_seq_no" in answer and answer.get("result") != "noop" and status in (200, 201, 404):
            self.answers.append(
                (answer["_index"], answer["_seq_no"], answer["_primary_term"], answer["_version"], kind, answer["_id"])
            )

    def ask(self, method, path, body=None):
        return real_node.ask(method, self.node.url + path, body)

    def single(self):
        chance, index = self.chance, self.chance.choice(["a", "b"])
        # "." and ".." are steps of a path.
        where = urllib.parse.quote(chance.choice([name for name in self.ids if name.strip(".")]), safe="")
        routing = f"routing={urllib.parse.quote(some_text(chance)[:20])}" if chance.random() < 0.3 else ""
        kind = chance.randrange(8)
        body = {"n": chance.randrange(100), "text": some_text(chance)}
        if kind == 0:
            self.note(*self.ask("POST", f"/{index}/_doc?{routing}", body), "index")
        elif kind == 1:
            self.note(*self.ask("DELETE", f"/{index}/_doc/{where}?{routing}"), "delete")
        elif kind == 2:
            path = f"/{index}/_doc/{where}/_update" if self.six else f"/{index}/_update/{where}"
            self.note(*self.ask("POST", f"{path}?{routing}", {"doc": body, "doc_as_upsert": True}), "index")
        elif kind == 3:
            version = f"version={chance.randrange(1, 1000)}&version_type=external_gte"
            self.note(*self.ask("PUT", f"/{index}/_doc/ext-{chance.randrange(5)}?{version}", body), "index")
        elif kind == 4:
            self.note(*self.ask("PUT", f"/{index}/_doc/{where}?{routing}", {"n": "no number"}), "index")
        else:
            self.note(*self.ask("PUT", f"/{index}/_doc/{where}?{routing}", body), "index")

    def bulk(self):
        lines = []
        for _ in range(50):
            action = self.chance.choice(["index", "index", "create", "delete"])
            where = {
                "_index": self.chance.choice(["a", "b"]),
                "_id": self.chance.choice(self.ids),
                **({"_type": self.type} if self.six else {}),
            }
            lines += [{action: where}] + ([] if action == "delete" else [{"text": some_text(self.chance)}])
        _, answer = self.ask("POST", "/_bulk", "".join(json.dumps(line) + "\n" for line in lines))
        for item in answer["items"]:
            ((action, fields),) = item.items()
            self.note(fields["status"], fields, "delete" if action == "delete" else "index")

    def some(self, steps):
        for _ in range(steps):
            if self.chance.random() < 0.1:
                self.bulk()
            else:
                self.single()


def ours(probe, data):
    """What our reader says: {(uuid, shard): [operation]}, and the reports."""
    run = subprocess.run([probe, "translog", data], capture_output=True, text=True, check=True)
    shards, reports = {}, []
    for line in map(json.loads, run.stdout.splitlines()):
        key = (line["index"], line["shard"])
        if "report" in line:
            reports.append(line["report"])
            shards.setdefault(key, [])
            continue
        shards.setdefault(key, []).append(
            line
            | {name: bytes.fromhex(line[name]) for name in ("source",)}
            | {name: bytes.fromhex(line[name]).decode("utf-8", "surrogatepass") for name in ("id", "routing")}
        )
    return shards, reports


def compare(probe, data, say, found):
    """Ours against the other reader's; gives what both read."""
    theirs = translog_files.read_shards(data)
    mine, reports = ours(probe, data)
    if set(mine) != set(theirs):
        found([f"we find the shards {sorted(mine)}, there are {sorted(theirs)}"])
    for key, operations in theirs.items():
        got = mine.get(key, [])
        if len(got) != len(operations):
            found([f"{key}: we read {len(got)} operations of {len(operations)}"])
        found(
            [
                f"{key}: {name} of {right['seq_no']} is {right[name]!r}, we read {our[name]!r}"
                for right, our in zip(operations, got)
                for name in FIELDS
                if right[name] != our[name]
            ][:3]
        )
    found([f"damage: {report['damages']}" for report in reports if report["damages"]])
    # Asked for are two shards, and six of them for routing.
    said = sorted((report["name"], report["routing_shards"]) for report in reports)
    if said != [("a", 6), ("a", 6), ("b", 6), ("b", 6)]:
        found([f"the indices' states say {said}"])
    count, terms = sum(map(len, theirs.values())), sum(len({each["term"] for each in read}) for read in theirs.values())
    say(f"{count} operations in {len(theirs)} shards, {terms} terms, read alike")
    return theirs


def check(node, probe, folder, seed, say, found):
    work = Work(node, random.Random(f"{seed}/{node.product.name}"))
    for index in ("a", "b"):
        mapping = {"properties": {"n": {"type": "long"}}}
        real_node.ask(
            "PUT",
            f"{node.url}/{index}",
            {
                "settings": {
                    "number_of_shards": 2,
                    "number_of_routing_shards": 6,
                    "number_of_replicas": 0,
                    "index.translog.flush_threshold_size": "4gb",
                    "index.translog.generation_threshold_size": "64kb",
                },
                "mappings": {"_doc": mapping} if work.six else mapping,
            },
        )
    uuids = {
        name: node_settings["settings"]["index"]["uuid"] for name, node_settings in work.ask("GET", "/a,b/_settings")[1].items()
    }
    work.some(400)
    node.stop(signal.SIGKILL)  # a node that ends in order empties its translog
    copies = [folder / "translog-first"]
    keep(node.home / "data", copies[0])
    node.start()
    work.some(200)
    copies.append(folder / "translog-second")
    keep(node.home / "data", copies[1])
    known = {
        (uuid, *(operation[name] for name in ("seq_no", "term", "version", "kind", "id")))
        for copy in copies
        for (uuid, _), operations in compare(probe, copy, say, found).items()
        for operation in operations
    }
    missing = [answer for answer in work.answers if (uuids[answer[0]], *answer[1:]) not in known]
    say(f"{len(work.answers)} operations were answered, {len(missing)} of them are not in the translog")
    found([f"answered, and not in the translog: {answer}" for answer in missing[:3]])
    damaged(probe, copies[0], random.Random(seed), say, found)


def keep(data, copy):
    """Only the translogs, and the states of their indices and of the cluster."""
    states = [*data.glob("nodes/0/_state"), *data.glob("nodes/0/indices/*/_state")]
    for source in [*data.glob("nodes/0/indices/*/*/translog"), *states]:
        shutil.copytree(source, copy / source.relative_to(data))


def damaged(probe, copy, chance, say, found):
    """A byte changed, or a file cut, somewhere: it is told, and never taken for an operation."""
    right, _ = ours(probe, copy)
    files = sorted(path for path in copy.glob("nodes/0/indices/*/*/translog/*.tlog") if path.stat().st_size > 1000)
    said = 0
    for number in range(40):
        path = chance.choice(files)
        data = path.read_bytes()
        at = chance.randrange(len(data))
        path.write_bytes(
            data[:at] if number % 2 else data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
        )
        got, reports = ours(probe, copy)
        path.write_bytes(data)
        said += any(report["damages"] or report["torn_tail"] for report in reports)
        invented = [operation for key, operations in got.items() for operation in operations if operation not in right[key]]
        found([f"{path}, {at}: {operation}" for operation in invented[:1]])
    say(f"40 damages, {said} told")
    if said != 40:
        found([f"{40 - said} damages are not told"])
