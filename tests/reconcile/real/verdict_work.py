"""Requests of every kind, from a seed: what they are, and which operations they ask for.

Whatever writes a document puts a token of its own into the field "w", scripts and by-query operations too: the translog then
says of each operation who made it. Deletions leave no token. Those whose answer nobody will read are given documents
("victims") that no other deletion touches.
"""

import dataclasses
import json
import random
import threading

DOCUMENTS, HOT, GROUPS, VICTIMS, BY_QUERY_GROUPS = 600, 30, 40, 900, 60
MAPPING = {
    "dynamic": False,
    "properties": {
        "grp": {"type": "keyword"},
        "w": {"type": "keyword"},
        "n": {"type": "long"},
        "note": {"type": "text"},
        "k": {"type": "keyword"},
    },
}
WORDS = "amber café fjord 東京 grove harbor island juniper krill meadow naïve opal prairie quartz summit tundra umber".split()
SET = "ctx._source.w = params.w; ctx._source.n = (ctx._source.n == null ? 0 : ctx._source.n) + 1"


@dataclasses.dataclass
class Item:
    action: str
    index: str
    id: str = None  # None: the source makes one, or several documents are meant
    routing: str = None
    token: str = None  # None: it leaves none
    group: str = None  # whose documents it deletes by query


@dataclasses.dataclass
class Request:
    kind: str
    method: str
    target: str
    body: str = ""
    items: list = dataclasses.field(default_factory=list)
    admin: tuple = None  # what shows at the end whether it was carried out

    @property
    def mutation(self):
        return bool(self.items) or self.admin is not None


class Names:
    """What all clients share."""

    def __init__(self):
        self.lock, self.counts = threading.Lock(), {}

    def next(self, kind):
        with self.lock:
            self.counts[kind] = self.counts.get(kind, 0) + 1
            return self.counts[kind]


class Work:
    """One client's requests."""

    def __init__(self, seed, number, names, six, mix):
        self.random, self.number, self.names, self.six = random.Random(f"{seed}/{number}"), number, names, six
        self.kinds, self.weights = zip(*mix.items())
        self.serial = 0
        self.seen = []  # (index, id, seq_no, primary term) that this client read

    def token(self):
        self.serial += 1
        return f"t{self.number}.{self.serial}"

    def some_id(self):
        return f"d{self.random.randrange(HOT if self.random.random() < 0.5 else DOCUMENTS):04}"

    def victim(self):
        number = self.names.next("victim")
        return f"v{number % VICTIMS:04}-{number // VICTIMS}"

    def source(self, token, **more):
        return {
            "grp": f"g{self.random.randrange(GROUPS):02}",
            "w": token,
            "n": self.random.randrange(900),
            "k": "same",
            "note": " ".join(self.random.choices(WORDS, k=self.random.randrange(2, 40))),
        } | more

    def document(self, name, index="orders"):
        return f"/{index}/_doc/{name}"

    def update_path(self, name):
        return f"/orders/_doc/{name}/_update" if self.six else f"/orders/_update/{name}"

    def one(self, kind, method, target, body, item):
        return Request(kind, method, target, json.dumps(body, ensure_ascii=False) if body is not None else "", [item])

    # Writes of one document.

    def written(self, kind, name, query="", action="index", index="orders", routing=None, **more):
        token = self.token()
        item = Item(action, index, name, routing, token)
        return self.one(kind, "PUT", self.document(name, index) + query, self.source(token, **more), item)

    def updated(self, kind, name, token, body, query=""):
        return self.one(kind, "POST", self.update_path(name) + query, body, Item("update", "orders", name, None, token))

    def index(self, _):
        return self.written("index", self.some_id())

    def index_automatic(self, _):
        token, index = self.token(), self.random.choice(["orders", "events"])
        return self.one("index_auto", "POST", f"/{index}/_doc", self.source(token), Item("index", index, None, None, token))

    def index_routed(self, _):
        number = self.random.randrange(40)
        routing = f"route{number % 7}"
        return self.written("index_routing", f"r{number}", f"?routing={routing}", routing=routing)

    def index_refused(self, _):
        wrong = {"n": "no number"} if self.random.random() < 0.5 else {"grp": "x" * 33_000}
        return self.written("index_refused", self.some_id(), **wrong)

    def create(self, _):
        name = self.some_id() if self.random.random() < 0.4 else f"c{self.names.next('create'):05}"
        return self.written("create", name, "/_create" if self.six else "?op_type=create", "create")

    def conditional(self, _):
        if not self.seen:
            return self.get(_)
        index, name, seq_no, term = self.seen.pop()
        return self.written("conditional", name, f"?if_seq_no={seq_no}&if_primary_term={term}", index=index)

    def external(self, _):
        query = f"?version={self.random.randrange(1, 5000)}&version_type={self.random.choice(['external', 'external_gte'])}"
        return self.written("external", f"e{self.random.randrange(10)}", query)

    def pipeline(self, _):
        return self.written("pipeline", self.some_id(), "?pipeline=stamp")

    def update(self, _):
        token = self.token()
        return self.updated("update", self.some_id(), token, {"doc": {"w": token, "n": self.random.randrange(900)}})

    def update_script(self, _):
        token = self.token()
        body = {"script": {"source": SET, "params": {"w": token}}}
        return self.updated("update_script", self.some_id(), token, body, self.random.choice(["", "?retry_on_conflict=3"]))

    def update_upsert(self, _):
        token, name = self.token(), self.random.choice([self.some_id(), f"u{self.random.randrange(60)}"])
        script = {"source": SET, "params": {"w": token}}
        bodies = [
            {"doc": {"w": token}, "doc_as_upsert": True},
            {"script": script, "upsert": self.source(token)},
            {"script": script, "scripted_upsert": True, "upsert": {}},
        ]
        return self.updated("update_upsert", name, token, self.random.choice(bodies))

    def update_noop(self, _):
        return self.updated("update_noop", self.some_id(), None, {"doc": {"k": "same"}})

    def update_missing(self, _):
        token = self.token()
        return self.updated("update_missing", f"none{self.names.next('none'):05}", token, {"doc": {"w": token}})

    def delete(self, answered):
        name = self.some_id() if answered else self.victim()
        return self.one("delete", "DELETE", self.document(name), None, Item("delete", "orders", name))

    def delete_missing(self, _):
        name = f"gone{self.names.next('gone'):05}"
        return self.one("delete_missing", "DELETE", self.document(name), None, Item("delete", "orders", name))

    def delete_by_script(self, answered):
        name = self.some_id() if answered else self.victim()
        body = {"script": {"source": "ctx.op = 'delete'"}}
        return self.one("delete_by_script", "POST", self.update_path(name), body, Item("delete", "orders", name))

    # Many at a time.

    def bulk(self, answered):
        lines, items = [], []
        for _ in range(self.random.choice([1, 3, 5, 8, 20])):
            action = self.random.choice(["index"] * 4 + ["create"] * 2 + ["update"] * 3 + ["delete", "automatic", "refused"])
            token, index = self.token(), "orders"
            name = self.some_id()
            body = self.source(token)
            if action == "delete":
                name, body, token = name if answered else self.victim(), None, None
            elif action == "create":
                name = self.random.choice([name, f"c{self.names.next('create'):05}"])
            elif action == "update":
                body = self.random.choice(
                    [
                        {"doc": {"w": token}},
                        {"script": {"source": SET, "params": {"w": token}}},
                        {"doc": {"w": token}, "doc_as_upsert": True},
                    ]
                )
            elif action == "automatic":
                index, name, action = self.random.choice(["orders", "events"]), None, "index"
            elif action == "refused":
                body, action = self.source(token, n="no number"), "index"
            where = {"_index": index, **({"_id": name} if name else {}), **({"_type": "_doc"} if self.six else {})}
            lines += [json.dumps({action: where})] + ([json.dumps(body, ensure_ascii=False)] if body is not None else [])
            items.append(Item(action, index, name, None, token))
        return Request("bulk", "POST", "/_bulk", "\n".join(lines) + "\n", items)

    def update_by_query(self, _):
        token = self.token()
        body = {
            "query": {"term": {"grp": f"g{self.random.randrange(GROUPS):02}"}},
            "script": {"source": SET, "params": {"w": token}},
        }
        return self.one(
            "update_by_query",
            "POST",
            "/orders/_update_by_query?conflicts=proceed",
            body,
            Item("update_by_query", "orders", None, None, token),
        )

    def delete_by_query(self, _):
        group = f"q{self.names.next('by query') % BY_QUERY_GROUPS:02}"  # each once; more find nothing
        return self.one(
            "delete_by_query",
            "POST",
            "/orders/_delete_by_query?conflicts=proceed",
            {"query": {"term": {"grp": group}}},
            Item("delete_by_query", "orders", None, None, None, group),
        )

    def reindex(self, _):
        token = self.token()
        body = {
            "conflicts": "proceed",
            "source": {"index": "orders", "query": {"term": {"grp": f"g{self.random.randrange(GROUPS):02}"}}},
            "dest": {"index": "copies"},
            "script": {"source": SET, "params": {"w": token}},
        }
        return self.one("reindex", "POST", "/_reindex", body, Item("reindex", "copies", None, None, token))

    # More than documents. What shows that it was carried out: (path, what must be in the answer, and whether it must).

    def put_mapping(self, _):
        field = f"f_{self.token().replace('.', '_')}"
        body = {"properties": {field: {"type": "keyword"}}}
        path = "/orders/_mapping/_doc" if self.six else "/orders/_mapping"
        return Request("put_mapping", "PUT", path, json.dumps(body), admin=("/orders/_mapping", field, True))

    def put_alias(self, _):
        name = f"alias-{self.token().replace('.', '-')}"
        return Request("put_alias", "PUT", f"/orders/_alias/{name}", admin=("/orders/_alias", name, True))

    def put_template(self, _):
        name = f"template-{self.token().replace('.', '-')}"
        body = {"index_patterns": [f"{name}-*"], "settings": {"number_of_shards": 1}}
        return Request("put_template", "PUT", f"/_template/{name}", json.dumps(body), admin=("/_template", name, True))

    def create_index(self, _):
        name = f"made-{self.token().replace('.', '-')}"
        body = {"settings": {"number_of_shards": 1, "number_of_replicas": 0}}
        return Request(
            "create_index",
            "PUT",
            f"/{name}",
            json.dumps(body),
            admin=("/_settings?filter_path=*.settings.index.uuid", f'"{name}"', True),
        )

    def delete_index(self, _):
        number = self.names.next("spare") - 1
        if number >= SPARE_INDICES:
            return self.create_index(_)
        name = f"spare-{number}"
        return Request(
            "delete_index", "DELETE", f"/{name}", admin=("/_settings?filter_path=*.settings.index.uuid", f'"{name}"', False)
        )

    # Reads.

    def get(self, _):
        return Request("get", "GET", self.document(self.some_id()))

    def head(self, _):
        return Request("head", "HEAD", self.document(self.some_id()))

    def mget(self, _):
        docs = [{"_index": "orders", "_id": self.some_id(), **({"_type": "_doc"} if self.six else {})} for _ in range(6)]
        return Request("mget", "POST", "/_mget", json.dumps({"docs": docs}))

    def search(self, _):
        body = {
            "query": {"term": {"grp": f"g{self.random.randrange(GROUPS):02}"}},
            "size": 20,
            "version": True,
            "seq_no_primary_term": True,
        }
        return Request("search", "POST", "/orders/_search", json.dumps(body))

    def count(self, _):
        return Request("count", "GET", "/orders/_count")

    def stats(self, _):
        return Request("stats", "GET", "/orders,events/_stats?level=shards")

    def next(self, answered):
        """A request; `answered` says whether its client will wait for the answer."""
        return getattr(self, self.random.choices(self.kinds, self.weights)[0])(answered)


MIX = {
    "index": 16,
    "index_automatic": 8,
    "index_routed": 4,
    "index_refused": 2,
    "create": 8,
    "update": 8,
    "update_script": 7,
    "update_upsert": 5,
    "update_noop": 3,
    "update_missing": 1,
    "delete": 6,
    "delete_missing": 1,
    "delete_by_script": 1,
    "conditional": 4,
    "external": 3,
    "pipeline": 2,
    "bulk": 14,
    "update_by_query": 1,
    "delete_by_query": 1,
    "reindex": 0.3,
    "put_mapping": 0.4,
    "put_alias": 0.4,
    "put_template": 0.4,
    "create_index": 0.4,
    "delete_index": 0.4,
    "get": 14,
    "head": 1,
    "mget": 4,
    "search": 5,
    "count": 1,
    "stats": 1,
}
SPARE_INDICES = 40
INDICES = ["orders", "events", "copies"]  # of which documents are told


def prepared(six):
    """Requests that make everything there, in order; the documents' tokens are told apart, too."""
    mapping = {"_doc": MAPPING} if six else MAPPING
    keep = {"number_of_replicas": 0, "refresh_interval": "200ms", "index.translog.flush_threshold_size": "10gb"}
    for index, shards in (("orders", 3), ("events", 1), ("copies", 2)):
        yield Request(
            "create_index",
            "PUT",
            f"/{index}",
            json.dumps({"settings": {"number_of_shards": shards, **keep}, "mappings": mapping}),
        )
    yield Request(
        "put_pipeline",
        "PUT",
        "/_ingest/pipeline/stamp",
        json.dumps({"processors": [{"set": {"field": "stamped", "value": "yes"}}]}),
    )
    for number in range(SPARE_INDICES):
        yield Request(
            "create_index",
            "PUT",
            f"/spare-{number}",
            json.dumps({"settings": {"number_of_shards": 1, "number_of_replicas": 0}}),
        )
    names = [(f"d{number:04}", f"g{number % GROUPS:02}") for number in range(DOCUMENTS)]
    names += [(f"v{number:04}-0", "victims") for number in range(VICTIMS)]
    names += [(f"q{group:02}-{number}", f"q{group:02}") for group in range(BY_QUERY_GROUPS) for number in range(6)]
    chance = random.Random(0)
    for begin in range(0, len(names), 250):
        lines, items = [], []
        for name, group in names[begin : begin + 250]:
            token = f"load.{name}"
            lines += [
                json.dumps({"index": {"_index": "orders", "_id": name, **({"_type": "_doc"} if six else {})}}),
                json.dumps({"grp": group, "w": token, "n": 0, "k": "same", "note": chance.choice(WORDS)}),
            ]
            items.append(Item("index", "orders", name, None, token))
        yield Request("bulk", "POST", "/_bulk?refresh=true", "\n".join(lines) + "\n", items)
