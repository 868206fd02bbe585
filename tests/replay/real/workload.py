"""Eight clients at work on a search engine, each with a connection of its own, all from one seed.

They share some indices and, in them, a few documents that they fight for; by-query operations, reindexing and indices that
come and go are each client's own, because nobody could repeat what depends on chance. `racing` is the other workload:
there it depends on chance.
"""

import random
import threading

from elasticsearch import Elasticsearch, TransportError
from elasticsearch.helpers import scan

import increments
from increments import CLIENTS, HOT, INCREMENT

# What a deletion leaves is kept for longer than a slow recording takes: else the source would take lower external versions.
TEMPLATE = {"index_patterns": ["shared-*", "own-*"],
            "settings": {"number_of_shards": 2, "number_of_replicas": 0, "index.gc_deletes": "1h"},
            "mappings": {"properties": {"n": {"type": "long"}, "kind": {"type": "keyword"}, "text": {"type": "text"}}}}


def connect(url, compress=False):
    return Elasticsearch(url, maxsize=1, timeout=60, max_retries=0, retry_on_timeout=False, http_compress=compress)


class Client(threading.Thread):
    """One of them. Refusals (409, 404, 400) are part of the work."""

    def __init__(self, url, number, seed, steps):
        super().__init__()
        self.es, self.number, self.steps = connect(url, compress=number % 3 == 0), number, steps
        self.random = random.Random(f"{seed}/{number}")
        self.serial = 0
        self.mine = []  # automatic ids that this client was given
        self.failed = None
        self.refused = 0

    def run(self):
        kinds, weights = zip(*((getattr(self, name), weight) for name, weight in MIX.items()))
        try:
            for _ in range(self.steps):
                try:
                    self.random.choices(kinds, weights)[0]()
                except TransportError as refusal:
                    if not isinstance(refusal.status_code, int) or refusal.status_code >= 500:
                        raise
                    self.refused += 1
        except Exception as failed:  # pylint: disable=broad-except
            self.failed = failed

    # What a document is.

    def next(self):
        self.serial += 1
        return f"{self.number}-{self.serial}"

    def body(self, **more):
        body = {"n": self.random.randrange(100), "kind": self.random.choice("abcd"), "by": self.next(),
                "text": " ".join(self.random.choices(["red", "grün", "blue", "\"quoted\"", "tab\t"], k=4)),
                "exact": 9007199254740993, "float": 1.0, "deep": {"er": [{"x": None}, {"x": "y"}]}}
        return body | more

    def shared(self):
        return self.random.choice(["shared-a", "shared-b"])

    def hot(self):
        return f"hot-{self.random.randrange(HOT)}"

    def own(self):
        return f"own-{self.number}"

    # Writes of single documents.

    def index_automatic(self):
        answer = self.es.index(self.random.choice([self.shared(), "alias-write"]), self.body())
        self.mine.append((answer["_index"], answer["_id"]))

    def index_hot(self):
        self.es.index(self.shared(), self.body(), id=self.hot())

    def index_routed(self):
        number = self.random.randrange(HOT)
        self.es.index("shared-b", self.body(), id=f"routed-{number}", routing=f"r{number % 3}")

    def create(self):
        name = self.hot() if self.random.random() < 0.5 else f"new-{self.next()}"
        self.es.create(self.shared(), name, self.body())

    def update_part(self):
        self.es.update(self.shared(), self.hot(), {"doc": {"kind": self.random.choice("ab"), "part": self.random.randrange(3)}})

    def update_nothing(self):
        """Mostly a noop, beside others' real writes of the same document."""
        self.es.update(self.shared(), self.hot(), {"doc": {"flag": self.random.random() < 0.5}})

    def update_script(self):
        self.es.update(self.shared(), self.hot(), {"script": INCREMENT}, retry_on_conflict=self.random.choice([0, 3]))

    def update_upsert(self):
        self.es.update(self.shared(), self.hot(), {"script": INCREMENT, "upsert": self.body(n=1)})

    def update_doc_as_upsert(self):
        self.es.update(self.shared(), f"{self.hot()}-upsert", {"doc": {"n": self.random.randrange(9), "by": self.next()},
                                                               "doc_as_upsert": True})

    def update_scripted_upsert(self):
        self.es.update(self.shared(), f"{self.hot()}-scripted", {
            "scripted_upsert": True, "upsert": {},
            "script": {"source": "ctx._source.n = (ctx._source.n == null ? 0 : ctx._source.n) + params.by",
                       "params": {"by": self.random.randrange(1, 5)}}})

    def update_by_word(self):
        """A script that decides what is done: nothing, or a deletion."""
        self.es.update(self.shared(), self.hot(), {"script": {
            "source": "ctx.op = ctx._source.n % 3 == 0 ? 'delete' : 'none'"}})

    def delete_hot(self):
        self.es.delete(self.shared(), self.hot())

    def delete_mine(self):
        if self.mine:
            index, name = self.mine.pop(self.random.randrange(len(self.mine)))
            self.es.delete(index, name)

    def delete_missing(self):
        self.es.delete(self.shared(), self.random.choice([f"missing-{self.next()}", "missing"]))

    def conditional(self):
        index, name = self.shared(), self.hot()
        found = self.es.get(index, name)
        stale = self.random.random() < 0.3
        condition = {"if_seq_no": found["_seq_no"] - (1 if stale else 0), "if_primary_term": found["_primary_term"]}
        if self.random.random() < 0.5:
            self.es.index(index, self.body(), id=name, **condition)
        elif self.random.random() < 0.7:
            self.es.update(index, name, {"doc": {"conditional": self.next()}}, **condition)
        else:
            self.es.delete(index, name, **condition)

    def external(self):
        version = self.random.randrange(1, 400)
        kind = self.random.choice(["external", "external_gte"])
        name = f"{kind}-{self.random.randrange(4)}"
        if self.random.random() < 0.8:
            self.es.index("shared-a", self.body(), id=name, version=version, version_type=kind)
        else:
            self.es.delete("shared-a", name, version=version, version_type=kind)

    def pipeline(self):
        self.es.index("shared-b", self.body(), id=self.hot(), pipeline="stamp")

    def new_field(self):
        self.es.index(self.shared(), self.body(**{f"field_{self.number}_{self.random.randrange(6)}": self.next()}))

    def refused_by_mapping(self):
        self.es.index(self.shared(), self.body(n="no number"), id=self.hot())

    # Many at a time.

    def bulk(self):
        lines = []
        for _ in range(self.random.randrange(1, 12)):
            lines += self.bulk_item()
        self.es.bulk(lines, refresh=self.random.choice([None, None, "true"]))

    def bulk_item(self):
        index, name = self.shared(), self.hot()
        choice = self.random.randrange(9)
        if choice == 0:
            return [{"index": {"_index": index}}, self.body()]
        if choice == 1:
            return [{"create": {"_index": index, "_id": name}}, self.body()]
        if choice == 2:
            return [{"update": {"_index": index, "_id": name, "retry_on_conflict": 2}}, {"script": INCREMENT}]
        if choice == 3:
            return [{"delete": {"_index": index, "_id": name}}]
        if choice == 4:
            return [{"index": {"_index": index, "_id": name}}, self.body(n="no number")]
        if choice == 5:
            return [{"index": {"_index": self.own(), "_id": name}}, self.body()]
        if choice == 6:
            return [{"delete": {"_index": index, "_id": f"missing-{self.next()}"}}]
        if choice == 7:
            return [{"update": {"_index": index, "_id": f"{name}-upsert"}},
                    {"doc": {"n": 5, "by": self.next()}, "doc_as_upsert": True}]
        return [{"index": {"_index": "alias-write", "_id": name}}, self.body()]

    # Reads.

    def search(self):
        self.es.search(index=self.random.choice(["shared-*", "alias-write", "_all"]),
                       body={"query": {"term": {"kind": self.random.choice("abcd")}}, "size": 3})

    def count(self):
        self.es.count(index=self.shared())

    def mget(self):
        self.es.mget({"docs": [{"_index": self.shared(), "_id": self.hot()} for _ in range(4)]})

    def msearch(self):
        self.es.msearch([{"index": self.shared()}, {"size": 1}, {"index": "shared-b"}, {"query": {"match": {"text": "red"}}}])

    def scroll(self):
        for _ in scan(self.es, index=self.shared(), size=20, scroll="1m"):
            pass

    # What nobody else touches: the index is this client's own.

    def write_own(self):
        for number in range(5):
            self.es.index(self.own(), self.body(), id=f"own-{number + self.random.randrange(20)}")

    def update_by_query(self):
        self.es.indices.refresh(self.own())
        self.es.update_by_query(self.own(), {"query": {"term": {"kind": self.random.choice("abcd")}}, "script": INCREMENT})

    def delete_by_query(self):
        self.es.indices.refresh(self.own())
        self.es.delete_by_query(self.own(), {"query": {"range": {"n": {"gt": self.random.randrange(60, 120)}}}})

    def reindex(self):
        self.es.indices.refresh(self.own())
        self.es.reindex({"source": {"index": self.own()}, "dest": {"index": f"{self.own()}-copy"}}, refresh=True)

    def recreate(self):
        name = f"own-{self.number}-passing"
        self.es.indices.delete(name, ignore=[404])
        if self.random.random() < 0.5:
            self.es.indices.create(name, {"mappings": {"properties": {"added": {"type": "keyword"}}}})
        for number in range(3):
            self.es.index(name, self.body(added=self.next()), id=f"passing-{number}")

    def map_more(self):
        self.es.indices.put_mapping({"properties": {f"mapped_{self.next().replace('-', '_')}": {"type": "keyword"}}}, self.own())

    def alias_own(self):
        name = f"alias-{self.number}"
        self.es.indices.update_aliases({"actions": [{"add": {"index": self.own(), "alias": name}}]})
        self.es.index(name, self.body(), id=f"through-alias-{self.random.randrange(5)}")
        if self.random.random() < 0.5:
            self.es.indices.delete_alias(self.own(), name)

    def template_own(self):
        name = f"t{self.number}-{self.random.randrange(3)}"
        self.es.indices.put_index_template(name, {"index_patterns": [f"{name}-*"], "priority": 10, "template": {
            "mappings": {"properties": {"kind": {"type": "text"}}}}})
        self.es.index(f"{name}-{self.random.randrange(2)}", self.body())


MIX = {
    "index_automatic": 10, "index_hot": 8, "index_routed": 3, "create": 6, "update_part": 8, "update_nothing": 8, "update_script": 12,
    "update_upsert": 6, "update_doc_as_upsert": 4, "update_scripted_upsert": 5, "update_by_word": 3, "delete_hot": 5,
    "delete_mine": 3, "delete_missing": 3, "conditional": 8, "external": 8, "pipeline": 3, "new_field": 3,
    "refused_by_mapping": 2, "bulk": 12, "search": 4, "count": 1, "mget": 2, "msearch": 1, "scroll": 1, "write_own": 3,
    "update_by_query": 3, "delete_by_query": 2, "reindex": 2, "recreate": 2, "map_more": 1, "alias_own": 2, "template_own": 1,
}


def prepare(url):
    es = connect(url)
    es.indices.put_template("shared", TEMPLATE)
    es.ingest.put_pipeline("stamp", {"processors": [{"set": {"field": "stamped", "value": "yes"}}]})
    for name in ("shared-a", "shared-b"):
        es.indices.create(name)
    es.indices.put_alias("shared-a", "alias-write")


def together(clients):
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    for client in clients:
        if client.failed:
            raise client.failed


def work(url, seed, steps):
    prepare(url)
    together([Client(url, number, seed, steps) for number in range(CLIENTS)])


class Racer(Client):
    """Writes, or changes by query, what the others write."""

    def run(self):
        try:
            for _ in range(self.steps):
                if self.number == 0:
                    self.es.update_by_query("shared-a", {"script": INCREMENT}, conflicts="proceed")
                else:
                    self.es.index("shared-a", self.body(), id=self.hot())
        except Exception as failed:  # pylint: disable=broad-except
            self.failed = failed


def race(url, seed, steps):
    prepare(url)
    together([Racer(url, number, seed, steps) for number in range(CLIENTS)])


def refuse(url, seed, steps):
    """Partial updates, each with a field of its own, that two other writers of the document get in the way of. What is
    refused with 409 is refused before the field is looked at, or after: that is chance."""
    prepare(url)
    writers = [connect(url) for _ in range(3)]
    for number in range(steps):
        writers[0].index("shared-a", {"n": 0}, id="fought-for")

        def update(number=number):
            try:
                writers[0].update("shared-a", "fought-for", {"doc": {f"refused_{seed}_{number}": 1}})
            except TransportError as refusal:
                if refusal.status_code != 409:
                    raise

        def index(writer):
            for value in range(3):
                writer.index("shared-a", {"n": value}, id="fought-for")

        together([Call(update), Call(lambda: index(writers[1])), Call(lambda: index(writers[2]))])


class Call(threading.Thread):
    def __init__(self, what):
        super().__init__()
        self.what, self.failed = what, None

    def run(self):
        try:
            self.what()
        except Exception as failed:  # pylint: disable=broad-except
            self.failed = failed


class Incrementer(Client):
    def run(self):
        try:
            increments.increment(self.es, self.number, self.random, self.steps)
        except Exception as failed:  # pylint: disable=broad-except
            self.failed = failed


def increment(url, seed, steps):
    prepare(url)
    increments.begin(connect(url))
    together([Incrementer(url, number, seed, steps) for number in range(CLIENTS)])
