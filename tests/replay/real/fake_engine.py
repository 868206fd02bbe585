"""A search engine as far as single documents go, in memory and fast: enough to kill a replay a hundred times a minute.

Conditions, versions, tombstones and sequence numbers are what matters, and as in Elasticsearch: an external version is
compared with what a deletion left, a number that no document has refuses everything, a delete of nothing takes a number.
"""

import http.server
import json
import socketserver
import threading
import urllib.parse

CONFLICT, MISSING, ABSENT = "version_conflict_engine_exception", "document_missing_exception", "index_not_found_exception"


class Document:
    def __init__(self):
        self.source, self.version, self.seq_no = None, 0, -1


class Refused(Exception):
    def __init__(self, status, kind, words):
        super().__init__(words)
        self.status, self.kind, self.words = status, kind, words

    def as_json(self):
        return {"type": self.kind, "reason": self.words}


class Engine:
    """The state; one lock, so that each operation is one moment."""

    def __init__(self):
        self.lock = threading.Lock()
        self.indices, self.automatic = {}, 0

    def contents(self):
        with self.lock:
            return {name: {"documents": {key: document.source for key, document in index["documents"].items()
                                         if document.source is not None}, "fields": {}, "aliases": []}
                    for name, index in self.indices.items()}

    def document(self, index, name, make=False):
        if index not in self.indices:
            if not make:
                return Document()
            self.indices[index] = {"documents": {}, "next": 0}
        documents = self.indices[index]["documents"]
        return documents.setdefault(name, Document()) if make else documents.get(name, Document())

    def check(self, document, facts):
        if "if_seq_no" in facts and (document.source is None or document.seq_no != int(facts["if_seq_no"])):
            raise Refused(409, CONFLICT, f"version conflict, current document has seqNo [{document.seq_no}]")
        if facts.get("version_type") == "external":
            if document.version >= int(facts["version"]):
                raise Refused(409, CONFLICT, f"version conflict, current version [{document.version}] is higher or equal")

    def write(self, kind, index, name, facts, body):
        """Of one operation: its status and its members of the answer."""
        if name is None:
            self.automatic += 1
            name = f"auto-{self.automatic}"
        before = self.document(index, name)
        if kind == "update":
            if before.source is None and not ("upsert" in body or body.get("doc_as_upsert")):
                raise Refused(404, MISSING, f"[{name}]: document missing")
            self.check(before, facts)
            body = self.updated(before.source, body)
        else:
            if kind == "create" and before.source is not None:
                raise Refused(409, CONFLICT, f"[{name}]: version conflict, document already exists (current version "
                              f"[{before.version}])")
            self.check(before, facts)
        document = self.document(index, name, make=True)
        was_there = document.source is not None
        document.version = int(facts["version"]) if facts.get("version_type") == "external" else document.version + 1
        document.seq_no = self.indices[index]["next"]
        self.indices[index]["next"] += 1
        document.source = None if kind == "delete" else body
        result = ("deleted" if was_there else "not_found") if kind == "delete" else "updated" if was_there else "created"
        status = {"created": 201, "not_found": 404}.get(result, 200)
        return status, {"_index": index, "_type": "_doc", "_id": name, "_version": document.version, "result": result,
                        "_shards": {"total": 1, "successful": 1, "failed": 0}, "_seq_no": document.seq_no, "_primary_term": 1}

    @staticmethod
    def updated(source, body):
        if source is None:
            return body.get("upsert", body.get("doc"))
        if "script" in body:
            return source | {"n": source["n"] + body["script"]["params"]["by"]}
        return source | body["doc"]

    def get(self, index, name, with_source):
        if index not in self.indices:
            return {"_index": index, "_id": name, "error": {"type": ABSENT, "reason": "no such index"}}
        document = self.document(index, name)
        if document.source is None:
            return {"_index": index, "_id": name, "found": False}
        found = {"_index": index, "_id": name, "_version": document.version, "_seq_no": document.seq_no,
                 "_primary_term": 1, "found": True}
        return found | ({"_source": document.source} if with_source else {})

    # Whole requests.

    def counts(self):
        """Documents by index: what an aggregation over _index answers."""
        buckets = [{"key": name, "doc_count": sum(each.source is not None for each in index["documents"].values())}
                   for name, index in self.indices.items()]
        return {"_shards": {"total": len(buckets), "failed": 0},
                "aggregations": {"indices": {"sum_other_doc_count": 0, "buckets": buckets}}}

    def bulk(self, lines):
        items, failed = [], False
        lines = iter(json.loads(line) for line in lines.split(b"\n") if line)
        for action in lines:
            (kind, facts), = action.items()
            body = None if kind == "delete" else next(lines)
            try:
                status, item = self.write(kind, facts["_index"], facts.get("_id"), facts, body)
                items.append({kind: item | {"status": status}})
            except Refused as refused:
                failed = True
                items.append({kind: {"_index": facts["_index"], "_id": facts.get("_id"), "status": refused.status,
                                     "error": refused.as_json()}})
        return 200, {"took": 0, "errors": failed, "items": items}

    def answer(self, method, path, query, body):
        parts = path.strip("/").split("/")
        if parts[-1] == "_bulk":
            return self.bulk(body)
        if parts[-1] == "_mget":
            return 200, {"docs": [self.get(each["_index"], each["_id"], each.get("_source", True))
                                  for each in json.loads(body)["docs"]]}
        if parts == ["_search"]:
            return 200, self.counts()
        if len(parts) > 1 and parts[1] in ("_doc", "_update", "_create"):
            name = parts[2] if len(parts) > 2 else None
            if method in ("GET", "HEAD"):
                found = self.get(parts[0], name, True)
                return 200 if found.get("found") else 404, found
            kind = {"_update": "update", "_create": "create"}.get(parts[1], "delete" if method == "DELETE" else "index")
            if query.get("op_type") == "create":
                kind = "create"
            return self.write(kind, parts[0], name, query, json.loads(body) if body else None)
        if len(parts) == 1 and not parts[0].startswith("_"):
            if method == "PUT":
                self.indices.setdefault(parts[0], {"documents": {}, "next": 0})
            return 200 if parts[0] in self.indices else 404, {"acknowledged": True}
        return 200, {"acknowledged": True, "_shards": {"total": 1, "successful": 1, "failed": 0}}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        engine = self.server.engine
        with engine.lock:
            try:
                status, answer = engine.answer(self.command, urllib.parse.unquote(url.path), query, body)
            except Refused as refused:
                status, answer = refused.status, {"error": refused.as_json(), "status": refused.status}
        release = self.server.hanging.pop(url.path, None)
        if release:
            release.wait()
        text = json.dumps(answer).encode()
        self.send_response_only(status)
        self.send_header("content-type", "application/json; charset=UTF-8")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = serve

    def log_message(self, *_):
        pass


class QuietServer(socketserver.ThreadingTCPServer):
    """For tests that cut connections: that is no news."""

    allow_reuse_address = daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        pass


class FakeEngine:
    """Serves on a port of loopback until it is left. `wipe` makes it as new."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.server = QuietServer(("127.0.0.1", port), _Handler)
        self.server.hanging = {}
        self.wipe()

    def wipe(self):
        self.server.engine = Engine()

    def contents(self):
        return self.server.engine.contents()

    def hang(self, path):
        """The next request there is carried out, and answered when what this returns is set."""
        return self.server.hanging.setdefault(path, threading.Event())

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
