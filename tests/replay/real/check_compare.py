#!/usr/bin/env python3
"""Does compare tell what a move from a real Elasticsearch to a real OpenSearch changed, and nothing else?

  check_compare.py TRAFREC [move|twice] [--steps N] [--source NAME] [--product NAME] [--runs N]

move: a real Elasticsearch (--source: elasticsearch is 7.10, elasticsearch6 is 6.8) is recorded at work: documents, bulks,
searches with fixed scores, errors, mapping types in paths, lines and mappings, and what servers tell of themselves. Two replays
to a fresh OpenSearch:

  moved    with --transform es-to-opensearch: nothing differs that is not known
  planted  one request that a transform would mend, and no transform: it is told, with the rule that mends it, and nothing else
           that is not known. It has a type in its path; of 6.8, whose clients name one in nearly every path, an old parameter

twice: the same work, replayed --runs times and once more to one and the same node, which is emptied in between: each run
beside the one before it differs in nothing, with what a third run teaches of noise (--control): what the node makes anew with
each index is in no list

It fetches the nodes into ~/.cache, and goes on a loopback of its own. What is found is printed; exit code 1 then.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

import own_network
import programs
import real_node

PORTS = {"source": 9200, "target": 9201}
ONE_SHARD = {"number_of_shards": 1, "number_of_replicas": 0}
FIELDS = {"properties": {"n": {"type": "long"}, "kind": {"type": "keyword"}, "text": {"type": "text"}, "at": {"type": "date"}}}
# OpenSearch 2.19 now and then fails at the statistics of a task that is just ending, and says so.
ITS_OWN_TROUBLE = ["--ignore", "/_nodes/failures"]
WORDS = ["red", "green", "blue", "grey"]


class Client:
    """Speaks as clients of Elasticsearch 7 do; `old`: as those of 6.8, which name a type in each path."""

    def __init__(self, url, old=False):
        self.url, self.old = url, old

    def as_of_68(self, method, target, body):
        kind = "book" if target.startswith("/typed/") else "_doc"
        target = re.sub(r"^/(\w+)/_(update|create|source)/([^/?]+)", rf"/\1/{kind}/\3/_\2", target)
        if method == "PUT" and target in ("/plain", "/plain/_mapping"):
            target += "?include_type_name=false"
        return target, json.loads(json.dumps(body).replace('"fixed_interval"', '"interval"'))

    def ask(self, method, target, body=None, lines=None):
        if self.old and target == "/_nowhere":
            return b""  # to 6.8 it is the name of an index
        if self.old:
            target, body = self.as_of_68(method, target, body)
        data = json.dumps(body).encode() if body is not None else None
        kind = "application/json"
        if lines is not None:
            data, kind = "".join(json.dumps(line) + "\n" for line in lines).encode(), "application/x-ndjson"
        request = urllib.request.Request(self.url + target, data, {"Content-Type": kind} if data else {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.read()
        except urllib.error.HTTPError as refused:
            return refused.read()


def document(number):
    return {"n": number, "kind": "abc"[number % 3], "text": f"{WORDS[number % 4]} {WORDS[number // 4 % 4]}", "exact": 9007199254740993,
            "at": f"2020-01-{1 + number % 9:02}T00:00:00Z", "float": 1.0}


def write(client, index, steps, kind="_doc"):
    """CRUD, by ids; `kind` is a mapping type."""
    for number in range(steps):
        client.ask("PUT", f"/{index}/{kind}/{number}", document(number))
    client.ask("POST", f"/{index}/{kind}", document(7))
    meta = {} if kind == "_doc" else {"_type": kind}
    client.ask("POST", "/_bulk", lines=[line for number in range(steps, 2 * steps) for line in (
        {"index": {"_index": index, "_id": str(number)} | meta}, document(number))])
    client.ask("POST", "/_bulk", lines=[{"create": {"_index": index, "_id": "1"} | meta}, document(1),
                                        {"update": {"_index": index, "_id": "none"} | meta}, {"doc": {"n": 1}},
                                        {"delete": {"_index": index, "_id": "2"} | meta}])
    for number in range(3, steps, 4):
        client.ask("POST", f"/{index}/_update/{number}", {"doc": {"n": 1000 + number}})
        client.ask("POST", f"/{index}/_update/{number}", {"script": {"source": "ctx._source.n += 1"}})
    client.ask("DELETE", f"/{index}/{kind}/4")
    client.ask("DELETE", f"/{index}/{kind}/none")
    client.ask("PUT", f"/{index}/_create/5", document(5))
    client.ask("PUT", f"/{index}/{kind}/6", {"n": "no number"})
    for number in (1, 4, 5, "none"):
        client.ask("GET", f"/{index}/{kind}/{number}")
        client.ask("HEAD", f"/{index}/{kind}/{number}")
    client.ask("GET", f"/{index}/_source/1")
    client.ask("POST", "/_mget", {"docs": [{"_index": index, "_id": each} | meta for each in ("1", "4", "5", "none")]})
    client.ask("POST", f"/{index}/_refresh")


def search(client, index):
    """With an order and scores that do not depend on segments."""
    by_n = [{"n": "asc"}]
    for query in ({"match_all": {}}, {"term": {"kind": "a"}}, {"range": {"n": {"gte": 10}}}):
        client.ask("POST", f"/{index}/_search", {"query": query, "sort": by_n, "size": 20})
        client.ask("POST", f"/{index}/_search", {"query": {"constant_score": {"filter": query, "boost": 2.5}}, "size": 5})
        client.ask("POST", f"/{index}/_count", {"query": query})
    client.ask("POST", f"/{index}/_search", {"query": {"match": {"text": "red"}}, "sort": by_n, "highlight": {"fields": {"text": {}}}})
    client.ask("POST", f"/{index}/_search", {"size": 0, "aggs": {
        "kinds": {"terms": {"field": "kind"}, "aggs": {"mean": {"avg": {"field": "n"}}}}, "most": {"max": {"field": "n"}},
        "days": {"date_histogram": {"field": "at", "fixed_interval": "1d"}}, "all": {"stats": {"field": "n"}}}})
    client.ask("POST", f"/{index}/_search", {"size": 0, "suggest": {"s": {"text": "blu", "term": {"field": "text"}}}})
    client.ask("POST", "/_msearch", lines=[{"index": index}, {"size": 1, "sort": by_n}, {"index": "nowhere"}, {}])
    page = json.loads(client.ask("POST", f"/{index}/_search?scroll=1m", {"size": 7, "sort": by_n}))
    while page.get("hits", {}).get("hits"):
        page = json.loads(client.ask("POST", "/_search/scroll", {"scroll": "1m", "scroll_id": page["_scroll_id"]}))
    client.ask("POST", f"/{index}/_search", {"query": {"unheard": {}}})
    client.ask("POST", f"/{index}/_search", {"sort": [{"unheard": "asc"}]})
    client.ask("GET", "/nowhere/_search")


def administer(client):
    client.ask("POST", "/_aliases", {"actions": [{"add": {"index": "plain", "alias": "other"}}]})
    client.ask("POST", "/plain/_update_by_query?refresh=true", {"query": {"term": {"kind": "b"}}, "script": {"source": "ctx._source.n = 1"}})
    client.ask("POST", "/plain/_delete_by_query?refresh=true", {"query": {"term": {"kind": "c"}}})
    for target in ("/", "/plain/_mapping", "/plain/_settings", "/_alias", "/_cluster/health", "/_cluster/stats", "/_nodes/stats", "/_stats",
                   "/_cat/indices?v", "/_cat/nodes?v", "/_cat/nodes?format=json", "/_cat/health", "/_tasks", "/_nowhere",
                   "/typed/_mapping?include_type_name=true", "/other/_search?size=0"):
        client.ask("GET", target)
    client.ask("POST", "/plain/_analyze", {"analyzer": "standard", "text": "one two"})
    client.ask("POST", "/plain/_flush/synced")
    client.ask("PUT", "/plain/_mapping", {"properties": {"more": {"type": "keyword"}}})
    client.ask("POST", "/plain/_close")
    client.ask("DELETE", "/typed")


def moved(client, steps):
    client.ask("PUT", "/plain", {"settings": ONE_SHARD, "mappings": FIELDS})
    client.ask("PUT", "/typed?include_type_name=true", {"settings": ONE_SHARD, "mappings": {"book": FIELDS}})
    for index, kind in (("plain", "_doc"), ("typed", "book")):
        write(client, index, steps, kind)
        search(client, index)
    client.ask("GET", "/typed/book/_search?q=kind:a&sort=n")
    administer(client)


def planted(client, steps):
    client.ask("PUT", "/plain", {"settings": ONE_SHARD, "mappings": FIELDS})
    write(client, "plain", steps)
    client.ask("PUT", "/planted/book/1", document(1))
    search(client, "plain")


def planted_of_68(client, steps):
    """What a client of 6.8 can say that OpenSearch takes as it is: no mapping, no bulk, types of the name _doc."""
    client = Client(client.url)
    client.ask("PUT", "/plain", {"settings": ONE_SHARD})
    for number in range(steps):
        client.ask("PUT", f"/plain/_doc/{number}", document(number))
    client.ask("DELETE", "/plain/_doc/2")
    for number in (1, 2, "none"):
        client.ask("GET", f"/plain/_doc/{number}")
        client.ask("HEAD", f"/plain/_doc/{number}")
    client.ask("GET", "/plain/_doc/1?_source_include=n")
    client.ask("POST", "/plain/_refresh")
    for query in ({"match_all": {}}, {"match": {"text": "red"}}, {"range": {"n": {"gte": 10}}}):
        client.ask("POST", "/plain/_search", {"query": query, "sort": [{"n": "asc"}], "size": 20})
        client.ask("POST", "/plain/_count", {"query": query})
    client.ask("POST", "/plain/_search", {"size": 0, "aggs": {"most": {"max": {"field": "n"}}}})


class Check:
    def __init__(self, options, folder):
        self.options, self.folder, self.troubles = options, folder, 0

    def wrong(self, words):
        print(f"  WRONG: {words}", flush=True)
        self.troubles += 1

    def recorded(self, work, log):
        with real_node.Node(self.options.source, PORTS["source"], f"{log}-node") as source:
            with programs.recording(self.options.trafrec, PORTS["source"], log):
                work(Client(source.url, self.options.source == "elasticsearch6"), self.options.steps)

    def report(self, *arguments):
        outcome = subprocess.run([self.options.trafrec, "compare", *arguments, "--json"], stdout=subprocess.PIPE, check=False)
        if outcome.returncode not in (0, 3):
            sys.exit(f"trafrec compare ended with {outcome.returncode}")
        return json.loads(outcome.stdout)

    def twice(self):
        log = os.path.join(self.folder, "twice-log")
        runs = [os.path.join(self.folder, f"twice-run-{number}") for number in range(self.options.runs + 1)]
        self.recorded(moved, log)
        with real_node.Node(self.options.product, PORTS["target"], os.path.join(self.folder, "twice-node")) as target:
            for run in runs:
                Client(target.url).ask("DELETE", "/plain,typed?ignore_unavailable=true")
                programs.replay(self.options.trafrec, log, target.url, run, "--speed", "max", "--on-dead", "continue",
                                "--transform", "es-to-opensearch")
        for number, (before, after) in enumerate(zip(runs, runs[1:]), 1):
            third = runs[number - 2] if number > 1 else runs[-1]
            report = self.report(before, after, "--control", third, *ITS_OWN_TROUBLE)
            alone = self.report(before, after)
            print(f"run {number} beside the one before it: {report['compared']} pairs, {report['differing']} differ; without noise "
                  f"{alone['differing']}, of which nobody knows {alone['unexplained']}", flush=True)
            for each in report["differences"]:
                self.wrong(f"{each['shape']}: {each['first']['words'][:300]}")

    def compared(self, work, *replaying):
        """What compare says of a replay of that work."""
        log, run = (os.path.join(self.folder, f"{work.__name__}-{each}") for each in ("log", "run"))
        self.recorded(work, log)
        with real_node.Node(self.options.product, PORTS["target"], f"{run}-node") as target:
            programs.replay(self.options.trafrec, log, target.url, run, "--speed", "max", "--on-dead", "continue", *replaying)
        report = self.report(log, run)
        known = sorted({each["first"]["known"]["id"] for each in report["differences"] if each["first"]["known"]})
        print(f"{work.__name__}: {report['compared']} pairs, {report['differing']} differ, {report['unexplained']} of them unexplained; "
              f"known: {', '.join(known)}; hidden by rules: {sum(rule['hidden'] for rule in report['rules'])}", flush=True)
        print(f"  not compared: { {reason: count for reason, count in report['not_compared'].items() if count} }", flush=True)
        return report

    def moved(self):
        self.unexplained(self.compared(moved, "--transform", "es-to-opensearch"))

    def unexplained(self, report):
        for each in report["differences"]:
            if not each["first"]["known"]:
                self.wrong(f"{each['shape']}: {each['first']['words'][:600]}")

    def planted(self):
        if self.options.source == "elasticsearch6":
            self.found(planted_of_68, "renamed-parameters", "GET /plain/_doc/{id}?_source_include")
        else:
            self.found(planted, "types-in-paths", "PUT /planted/{type}/{id}")

    def found(self, work, transform, shape):
        """Of what that transform mends, one request is told; it has that shape."""
        report = self.compared(work)
        found = [each for each in report["differences"] if (each["first"]["known"] or {}).get("transform") == transform]
        if not found or any(each["shape"] != shape or each["exchanges"] != 1 for each in found):
            self.wrong(f"one {shape} was planted, and not found as that: {found}")
        self.unexplained(report)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("trafrec")
    parser.add_argument("what", nargs="?", choices=["move", "twice"], default="move")
    parser.add_argument("--source", choices=["elasticsearch", "elasticsearch6"], default="elasticsearch")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--product", choices=sorted(real_node.PRODUCTS), default="opensearch")
    options = parser.parse_args()
    real_node.fetch(options.source)
    real_node.fetch(options.product)
    own_network.enter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # which stops the nodes
    with tempfile.TemporaryDirectory(prefix="trafrec-check-") as folder:
        check = Check(options, folder)
        if options.what == "twice":
            check.twice()
        else:
            check.moved()
            check.planted()
    sys.exit(1 if check.troubles else 0)


if __name__ == "__main__":
    main()
