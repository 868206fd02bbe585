#!/usr/bin/env python3
"""Compare the tests' search engine in memory with a real one.

    build/tests/replay/guard/replay_guard_model_trace 40 | tests/replay/guard/check_model.py http://127.0.0.1:9200

The node must be a scratch one: the index "a" is deleted and made again. Statuses, results, versions, _seq_no and
primary terms of all answers must be equal, item by item. 6.8 has other paths and tells no _seq_no of a noop: not for it.
"""

import http.client
import json
import sys
import urllib.parse

COMPARED = ("_id", "_version", "result", "_seq_no", "_primary_term", "found", "_source", "status")


class Node:
    def __init__(self, url):
        self.address = urllib.parse.urlsplit(url).netloc
        self.connection = http.client.HTTPConnection(self.address)

    def ask(self, method, target, body=""):
        fields = {"Content-Type": "application/x-ndjson" if "_bulk" in target else "application/json"}
        self.connection.request(method, target, body, fields)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")


def facts(answer, given):
    """What is compared of an answer. Ids that the engine gave are left out."""
    if "items" in answer:
        return [facts(next(iter(item.values())), given) for item in answer["items"]]
    if "docs" in answer:
        return [facts(document, given) for document in answer["docs"]]
    out = {name: answer[name] for name in COMPARED if name in answer}
    if "error" in answer:
        out["error"] = answer["error"]["type"]
        for name in ("_id", "status"):
            out.pop(name, None)
    if given(out.get("_id", "")):
        out.pop("_id")
    return out


def main():
    node = Node(sys.argv[1])
    asked = wrong = 0
    for line in sys.stdin:
        step = json.loads(line)
        if "begin" in step:
            node.ask("DELETE", "/a")
            settings = {"settings": {"number_of_shards": 1, "number_of_replicas": 0}}
            node.ask("PUT", "/a", json.dumps(settings))
            continue
        status, answer = node.ask(step["method"], step["target"], step["body"])
        expected = facts(step["answer"], lambda name: name.startswith("target-"))
        found = facts(answer, lambda name: len(name) == 20)
        asked += 1
        if (status, found) != (step["status"], expected):
            wrong += 1
            print(f"{step['method']} {step['target']} {step['body']}\n  model {step['status']} {expected}\n"
                  f"  node  {status} {found}")
    print(f"{asked} requests, {wrong} answered otherwise than by the model")
    sys.exit(1 if wrong or not asked else 0)


main()
