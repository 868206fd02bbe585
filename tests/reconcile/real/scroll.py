"""A backfill by scroll: a program reads a source while it works, and writes what it got to a target. Unlike a snapshot it leaves the
source's journal whole."""

import json

import real_node
from snapshot import must


# What an index has for itself, or what a target of another product may not know.
OF_THE_SOURCE = ("uuid", "version", "creation_date", "provided_name", "number_of_replicas", "translog", "soft_deletes")


def take(url, indices):
    """What one needs to make them again: by index its creation, and pages of hits."""
    found = {}
    for index in indices:
        must(real_node.ask("POST", f"{url}/{index}/_refresh"))
        body = {"size": 100, "sort": ["_doc"], "version": True, "seq_no_primary_term": True}
        page = must(real_node.ask("POST", f"{url}/{index}/_search?scroll=1m", body))
        pages = []
        while page["hits"]["hits"]:
            pages.append(page["hits"]["hits"])
            page = must(real_node.ask("POST", f"{url}/_search/scroll", {"scroll": "1m", "scroll_id": page["_scroll_id"]}))
        must(real_node.ask("DELETE", f"{url}/_search/scroll", {"scroll_id": page["_scroll_id"]}))
        state = must(real_node.ask("GET", f"{url}/{index}"))[index]
        kept = {name: value for name, value in state["settings"]["index"].items() if name not in OF_THE_SOURCE}
        made = {
            "settings": {"index": {**kept, "number_of_replicas": 0}},
            "mappings": state["mappings"],
            "aliases": state["aliases"],
        }
        found[index] = (made, pages)
    return found


def restore(target, backfill):
    """The target holds it, and nothing else."""
    target.wipe()
    for index, (made, pages) in backfill.items():
        must(real_node.ask("PUT", f"{target.url}/{index}", made))
        for hits in pages:
            lines = []
            for hit in hits:
                place = {"_index": index, "_id": hit["_id"], **({"routing": hit["_routing"]} if "_routing" in hit else {})}
                lines += [json.dumps({"index": place}), json.dumps(hit["_source"])]
            done = must(real_node.ask("POST", f"{target.url}/_bulk?refresh=true", "\n".join(lines) + "\n"))
            if done["errors"]:
                raise RuntimeError("the copy was refused in part")
