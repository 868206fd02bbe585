#!/usr/bin/env python3
"""Holds the verdicts of `trafrec reconcile` against the source's own history.

  check_verdicts.py TRAFREC LOG TRUTH [VERDICTS] [--show N] [--with OPTION]... [--summary FILE]

TRUTH is lines of JSON, perhaps gzipped, as prove_verdicts.py writes them: "request" says for one value of the header
X-Opaque-Id what each of its items did, "operation" names each operation of each shard. VERDICTS is the output of `trafrec
reconcile LOG --json`; without it that is run, with the options of --with. Exit code 1 if a verdict is wrong.

A verdict is right if the source's history has an operation of the item (committed) or has none (not_committed); superseded,
if the document was written later; a missing mutation, if its request is not in the log. What the truth itself cannot tell
(two equal requests, one operation) is not counted.
"""

import argparse
import collections
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

COLUMNS = ["right", "wrong", "untold"]
MISSING = "missing mutation"


def lines_of(path):
    opened = gzip.open(path) if str(path).endswith(".gz") else open(path, "rb")
    with opened as lines:
        return [json.loads(line) for line in lines]


def opaque_id(exchange):
    for name, value in (exchange.get("request") or {}).get("headers", []):
        if name.lower() == "x-opaque-id":
            return value
    return None


class Truth:
    def __init__(self, records):
        self.requests = {record["id"]: record for record in records if record["record"] == "request"}
        meta = next((record for record in records if record["record"] == "meta"), {})
        self.only_index = meta.get("index")
        self.operations, self.by_document = {}, collections.defaultdict(list)
        for record in records:
            if record["record"] == "operation":
                index = record.get("index") or self.only_index
                self.operations[index, record["shard"], record["seq_no"]] = record
                self.by_document[index, record["id"]].append(record)

    def item(self, opaque, number):
        request = self.requests.get(opaque)
        items = request["items"] if request else []
        return items[number] if number < len(items) else None

    def ids_of(self, exchanges):
        """{id of the exchange: value of X-Opaque-Id}, also where the head was cut before it: by the client's port."""
        known = {exchange["id"]: opaque_id(exchange) for exchange in exchanges}
        cut = collections.defaultdict(list)
        for request in self.requests.values():
            if request["fate"] == "partial_head" and request["id"] not in known.values():
                cut[request["client_port"]].append(request["id"])
        for exchange in exchanges:
            port = int(exchange["client"].rsplit(":", 1)[1])
            if known[exchange["id"]] is None and len(cut[port]) == 1:
                known[exchange["id"]] = cut[port][0]
        return known


def did_retry(truth, opaque, number, in_log):
    """Whether a retry of the same that is not in the log did what it asks for: then nobody can tell which of the two it was."""
    for request in truth.requests.values():
        if request.get("retry_of") == opaque and request["id"] not in in_log:
            item = truth.item(request["id"], number)
            return item is not None and item["committed"] is True
    return False


def judge(truth, verdict, opaque, in_log):
    """right, wrong or untold, of a verdict that is not unknown."""
    number = verdict.get("item") or 0
    item = truth.item(opaque, number)
    if item is None or item["committed"] is None:
        return "untold"
    said = verdict["verdict"]
    if said == "superseded":
        last = max((operation["seq_no"] for operation in item["operations"]), default=-1)
        index = item.get("index") or truth.only_index
        others = [each for each in truth.by_document[index, item["id"]] if each["request"] != opaque]
        return "right" if any(operation["seq_no"] > last for operation in others) else "wrong"
    done = item["committed"] or (said == "committed" and did_retry(truth, opaque, number, in_log))
    return "right" if done == (said == "committed") else "wrong"


class Report:
    """Counts verdicts by what they say, their grade, and whether they are right."""

    def __init__(self, truth, exchanges):
        self.truth = truth
        self.ids = truth.ids_of(exchanges)
        # A request that nobody can read whole is missing, too.
        self.in_log = {self.ids[each["id"]] for each in exchanges if "gap_in_request" not in each["flags"]}
        self.table, self.unknown, self.judged, self.wrong = collections.Counter(), collections.Counter(), set(), []
        self.silent = 0
        self.contradicted = 0  # indices whose facts fit together in no way

    def add(self, row, judged, line, why):
        self.table[row, judged] += 1
        if judged == "wrong":
            self.wrong.append((line, why))

    def add_missing(self, line):
        operation = self.truth.operations.get((line["index"], line["shard"], line["seq_no"]))
        right = operation is not None and operation["request"] not in self.in_log
        if right and operation["type"] == "noop" and operation["request"] is None:
            self.add(MISSING, "untold" if self.may_be_refused(line, operation) else "wrong", line, operation)
        else:
            retried = operation and did_retry(self.truth, operation["request"], operation["item"], self.in_log)
            self.add(MISSING, "right" if right or retried else "wrong", line, operation)

    def may_be_refused(self, line, operation):
        """A number without a document may be that of one that Lucene refused, whose request is not in the log."""
        before = self.truth.operations.get((line["index"], line["shard"], line["seq_no"] - 1))
        in_term = before is not None and before["primary_term"] == operation["primary_term"]
        lost = (each for each in self.truth.requests.values() if each["id"] not in self.in_log)
        return in_term and any(each["kind"].startswith(("index_refused", "typed", "bulk")) for each in lost)

    def add_verdict(self, line):
        if line.get("missing"):
            self.add_missing(line)
            return
        if "note" in line:
            self.contradicted += ": no history " in line["note"]
            return
        opaque, number = self.ids.get(line["exchange"]), line.get("item") or 0
        request = self.truth.requests.get(opaque, {})
        self.judged.add((opaque, number))
        if line["verdict"] == "unknown":
            self.unknown[f"{request.get('kind')}, {request.get('fate')}, {request.get('capture')}"] += 1
        else:
            self.add(
                f"{line['verdict']}, {line.get('grade')}",
                judge(self.truth, line, opaque, self.in_log),
                line,
                self.truth.item(opaque, number),
            )

    def count_silent(self, exchanges):
        """Items of unanswered mutations of which nothing is said, apart from those that the client ended before them, and those
        behind a hole, which are one."""
        for exchange in exchanges:
            opaque = self.ids[exchange["id"]]
            items = self.truth.requests.get(opaque, {}).get("items", [])
            whole = not {"request_truncated", "gap_in_request"} & set(exchange["flags"])
            if exchange["status"] is None and whole:
                self.silent += sum((opaque, number) not in self.judged for number in range(len(items)))

    def sum(self, grade, judged=None):
        return sum(
            count
            for (row, how), count in self.table.items()
            if row.endswith(grade) and row != MISSING and judged in (None, how)
        )

    def summary(self):
        lost = [each for each in self.truth.operations.values() if each["request"] and each["request"] not in self.in_log]
        return {
            "candidates": self.sum("") + sum(self.unknown.values()),
            "proven": self.sum(", proven"),
            "presumed": self.sum(", presumed"),
            "unknown": sum(self.unknown.values()),
            "silent": self.silent,
            "contradicted": self.contradicted,
            "wrong_proven": self.sum(", proven", "wrong"),
            "wrong_presumed": self.sum(", presumed", "wrong"),
            "wrong_missing": self.table[MISSING, "wrong"],
            "lost_operations": len(lost),
            "found_missing": self.table[MISSING, "right"],
            "unknown_by_kind": dict(self.unknown.most_common()),
        }

    def print(self, show):
        print(f"{'verdict':34}" + "".join(f"{column:>9}" for column in COLUMNS))
        for row in sorted({row for row, _ in self.table}):
            print(f"{row:34}" + "".join(f"{self.table[row, column]:9}" for column in COLUMNS))
        for kind, count in self.unknown.most_common(15):
            print(f"unknown: {kind:50}{count:9}")
        for line, why in self.wrong[:show]:
            print(f"WRONG: {json.dumps(line)[:1500]}\n  truth: {json.dumps(why)[:1500]}")
        if self.contradicted:
            print(f"WRONG: of {self.contradicted} indices no history fits what is known")
        print(in_words(self.summary()))


def in_words(summary):
    total = max(summary["candidates"], 1)
    return (
        f"{summary['candidates']} candidates: {summary['proven']} proven ({summary['wrong_proven']} wrong), "
        f"{summary['presumed']} presumed ({summary['wrong_presumed']} wrong), {summary['unknown']} unknown "
        f"({100 * summary['unknown'] / total:.1f}%); {100 * (1 - summary['proven'] / total):.1f}% are not proven, "
        f"{summary['silent']} have no verdict\n{summary['lost_operations']} operations whose requests are not in the log: "
        f"{summary['found_missing']} are named as missing, {summary['wrong_missing']} others are, too"
    )


def reconcile(trafrec, log, options):
    """The lines of `trafrec reconcile`."""
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [trafrec, "reconcile", log, "-o", f"{folder}/overlay", "--json", *options], stdout=subprocess.PIPE, check=False
        )
    if run.returncode not in (0, 3):
        sys.exit(f"trafrec reconcile ended with {run.returncode}")
    return [json.loads(line) for line in run.stdout.splitlines()]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("trafrec")
    parser.add_argument("log")
    parser.add_argument("truth")
    parser.add_argument("verdicts", nargs="?")
    parser.add_argument("--show", type=int, default=10)
    parser.add_argument("--with", dest="options", action="append", default=[])
    parser.add_argument("--summary", type=pathlib.Path)
    options = parser.parse_args()
    exported = subprocess.run(
        [options.trafrec, "export", options.log, "--format", "ndjson"], check=True, stdout=subprocess.PIPE
    )
    exchanges = [json.loads(line) for line in exported.stdout.splitlines()]
    report = Report(Truth(lines_of(options.truth)), exchanges)
    for line in lines_of(options.verdicts) if options.verdicts else reconcile(options.trafrec, options.log, options.options):
        report.add_verdict(line)
    report.count_silent(exchanges)
    report.print(options.show)
    if options.summary:
        options.summary.write_text(json.dumps(report.summary(), indent=1) + "\n")
    sys.exit(1 if report.wrong or report.contradicted else 0)


if __name__ == "__main__":
    main()
