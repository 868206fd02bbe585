"""What a search engine holds: every document of every index, the fields of its mapping, its aliases."""

import json
import urllib.request

PAGE = 1000


def _call(method, url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        # Floats stay apart from integers, and as they are written.
        return json.loads(answer.read(), parse_float=lambda text: f"float {text}")


def documents_of(url, index):
    found = {}
    page = _call("POST", f"{url}/{index}/_search?scroll=1m", {"size": PAGE, "sort": ["_doc"], "version": True})
    while page["hits"]["hits"]:
        for hit in page["hits"]["hits"]:
            key = hit["_id"] + (f" routed {hit['_routing']}" if "_routing" in hit else "")
            if key in found:
                raise RuntimeError(f"{index} holds {key} twice")
            found[key] = hit["_source"]
            if hit["_id"].startswith("external"):
                found[key] = {"_version": hit["_version"], **hit["_source"]}
        page = _call("POST", f"{url}/_search/scroll", {"scroll": "1m", "scroll_id": page["_scroll_id"]})
    _call("DELETE", f"{url}/_search/scroll", {"scroll_id": page["_scroll_id"]})
    return found


def _fields(mapping, path=""):
    for name, field in mapping.get("properties", {}).items():
        if "type" in field:
            yield f"{path}{name}", field["type"]
        yield from _fields(field, f"{path}{name}.")


def contents_of(url):
    """By index: its documents by id, the types of its fields, its aliases."""
    _call("POST", f"{url}/_refresh")
    facts = _call("GET", f"{url}/*")
    return {index: {"documents": documents_of(url, index), "fields": dict(_fields(fact["mappings"])),
                    "aliases": sorted(fact["aliases"])}
            for index, fact in facts.items() if not index.startswith(".")}


def count_of(contents):
    return sum(len(index["documents"]) for index in contents.values())


def differences(source, target):
    """In words, one each; nothing if all is the same."""
    found = []
    for index in sorted(source.keys() | target.keys()):
        if index not in source or index not in target:
            found.append(f"{index} is only at the {'source' if index in source else 'target'}")
            continue
        for kind in ("fields", "aliases"):
            if source[index][kind] != target[index][kind]:
                found.append(f"{index}: {kind} {source[index][kind]} became {target[index][kind]}")
        ours, theirs = source[index]["documents"], target[index]["documents"]
        for name in sorted(ours.keys() | theirs.keys()):
            if ours.get(name) != theirs.get(name):
                found.append(f"{index}/{name}: {ours.get(name, 'not there')} became {theirs.get(name, 'not there')}")
    return found
