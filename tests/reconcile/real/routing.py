"""Is each document in the shard that our code says? Ids of all kinds, and all ways to make an index."""

import json
import random
import subprocess

import real_node

BATCH = 10_000
ALPHABETS = [
    "0123456789",
    "abcdefghijklmnopqrstuvwxyzABCXYZ-_",
    "\"\\/ \t\n\r%+&?#,:;'<>",
    "äöüßéñçøå",
    "日本語中文한국어",
    "😀🎉🦊𝄞𐍈\U0010ffff\U00010000",
    "\x00\x01\x1f\x7f\u0080\u2028\ufeff\ufffd\uffff",
    "a😀é日",
]


def some_text(chance):
    kind = chance.randrange(len(ALPHABETS) + 2)
    if kind == len(ALPHABETS):
        return "%032x" % chance.getrandbits(128)
    letters = ALPHABETS[kind] if kind < len(ALPHABETS) else "".join(ALPHABETS)
    length = chance.choice([1, 2, 3, 4, 5, 8, 13, 20, 40, 127])  # 512 bytes are the most that an id may have
    return "".join(chance.choice(letters) for _ in range(length))


def some_documents(chance, count, routed):
    """(id, routing) without doubles of ids; "" is no routing."""
    found = {}
    while len(found) < count:
        routing = some_text(chance) if routed == "always" or (routed == "some" and chance.random() < 0.3) else ""
        # One that is nearly free of meaning, so that there are enough of them.
        found[some_text(chance) + (str(len(found)) if chance.random() < 0.7 else "")] = routing
    return [(name, routing) for name, routing in found.items() if len(name.encode()) <= 512]


class Check:
    def __init__(self, node, probe, folder, say, found):
        self.node, self.probe, self.folder, self.say, self.found = node, probe, folder, say, found
        self.six = node.product.version.startswith("6.")
        self.kind = "_doc"

    def ask(self, method, path, body=None, good=(200, 201)):
        status, answer = real_node.ask(method, self.node.url + path, body, timeout_s=300)
        if status not in good:
            raise RuntimeError(f"{method} {path}: {status} {json.dumps(answer)[:500]}")
        return answer

    def make(self, index, settings, routing_required=False):
        mapping = {"dynamic": False, **({"_routing": {"required": True}} if routing_required else {})}
        self.ask(
            "PUT",
            f"/{index}",
            {
                "settings": {"number_of_replicas": 0, "refresh_interval": -1, **settings},
                "mappings": {self.kind: mapping} if self.six else mapping,
            },
        )

    def fill(self, index, documents):
        for begin in range(0, len(documents), BATCH):
            lines = []
            for name, routing in documents[begin : begin + BATCH]:
                where = {"_id": name, **({"routing": routing} if routing else {}), **({"_type": self.kind} if self.six else {})}
                lines += [json.dumps({"index": where}), "{}"]
            answer = self.ask("POST", f"/{index}/_bulk", "\n".join(lines) + "\n")
            refused = [item["index"] for item in answer["items"] if item["index"]["status"] >= 300]
            if refused:
                raise RuntimeError(f"the node refuses documents: {refused[:2]}")
        self.ask("POST", f"/{index}/_refresh")

    def resize(self, how, source, target, settings):
        self.ask("PUT", f"/{source}/_settings", {"index.blocks.write": True})
        self.ask(
            "POST",
            f"/{source}/_{how}/{target}?wait_for_active_shards=1",
            {"settings": {"index.number_of_replicas": 0} | settings},
        )
        self.ask("GET", f"/_cluster/health/{target}?wait_for_status=green&timeout=120s")
        self.ask("POST", f"/{target}/_refresh")

    def places(self, index):
        """{(id, routing): shard}, as the node has it."""
        shards = int(self.ask("GET", f"/{index}/_settings?flat_settings=true")[index]["settings"]["index.number_of_shards"])
        found = {}
        for shard in range(shards):
            page = self.ask(
                "POST",
                f"/{index}/_search?scroll=1m&size=10000&preference=_shards:{shard}",
                {"_source": False, "sort": ["_doc"]},
            )
            while page["hits"]["hits"]:
                found.update({(hit["_id"], hit.get("_routing", "")): shard for hit in page["hits"]["hits"]})
                page = self.ask("POST", "/_search/scroll", {"scroll": "1m", "scroll_id": page["_scroll_id"]})
            self.ask("DELETE", "/_search/scroll", {"scroll_id": page["_scroll_id"]})
        return found

    def compare(self, index, expected, usual=False):
        at_node = self.places(index)
        if len(at_node) != expected:
            self.found([f"{index}: {len(at_node)} documents are found, {expected} were written"])
        documents = list(at_node)
        lines = "".join(
            f"{name.encode().hex()} {routing.encode().hex()} {at_node[name, routing]}\n" for name, routing in documents
        )
        # Version 6.8 does not say how many routing shards an index has. What it has if nobody asked for more is known.
        answers = {"fitted" if self.six else "state": f"/_cluster/state/metadata/{index}"}
        if usual:
            answers |= {"state": f"/_cluster/state/metadata/{index}", "settings": f"/{index}/_settings"}
        for kind, path in answers.items():
            answer = self.folder / f"{index}-{kind}.json"
            answer.write_text(json.dumps(self.ask("GET", path)))
            run = subprocess.run(
                [self.probe, "shards", answer, index, kind], input=lines, capture_output=True, text=True, check=False
            )
            ours = run.stdout.split()
            wrong = [
                (document, at_node[document], our) for document, our in zip(documents, ours) if str(at_node[document]) != our
            ]
            self.say(f"{index} ({kind}): {len(ours)} documents in {len(set(ours))} shards, {len(wrong)} elsewhere")
            if run.returncode or len(ours) != len(documents):
                self.found([f"{index} ({kind}): {run.stderr} {len(ours)} of {len(documents)} lines"])
            self.found([f"{index} ({kind}): {document!r} is in {right}, we say {our}" for document, right, our in wrong[:3]])


def check(node, probe, folder, seed, say, found):
    chance = random.Random(f"{seed}/{node.product.name}")
    it = Check(node, probe, folder, say, found)
    many = some_documents(chance, 100_000, "some")
    it.make("asked", {"number_of_shards": 4, "number_of_routing_shards": 24})
    it.fill("asked", many)
    it.compare("asked", len(many))
    it.resize("split", "asked", "split", {"index.number_of_shards": 12})
    it.compare("split", len(many))
    it.resize("shrink", "split", "shrunk", {"index.number_of_shards": 3})
    it.compare("shrunk", len(many))

    few = some_documents(chance, 20_000, "some")
    it.make("usual", {"number_of_shards": 5})
    it.fill("usual", few)
    it.compare("usual", len(few), usual=True)
    it.make("single", {"number_of_shards": 1})
    it.fill("single", few)
    it.compare("single", len(few), usual=True)
    if it.six:  # where a single shard is split into as many as it asked for when it was made
        it.make("single-asked", {"number_of_shards": 1, "number_of_routing_shards": 10})
        it.fill("single-asked", few)
        it.resize("split", "single-asked", "split-single", {"index.number_of_shards": 5})
    else:
        it.resize("split", "single", "split-single", {"index.number_of_shards": 5})
    it.compare("split-single", len(few))

    routed = some_documents(chance, 30_000, "always")
    it.make(
        "partitioned",
        {"number_of_shards": 8, "number_of_routing_shards": 16, "routing_partition_size": 3},
        routing_required=True,
    )
    it.fill("partitioned", routed)
    it.compare("partitioned", len(routed))
    it.resize("split", "partitioned", "split-partitioned", {"index.number_of_shards": 16})
    it.compare("split-partitioned", len(routed))
