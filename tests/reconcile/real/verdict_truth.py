"""Whose is each operation of a source's translogs? The truth that verdicts are held against."""

import collections
import json

BY_QUERY = ("update_by_query", "delete_by_query", "reindex")


def outcomes_of(entry):
    """What the client was told of each item: (status, dict of the answer), None if nothing."""
    items, answer = entry["request"].items, entry["answer"]
    if entry["status"] is None or not isinstance(answer, dict):
        return [None] * len(items)
    if not entry["request"].kind.endswith("bulk"):
        return [(entry["status"], answer)] * len(items)
    if "items" not in answer:
        return [(entry["status"], {})] * len(items)
    return [(fields["status"], fields) for item in answer["items"] for fields in item.values()]


class Operation:
    def __init__(self, index, shard, fields):
        self.index, self.shard, self.fields = index, shard, fields
        self.owner = None  # (entry, number of the item)
        self.token = None
        if fields["kind"] == "index":
            self.token = json.loads(fields["source"]).get("w")

    def record(self):
        return {
            "index": self.index,
            "shard": self.shard,
            "seq_no": self.fields["seq_no"],
            "primary_term": self.fields["term"],
            "version": self.fields["version"],
            "type": self.fields["kind"],
            "id": self.fields["id"],
            "routing": self.fields["routing"] or None,
        }


class Truth:
    """`shards` is what a reader found in all copies of the translogs, `names` the indices of their UUIDs."""

    def __init__(self, sent, shards, names):
        self.sent, self.troubles = sent, []
        self.operations = [
            Operation(names[uuid], shard, fields)
            for (uuid, shard), operations in shards.items()
            if uuid in names
            for fields in operations
        ]
        self.items = {}  # (id of the entry, number): [committed, operations]
        for entry in sent:
            for number, _ in enumerate(entry["request"].items):
                self.items[entry["id"], number] = [False, []]
        self.by_number = {
            (each.index, each.fields["seq_no"], each.fields["term"], each.fields["id"]): each for each in self.operations
        }
        self.answered()
        self.merges()
        self.tokens()
        self.deletions()
        self.leftovers()

    def give(self, operation, entry, number):
        operation.owner = (entry, number)
        item = self.items[entry["id"], number]
        item[0] = True
        item[1].append(operation)

    def answered(self):
        """An answer with a number names its operation."""
        for entry in self.sent:
            for number, (item, outcome) in enumerate(zip(entry["request"].items, outcomes_of(entry))):
                if (
                    outcome is None
                    or "_seq_no" not in outcome[1]
                    or outcome[1].get("result") == "noop"
                    or item.action in BY_QUERY
                ):
                    continue
                answer = outcome[1]
                operation = self.by_number.get((answer["_index"], answer["_seq_no"], answer["_primary_term"], answer["_id"]))
                if operation is None or operation.fields["version"] != answer["_version"] or operation.owner is not None:
                    self.troubles.append(
                        f"{entry['id']}.{number} was answered {answer}, and the translog has "
                        f"{operation and operation.record()}"
                    )
                    continue
                self.give(operation, entry, number)

    def open_items(self):
        """Those whose operation no answer names, and that may have one."""
        for entry in self.sent:
            for number, (item, outcome) in enumerate(zip(entry["request"].items, outcomes_of(entry))):
                if item.action in BY_QUERY or self.items[entry["id"], number][1]:
                    continue
                if outcome is None or outcome[0] >= 500:
                    yield entry, number, item

    def share(self, items, operations, what):
        """All or none of them, or nobody knows."""
        if len(items) == len(operations):
            for (entry, number), operation in zip(items, operations):
                self.give(operation, entry, number)
        elif operations and not items:
            self.troubles.append(f"nobody asked for {[operation.record() for operation in operations[:3]]} ({what})")
        elif operations:
            for entry, number in items:
                self.items[entry["id"], number][0] = None
            for operation in operations:
                operation.owner = (None, 0)

    def merges(self):
        """An update that mostly changes nothing does, where an upsert made a document that lacks its field."""
        items, operations, before = collections.defaultdict(list), collections.defaultdict(list), {}
        for entry, number, item in self.open_items():
            if item.action == "update" and item.token is None:
                items[item.index, item.id].append((entry, number))
        for operation in sorted(self.operations, key=lambda each: each.fields["seq_no"]):
            document = operation.index, operation.fields["id"]
            source = json.loads(operation.fields["source"]) if operation.fields["kind"] == "index" else {}
            was = before.get(document)
            if operation.owner is None and was and "k" not in was and source == {**was, "k": source.get("k")}:
                operations[document].append(operation)
            before[document] = source
        for document in items.keys() & operations.keys():
            self.share(items[document], operations[document], document)

    def tokens(self):
        items, operations, by_query = collections.defaultdict(list), collections.defaultdict(list), {}
        for entry, number, item in self.open_items():
            if item.token:
                items[item.token].append((entry, number))
        for entry in self.sent:
            for item in entry["request"].items:
                if item.action in BY_QUERY and item.token:
                    by_query[item.token] = entry
        for operation in self.operations:
            if operation.token in by_query:
                self.give(operation, by_query[operation.token], 0)
            elif operation.owner is None and operation.token:
                operations[operation.token].append(operation)
        for token in items.keys() | operations.keys():
            self.share(items[token], operations[token], token)

    def deletions(self):
        items, operations, groups = collections.defaultdict(list), collections.defaultdict(list), {}
        for entry, number, item in self.open_items():
            if item.action == "delete":
                items[item.index, item.id].append((entry, number))
        for entry in self.sent:
            for item in entry["request"].items:
                if item.group:
                    groups.setdefault(item.group, entry)
        for operation in self.operations:
            if operation.owner is None and operation.fields["kind"] == "delete":
                name = operation.fields["id"]
                if name.startswith("q") and name[:3] in groups:
                    self.give(operation, groups[name[:3]], 0)
                else:
                    operations[operation.index, name].append(operation)
        for document in items.keys() | operations.keys():
            self.share(items[document], operations[document], document)

    def leftovers(self):
        for operation in self.operations:
            if operation.owner is None and operation.fields["kind"] != "noop":
                self.troubles.append(f"nobody asked for {operation.record()}")
        numbers = collections.defaultdict(list)
        for operation in self.operations:
            numbers[operation.index, operation.shard].append(operation.fields["seq_no"])
        for shard, found in numbers.items():
            if sorted(found) != list(range(max(found) + 1)):
                self.troubles.append(f"the translogs of {shard} do not have each number once: {len(found)} of {max(found) + 1}")

    def records(self, captures, admin, exchanges):
        """Lines of truth.jsonl. `captures` says what of an entry the capture lost, `admin` what became of it if it is no
        write of documents, `exchanges` under which ids it is in the log."""
        for order, entry in enumerate(self.sent):
            request = entry["request"]
            items = [
                {
                    "action": item.action,
                    "index": item.index,
                    "id": item.id,
                    "routing": item.routing,
                    "token": item.token,
                    "committed": self.items[entry["id"], number][0],
                    "operations": [operation.record() for operation in self.items[entry["id"], number][1]],
                }
                for number, item in enumerate(request.items)
            ]
            if request.admin:
                items = [
                    {"action": request.kind, "index": None, "id": None, "committed": admin.get(entry["id"]), "operations": []}
                ]
            yield {
                "record": "request",
                "id": entry["id"],
                "order": order,
                "sent_ns": entry["sent_ns"],
                "client": entry["client"],
                "client_port": entry["port"],
                "kind": request.kind,
                "method": request.method,
                "target": request.target,
                "fate": entry["fate"],
                "retry_of": entry["retry_of"],
                "client_status": entry["status"],
                "capture": captures.get(entry["id"], "whole"),
                "exchanges": exchanges.get(entry["id"], []),
                "mutation": request.mutation,
                "committed": any(item["committed"] for item in items) if items else None,
                "items": items,
            }
        for operation in self.operations:
            entry, number = operation.owner or (None, 0)
            yield {"record": "operation", **operation.record(), "request": entry and entry["id"], "item": number}
