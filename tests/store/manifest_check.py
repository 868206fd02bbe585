#!/usr/bin/env python3
"""Checks the chain of a log's manifests, written from docs/manifest.md alone.

usage: manifest_check.py LOG

Prints a line for each file that is not what the chain says, and "checked N" at the end.
"""

import hashlib
import json
import sys
from pathlib import Path


def digest(data):
    return hashlib.sha256(data).hexdigest()


def document(path):
    """The members of a document, whose body_sha256 is right."""
    raw = path.read_bytes()
    body, found, _ = raw.rpartition(b'  "body_sha256": "')
    members = json.loads(raw)
    assert found and members["format"] == 1 and members["body_sha256"] == digest(body)
    return members


def problems(attempt):
    previous = None
    for path in sorted(attempt.glob("*.manifest.json")):
        manifest = document(path)
        name = path.name.split(".")[0]
        place = [manifest["recorder"], manifest["attempt"], manifest["segment"]]
        if manifest["previous"] != previous or place != [attempt.parent.name, int(attempt.name), int(name)]:
            yield path
        previous = manifest["body_sha256"]
        tombstone = attempt / f"{name}.tombstone.json"
        if tombstone.exists():
            if document(tombstone)["manifest"] != previous:
                yield tombstone
            continue
        segment = attempt / f"{name}.sqlite"
        data = segment.read_bytes() if segment.exists() else b""
        size = manifest["block_bytes"]
        blocks = [digest(data[i : i + size]) for i in range(0, len(data), size)]
        whole = digest(b"".join(bytes.fromhex(block) for block in blocks))
        if len(data) != manifest["bytes"] or blocks != manifest["blocks"] or whole != manifest["sha256"]:
            yield segment
    head = attempt / "head.json"
    if previous and json.loads(head.read_text())["manifest"] != previous:
        yield head


def main():
    log = Path(sys.argv[1])
    attempts = sorted(p for p in log.glob("[a-z0-9]*/[0-9][0-9][0-9][0-9]*") if p.is_dir())
    for attempt in attempts:
        for path in problems(attempt):
            print(path.relative_to(log))
    summary = log / "_SUMMARY.json"
    for said in document(summary)["attempts"] if summary.exists() else []:
        head = log / said["recorder"] / f"{said['attempt']:04}" / "head.json"
        if said["state"] != "discarded" and said["head"]["manifest"] != json.loads(head.read_text())["manifest"]:
            print(head.relative_to(log))
    print(f"checked {len(attempts)}")


main()
