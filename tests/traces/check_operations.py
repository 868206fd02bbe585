#!/usr/bin/env python3
"""Holds what trafrec recorded from a capture against the truth of every request.

usage: check_operations.py TRAFREC CAPTURE TRUTH

TRUTH is lines of JSON, perhaps gzipped; those with "record": "request" say for one value of the
header X-Opaque-Id what a recorder that misses nothing finds on the wire: `wire.request` and
`wire.response` (whole, partial, none), `wire.response_status`, and `body_sha1` of the body as sent.
A wrong pair, a wrong body, and a part that the wire does not hold are defects. Whole messages that
stayed unpaired are counted; more than UNPAIRED_SHARE_MAX of them fail too.
"""

import base64
import collections
import gzip
import hashlib
import json
import subprocess
import sys
import tempfile

UNPAIRED_SHARE_MAX = 0.005


def opaque_id(message):
    for name, value in (message or {}).get("headers", []):
        if name.lower() == "x-opaque-id":
            return value
    return None


def body_of(message):
    if "body_b64" in message:
        return base64.b64decode(message["body_b64"])
    return (message.get("body") or "").encode()


def record(trafrec, capture):
    with tempfile.TemporaryDirectory() as folder:
        log = f"{folder}/log"
        subprocess.run([trafrec, "record", "--quiet", "--read", capture, "--log", log], check=True)
        lines = subprocess.run([trafrec, "export", log, "--format", "ndjson"], check=True,
                               stdout=subprocess.PIPE).stdout.splitlines()
    return [json.loads(line) for line in lines]


def truths(path):
    opened = gzip.open(path) if path.endswith(".gz") else open(path, "rb")
    with opened as lines:
        for line in lines:
            truth = json.loads(line)
            if truth["record"] == "request":
                yield truth


def judge(truth, exchanges):
    """The defects of one request, in words, and whether a whole answer stayed unpaired."""
    wire = truth["wire"]
    if not exchanges:
        return ["is not in the log"] if wire["request"] != "none" else [], False
    if len(exchanges) > 1:
        return [f"is in the log {len(exchanges)} times"], False
    exchange = exchanges[0]
    defects = []
    flags = set(exchange["flags"])
    status = exchange["status"]
    if wire["response"] == "none" and status is not None:
        defects.append(f"has the answer {status}, and there was none")
    elif wire["response"] == "whole" and status not in (None, wire["response_status"]):
        defects.append(f"has the answer {status} instead of {wire['response_status']}")
    if wire["request"] == "whole":
        if flags & {"request_truncated", "gap_in_request"}:
            defects.append("is flagged as incomplete, and is whole")
        elif hashlib.sha1(body_of(exchange["request"])).hexdigest() != truth["body_sha1"]:
            defects.append("has a wrong body")
    elif not flags & {"request_truncated", "gap_in_request"}:
        defects.append("is not flagged, and is not whole")
    return defects, wire["response"] == "whole" and status is None


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__.split("\n\n")[1])
    _, trafrec, capture, truth_path = sys.argv
    by_id = collections.defaultdict(list)
    defects = []
    for exchange in record(trafrec, capture):
        asked, answered = opaque_id(exchange["request"]), opaque_id(exchange["response"])
        if asked and answered and asked != answered:
            defects.append(f"{asked} is paired with the answer to {answered}")
        if asked:
            by_id[asked].append(exchange)
    requests = 0
    unpaired = []
    for truth in truths(truth_path):
        requests += 1
        found, alone = judge(truth, by_id[truth["id"]])
        defects += [f"{truth['id']} {defect}" for defect in found]
        unpaired += [truth["id"]] if alone else []
    for defect in defects:
        print(defect)
    print(f"{requests} requests, {len(defects)} defects, {len(unpaired)} whole answers unpaired"
          + (f" ({', '.join(unpaired[:10])})" if unpaired else ""))
    sys.exit(1 if defects or len(unpaired) > UNPAIRED_SHARE_MAX * requests else 0)


if __name__ == "__main__":
    main()
