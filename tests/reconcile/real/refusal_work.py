"""Requests to a source that refuses much: what an application sends whose documents, names and scripts do not always fit.

Indices: "strict" and "plain" are made in the log, with mappings; "older" and "blocked" before it, so that nobody who has the log
alone knows their mappings; "grown" is made by its first document and gets its fields from documents; "absent…" are never there.
Fields are mostly of the type that the index has for them.
"""

import json

from verdict_work import HOT, MIX, SPARE_INDICES, WORDS, Item, Request, Work, prepared

TYPES = {
    "w": {"type": "keyword"},
    "grp": {"type": "keyword"},
    "n": {"type": "long"},
    "small": {"type": "byte"},
    "price": {"type": "double"},
    "day": {"type": "date"},
    "on": {"type": "boolean"},
    "from": {"type": "ip"},
    "note": {"type": "text"},
    "who": {"properties": {"name": {"type": "keyword"}, "age": {"type": "integer"}}},
}
KEEP = {"number_of_replicas": 0, "refresh_interval": "200ms", "index.translog.flush_threshold_size": "10gb"}
# Before anything is recorded.
OLDER = {
    "older": {"settings": {"number_of_shards": 2, **KEEP}, "mappings": {"properties": TYPES}},
    "blocked": {"settings": {"number_of_shards": 1, **KEEP, "index.blocks.write": True}},
    "routed": {"settings": {"number_of_shards": 2, **KEEP}, "mappings": {"_routing": {"required": True}, "properties": TYPES}},
    "ours": {"settings": {"number_of_shards": 1, **KEEP}},
    "theirs": {"settings": {"number_of_shards": 1, **KEEP}, "aliases": {"their-alias": {}}},
}
IN_LOG = {
    "strict": {"settings": {"number_of_shards": 2, **KEEP}, "mappings": {"dynamic": "strict", "properties": TYPES}},
    "plain": {"settings": {"number_of_shards": 1, **KEEP}, "mappings": {"properties": TYPES}},
}
TYPED = ["strict", "plain", "older", "grown"]
INDICES = ["strict", "plain", "older", "blocked", "routed", "grown"]
# Documents go nowhere else by themselves.
SETTINGS = {"action.auto_create_index": "orders,events,copies,grown"}
SCRIPTS = [
    "ctx._source.w = params.w",
    "ctx._source.w = params.w; ctx._source.n += 1",  # fails where it is not there, or is a text
    "ctx._source.w = params.w; ctx._source.n = params.n",
    "ctx._source.w = params.w; if (ctx._source.price > 500) { throw new IllegalArgumentException('no') }",
    "ctx._source.w = params.w; ctx._source.who.age = params.n",
    "ctx._source.w = params.w; this does not compile",
]
PREPARED_PIPELINES = {
    "fussy": {"processors": [{"fail": {"if": "ctx.n instanceof Number && ctx.n > 450", "message": "too many"}}]},
}


class RefusalWork(Work):
    """One client's requests."""

    def fitting(self):
        chance = self.random
        return {
            "n": lambda: chance.randrange(900),
            "small": lambda: chance.randrange(-100, 100),
            "price": lambda: round(chance.random() * 1000, 2),
            "day": lambda: f"2026-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
            "on": lambda: chance.random() < 0.5,
            "from": lambda: f"10.0.{chance.randrange(256)}.{chance.randrange(256)}",
            "note": lambda: " ".join(chance.choices(WORDS, k=chance.randrange(2, 12))),
            "who": lambda: {"name": chance.choice(WORDS), "age": chance.randrange(90)},
        }

    def misfits(self):
        chance = self.random
        return {
            "n": ["no number", 9.2e30, {"x": 1}, "12", 3.5, None, [1, 2], "" ],
            "small": [chance.randrange(128, 1000), "ab", 5, "7"],
            "price": ["dear", "1e5", True, {"eur": 1}, [1.5, "x"]],
            "day": ["2026-13-40", "yesterday", 17952386270, "2026-02-30", "2026/01/02", True],
            "on": ["maybe", "true", 1, ""],
            "from": ["300.1.1.1", "localhost", "::1", 17],
            "note": [{"text": "x"}, 17, ["a", "b"], "x " * 300],
            "who": ["somebody", {"name": "x", "age": "old"}, {"name": {"first": "x"}}, {"age": 5.5}, [{"age": 1}, {"age": "x"}]],
            "grp": ["x" * 33_000, {"a": 1}, 5],
            "extra": ["x", 1],
            "a..b": ["x"],
            "": ["x"],
        }

    def typed(self, token, wrong=0.25):
        """A document for one of the typed indices."""
        chance, fields = self.random, self.fitting()
        source = {"w": token, "grp": f"g{chance.randrange(20):02}"}
        for name in chance.sample(sorted(fields), chance.randrange(1, 6)):
            source[name] = fields[name]()
        if chance.random() < wrong:
            misfits = self.misfits()
            name = chance.choice(sorted(misfits))
            source[name] = chance.choice(misfits[name])
        return source

    def typed_id(self):
        return f"h{self.random.randrange(HOT if self.random.random() < 0.5 else 200):04}"

    def there(self, index, name, query=""):
        return f"/{index}/_doc/{name}{query}"

    def put_typed(self, _):
        token, index, name = self.token(), self.random.choice(TYPED), self.typed_id()
        return self.one("typed", "PUT", self.there(index, name), self.typed(token), Item("index", index, name, None, token))

    def auto_typed(self, _):
        token, index = self.token(), self.random.choice(TYPED)
        return self.one("typed_auto", "POST", f"/{index}/_doc", self.typed(token), Item("index", index, None, None, token))

    def create_typed(self, _):
        token, index = self.token(), self.random.choice(TYPED)
        name = self.typed_id() if self.random.random() < 0.4 else f"n{self.names.next('typed'):05}"
        return self.one(
            "typed_create", "PUT", self.there(index, name, "?op_type=create"), self.typed(token), Item("create", index, name, None, token)
        )

    def change_typed(self, _):
        token, index, name = self.token(), self.random.choice(TYPED), self.typed_id()
        body = self.random.choice(
            [
                {"doc": self.typed(token)},
                {"doc": self.typed(token), "doc_as_upsert": True},
                {"doc": {"w": token}, "upsert": self.typed(token)},
            ]
        )
        return self.one("typed_update", "POST", f"/{index}/_update/{name}", body, Item("update", index, name, None, token))

    def script_typed(self, _):
        token, index, name = self.token(), self.random.choice(TYPED), self.typed_id()
        number = self.random.choice([1, 2, 3, 4, "many"])
        body = {"script": {"source": self.random.choice(SCRIPTS), "params": {"w": token, "n": number}}}
        query = self.random.choice(["", "?retry_on_conflict=3"])
        return self.one("typed_script", "POST", f"/{index}/_update/{name}{query}", body, Item("update", index, name, None, token))

    def bulk_typed(self, _):
        lines, items = [], []
        for _ in range(self.random.choice([1, 3, 5, 12])):
            action = self.random.choice(["index", "index", "create", "update"])
            index = self.random.choice(TYPED + ["blocked", "absent-bulk"])
            token, name = self.token(), self.typed_id()
            body = self.typed(token, 0.15)
            lines += [
                json.dumps({action: {"_index": index, "_id": name}}),
                json.dumps({"doc": body} if action == "update" else body, ensure_ascii=False),
            ]
            items.append(Item(action, index, name, None, token))
        return Request("typed bulk", "POST", "/_bulk", "\n".join(lines) + "\n", items)

    def put_blocked(self, _):
        token, name = self.token(), self.typed_id()
        return self.one("blocked", "PUT", self.there("blocked", name), self.typed(token), Item("index", "blocked", name, None, token))

    def put_routed(self, _):
        routing = self.random.choice([None, "a", "b"])
        token, name = self.token(), f"{routing}-{self.random.randrange(30)}"
        query = f"?routing={routing}" if routing else ""
        return self.one(
            "required_routing", "PUT", self.there("routed", name, query), self.typed(token, 0), Item("index", "routed", name, routing, token)
        )

    def put_absent(self, _):
        token, index = self.token(), f"absent-{self.random.randrange(20)}"
        return self.one("absent_index", "PUT", self.there(index, "x"), self.typed(token), Item("index", index, "x", None, token))

    def change_absent(self, _):
        token, index = self.token(), f"absent-{self.random.randrange(20)}"
        return self.one("absent_update", "POST", f"/{index}/_update/x", {"doc": {"w": token}}, Item("update", index, "x", None, token))

    def delete_absent(self, _):
        index = f"absent-{self.random.randrange(20)}"
        return self.one("absent_delete", "DELETE", self.there(index, "x"), None, Item("delete", index, "x"))

    def put_long_id(self, _):
        token, name = self.token(), "i" * self.random.choice([500, 513, 600])
        return self.one("long_id", "PUT", self.there("plain", name), self.typed(token, 0), Item("index", "plain", name, None, token))

    def put_broken(self, _):
        token, index, name = self.token(), self.random.choice(TYPED), self.typed_id()
        whole = json.dumps(self.typed(token, 0))
        body = self.random.choice([whole[:-1], whole[1:], whole + "}", f"[{whole}]", '"text"', "", whole.replace(":", "", 1)])
        return Request("broken", "PUT", self.there(index, name), body, [Item("index", index, name, None, token)])

    def put_piped(self, _):
        token, name = self.token(), self.typed_id()
        query = f"?pipeline={self.random.choice(['none', 'fussy', 'fussy'])}"
        return self.one("typed_pipeline", "PUT", self.there("plain", name, query), self.typed(token), Item("index", "plain", name, None, token))

    def put_odd_parameter(self, _):
        token, name = self.token(), self.typed_id()
        query = self.random.choice(["?refesh=true", "?timeout=1x", "?refresh=perhaps", "?version=3", "?op_type=make", "?if_seq_no=4"])
        return self.one("odd_parameter", "PUT", self.there("plain", name, query), self.typed(token, 0), Item("index", "plain", name, None, token))

    # More than documents; the source's own trace says what became of them.

    def admin(self, kind, method, target, body=None):
        return Request(kind, method, target, json.dumps(body) if body is not None else "", admin=("/", "", True))

    def delete_no_index(self, _):
        return self.admin("delete_no_index", "DELETE", f"/absent-{self.random.randrange(20)}")

    def delete_spare(self, _):
        """Mostly one that another client deletes, too."""
        return self.admin("delete_spare", "DELETE", f"/spare-{self.random.randrange(SPARE_INDICES)}")

    def delete_older(self, _):
        """One that was there before the log, or never."""
        return self.admin("delete_older", "DELETE", f"/early-{self.random.randrange(2 * EARLY_INDICES)}")

    def look_for_index(self, _):
        name = self.random.choice([f"absent-{self.random.randrange(20)}", f"spare-{self.random.randrange(SPARE_INDICES)}",
                                   f"early-{self.random.randrange(2 * EARLY_INDICES)}", f"made-{self.random.randrange(40)}"])
        return Request("look_for_index", self.random.choice(["GET", "HEAD"]), f"/{name}")

    def make_again(self, _):
        """Two in three are refused: the index is there, or its settings are none."""
        name = self.random.choice([f"made-{self.random.randrange(40)}", f"made-{self.random.randrange(40)}", "theirs", "orders", "Wrong"])
        settings = self.random.choice([{"number_of_shards": 1}, {"number_of_shards": 1}, {"number_of_shards": 0}, {"what": 1}])
        return self.admin("make_again", "PUT", f"/{name}", {"settings": {**settings, "number_of_replicas": 0}})

    def alias(self, _):
        index = self.random.choice(["plain", "ours", "theirs", f"absent-{self.random.randrange(20)}", f"spare-{self.random.randrange(40)}"])
        name = self.random.choice([f"a{self.random.randrange(20)}", "their-alias", "orders", f"alias-{self.token().replace('.', '-')}"])
        return self.admin("alias", self.random.choice(["PUT", "PUT", "DELETE"]), f"/{index}/_alias/{name}")

    def mapping(self, _):
        index = self.random.choice(["plain", "older", "grown", "strict", f"absent-{self.random.randrange(20)}", f"made-{self.random.randrange(40)}"])
        field = self.random.choice(["n", "day", "new", "who", f"f_{self.token().replace('.', '_')}"])
        kind = self.random.choice(["keyword", "keyword", "long", "date", "txt", "ip"])
        return self.admin("mapping", "PUT", f"/{index}/_mapping", {"properties": {field: {"type": kind}}})

    def template(self, _):
        name = self.random.choice([f"t{self.random.randrange(10)}", f"template-{self.token().replace('.', '-')}"])
        if self.random.random() < 0.3:
            return self.admin("template", "DELETE", f"/_template/{name}")
        mappings = self.random.choice([{}, {}, {"properties": {"x": {"type": "txt"}}}])
        settings = self.random.choice([{"number_of_shards": 1}, {"number_of_shards": 1}, {"number_of_shards": -1}])
        return self.admin("template", "PUT", f"/_template/{name}", {"index_patterns": [f"{name}-*"], "settings": settings, "mappings": mappings})

    def settings(self, _):
        index = self.random.choice(["plain", "ours", "theirs", f"absent-{self.random.randrange(20)}"])
        body = self.random.choice([{"index": {"refresh_interval": f"{self.random.randrange(200, 400)}ms"}},
                                   {"index": {"number_of_shards": 3}}, {"index": {"what": 3}}])
        return self.admin("settings", "PUT", f"/{index}/_settings", body)

    def look(self, _):
        index = self.random.choice(["plain", "older", "grown", "strict", "ours", "theirs", f"made-{self.random.randrange(40)}"])
        return Request("look", "GET", self.random.choice([f"/{index}", f"/{index}/_mapping", f"/{index}/_alias", "/_template",
                                                          f"/{index}/_settings", "/_cat/aliases?format=json"]))

    def get_typed(self, _):
        return Request("get", "GET", self.there(self.random.choice(TYPED), self.typed_id()))


EARLY_INDICES = 12
REFUSAL_MIX = {
    **{kind: weight / 3 for kind, weight in MIX.items() if kind not in ("put_pipeline",)},
    "put_typed": 10,
    "auto_typed": 3,
    "create_typed": 4,
    "change_typed": 8,
    "script_typed": 5,
    "bulk_typed": 5,
    "put_blocked": 1,
    "put_routed": 2,
    "put_absent": 1,
    "change_absent": 1,
    "delete_absent": 1,
    "put_long_id": 0.5,
    "put_broken": 1.5,
    "put_piped": 1,
    "put_odd_parameter": 1,
    "delete_no_index": 1,
    "delete_spare": 1,
    "delete_older": 1,
    "look_for_index": 2,
    "make_again": 1.5,
    "alias": 1.5,
    "mapping": 1.5,
    "template": 1.5,
    "settings": 1,
    "look": 2,
    "get_typed": 6,
}


def before_the_log():
    """(method, path, body) of what is done before anything is recorded."""
    for name, body in OLDER.items():
        yield "PUT", f"/{name}", body
    for number in range(EARLY_INDICES):
        yield "PUT", f"/early-{number}", {"settings": {"number_of_shards": 1, "number_of_replicas": 0}}


def refusal_prepared(six):
    yield from prepared(six)
    for name, body in IN_LOG.items():
        yield Request("create_index", "PUT", f"/{name}", json.dumps(body))
    for name, body in PREPARED_PIPELINES.items():
        yield Request("put_pipeline", "PUT", f"/_ingest/pipeline/{name}", json.dumps(body))
    yield Request("refresh", "POST", "/plain/_refresh")
