#!/usr/bin/env python3
"""Shows on a real OpenSearch that each rule of es-to-opensearch is needed, and enough.

    against_opensearch.py http://127.0.0.1:9200

The node must hold nothing that is needed: before each case, everything is deleted. A case of cases.ndjson is a request
before and after its rule (transform_test.cc proves that the rule makes the one of the other). The first must be refused
by the node, or misread: with another number of hits. The second must be taken. What is dropped or only reported must
be refused.
"""

import json
import pathlib
import sys
import urllib.error
import urllib.request


def ask(node, line, body="", headers=()):
    method, target = line.split(" ", 1)
    fields = {"Content-Type": "application/json"} if body else {}
    fields.update({name.title(): value for name, value in headers})
    request = urllib.request.Request(node + target, method=method, data=body.encode() if body else None, headers=fields)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def prepare(node, case):
    """A document {"k": "x"} with the id 1 in the index a, and nothing else."""
    for line in ("DELETE /_all", "DELETE /_template/*", "DELETE /_index_template/*", "DELETE /_component_template/*"):
        ask(node, line)
    mapping = '{"mappings":{"properties":{"k":{"type":"keyword"},"t":{"type":"text"}}}}'
    setup = [["PUT /a", mapping], ["PUT /a/_doc/1?refresh=true", '{"k":"x","t":"hello"}'], *case.get("setup", [])]
    for line, body in setup:
        status, answer = ask(node, line, body)
        if status >= 400:
            sys.exit(f"{line}: {status} {answer}")


def succeeds(status, answer):
    """Whether all of it was carried out, items of bulks and searches too."""
    if status >= 400:
        return False
    return '"errors":true' not in answer and '"error":{' not in answer


def hits(answer):
    found = json.loads(answer)
    if "responses" in found:
        found = found["responses"][0]
    return found["count"] if "count" in found else found["hits"]["total"]["value"]


def judge(node, case):
    """What is wrong with the case; "" if nothing is."""
    before, body, headers = case["before"], case.get("body", ""), case.get("headers", [])
    after, after_body = case.get("after", before), case.get("after_body", body)
    prepare(node, case)
    if case.get("pit"):
        opened = json.loads(ask(node, "POST /a/_search/point_in_time?keep_alive=1m")[1])["pit_id"]
        body, after_body = body.replace("PIT", opened), after_body.replace("PIT", opened)
    status, answer = ask(node, before, body, headers)
    if "hits" in case:
        if not succeeds(status, answer) or hits(answer) != case["hits"][0]:
            return f"before: {status} {answer}"
    elif succeeds(status, answer):
        return f"it is taken as it is: {status} {answer}"
    if case.get("drop") or case.get("reported"):
        return ""
    status, answer = ask(node, after, after_body, case.get("after_headers", headers))
    if case.get("found") is False and status == 404:
        return ""
    if not succeeds(status, answer):
        return f"after: {status} {answer}"
    if "hits" in case and hits(answer) != case["hits"][1]:
        return f"after: {answer}"
    return ""


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    node = sys.argv[1].rstrip("/")
    bad, rules = 0, {}
    for line in pathlib.Path(__file__).with_name("cases.ndjson").read_text().splitlines():
        case = json.loads(line)
        rules[case["rule"]] = rules.get(case["rule"], 0) + 1
        trouble = judge(node, case)
        if trouble:
            bad += 1
            print(f"{case['rule']}: {case['before']} {case.get('body', '')}\n    {trouble}")
    for rule, count in rules.items():
        print(f"{count:4} {rule}")
    print(f"{bad} of {sum(rules.values())} cases are wrong")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
