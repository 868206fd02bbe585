"""A backfill by snapshot: taken at a source, restored at a target, through a folder that both nodes see (path.repo)."""

import json
import time

import real_node

PATIENCE_S = 120


def must(answer, wanted=(200, 201)):
    status, body = answer
    if status not in wanted:
        raise RuntimeError(f"{status}: {json.dumps(body)[:500]}")
    return body


def settings(repository):
    """For a node that is to see it."""
    repository.mkdir(exist_ok=True)
    return {"path.repo": str(repository)}


def take(url, repository, indices, wait):
    """`wait`: as a person does who lets the request last until it is done; else one looks now and then."""
    must(real_node.ask("PUT", f"{url}/_snapshot/move", {"type": "fs", "settings": {"location": str(repository)}}))
    made = {"indices": indices, "include_global_state": False}
    must(real_node.ask("PUT", f"{url}/_snapshot/move/first?wait_for_completion={str(wait).lower()}", made))
    ends = time.monotonic() + PATIENCE_S
    while True:
        found = must(real_node.ask("GET", f"{url}/_snapshot/move/first"))
        if found["snapshots"][0]["state"] != "IN_PROGRESS" or time.monotonic() > ends:
            return
        time.sleep(0.1)


def restore(target, repository, indices):
    """The target holds it, and nothing else."""
    target.wipe()
    where = {"type": "fs", "settings": {"location": str(repository), "readonly": True}}
    must(real_node.ask("PUT", f"{target.url}/_snapshot/restored", where))
    restored = f"{target.url}/_snapshot/restored/first/_restore?wait_for_completion=true"
    must(real_node.ask("POST", restored, {"indices": indices, "include_global_state": False}))
