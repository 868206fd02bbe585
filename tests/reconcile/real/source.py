"""Does a live source say to us what it said to its clients? One node, its answers to our questions, and a translog's word."""

import json
import random
import signal
import subprocess

import real_node
import translog
import translog_files


def probe_source(probe, url, *questions, good=True):
    run = subprocess.run([probe, "source", url, *questions], capture_output=True, text=True, check=False)
    if good and run.returncode:
        raise RuntimeError(run.stderr)
    return run if not good else [json.loads(line) for line in run.stdout.splitlines()]


def final_state(folder, uuids):
    """{(index, shard): {id: last operation}}: what the translog leaves."""
    names = {uuid: name for name, uuid in uuids.items()}
    final = {}
    for (uuid, shard), operations in translog_files.read_shards(folder).items():
        if uuid in names:
            final[names[uuid], shard] = {
                operation["id"]: operation for operation in sorted(operations, key=lambda each: each["seq_no"])
            }
    return final


def check(node, probe, folder, seed, say, found):
    work = translog.Work(node, random.Random(f"{seed}/{node.product.name}"))
    for index, asked in (("a", 2), ("b", 12)):
        mapping = {"properties": {"n": {"type": "long"}}}
        real_node.ask(
            "PUT",
            f"{node.url}/{index}",
            {
                "settings": {
                    "number_of_shards": 2,
                    "number_of_routing_shards": asked,
                    "number_of_replicas": 0,
                    "index.translog.flush_threshold_size": "4gb",
                },
                "mappings": {"_doc": mapping} if work.six else mapping,
            },
        )
    work.some(300)
    # Enough ids to learn the routing of 6.8 from.
    lines = [
        line
        for number in range(1200)
        for line in (
            {"index": {"_index": "ab"[number % 2], "_id": f"plain-{number}", **({"_type": "_doc"} if work.six else {})}},
            {"n": 1},
        )
    ]
    work.ask("POST", "/_bulk", "".join(json.dumps(line) + "\n" for line in lines))
    state = work.ask("GET", "/_cluster/state/metadata/a,b")[1]
    uuids = {name: index["settings"]["index"]["uuid"] for name, index in state["metadata"]["indices"].items()}
    final = final_state(node.home / "data", uuids)

    said = {(line["index"], line["shard"]): line for line in probe_source(probe, node.url, "positions", "a", "b")}
    for key, operations in final.items():
        right = max(operation["seq_no"] for operation in operations.values())
        if said[key]["max_seq_no"] != right or said[key]["uuid"] != uuids[key[0]]:
            found([f"{key}: the translog ends at {right}, we read {said[key]}"])
    for line in probe_source(probe, node.url, "indices", "a", "b"):
        right = {"shards": 2, "routing_shards": 2 if line["index"] == "a" else 12}
        if any(line[name] != value for name, value in right.items()) or line["terms"] != 2:
            found([f"index {line['index']} has {right}, we read {line}"])

    check_numbers(probe, node.url, final, say, found)
    check_documents(probe, node.url, folder, final, say, found)
    another = probe_source(probe, node.url, "as", "another-uuid", good=False)
    if another.returncode != 1 or "is another cluster" not in another.stderr:
        found([f"another cluster is not refused: {another.stderr}"])
    writes = probe_source(probe, node.url, "writes")
    say(f"positions, routing, {len(writes)} running writes; another cluster is refused")
    node.stop(signal.SIGKILL)
    gone = probe_source(probe, node.url, "positions", "a", good=False)
    if gone.returncode != 1 or node.url not in gone.stderr:
        found([f"that the source is gone is not said: {gone.stderr}"])


def check_numbers(probe, url, final, say, found):
    """All numbers of each shard: exactly the documents that are there, with their last operation."""
    count = 0
    for (index, shard), operations in final.items():
        there = {bytes.fromhex(line["id"]).decode(): line for line in probe_source(probe, url, "numbers", index, str(shard))}
        right = {name: operation for name, operation in operations.items() if operation["kind"] == "index"}
        count += len(there)
        if set(there) != set(right):
            found([f"{index}/{shard}: {len(set(there) ^ set(right))} documents are on one side only"])
        found(
            [
                f"{index}/{shard}: {name!r} is {right[name]}, we read {line}"
                for name, line in there.items()
                if name in right
                and (line["seq_no"], line["term"], line["version"], bytes.fromhex(line["source"]))
                != tuple(right[name][key] for key in ("seq_no", "term", "version", "source"))
            ][:3]
        )
    say(f"{count} documents by their numbers")


def check_documents(probe, url, folder, final, say, found):
    """Each document that ever was, by its id and routing."""
    questions, right = [], []
    for (index, _), operations in final.items():
        for operation in operations.values():
            if operation["kind"] == "index":
                questions.append(f"{index} {operation['id'].encode().hex()} {operation['routing'].encode().hex()}\n")
                right.append(operation)
    for index in ("a", "no-such-index"):
        questions.append(f"{index} {b'never there'.hex()} \n")
    (folder / "questions").write_text("".join(questions))
    answers = probe_source(probe, url, "documents", str(folder / "questions"))
    if [line["kind"] for line in answers[len(right) :]] != ["missing", "refused"]:
        found([f"a missing document and a missing index are {answers[len(right):]}"])
    found(
        [
            f"{operation} reads as {line}"
            for operation, line in zip(right, answers)
            if (line["seq_no"], line["term"], line["version"], bytes.fromhex(line["source"]))
            != tuple(operation[key] for key in ("seq_no", "term", "version", "source"))
        ][:3]
    )
    say(f"{len(answers)} documents by their ids, {answers[-1]['requests']} requests")
