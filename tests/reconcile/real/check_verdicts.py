#!/usr/bin/env python3
"""Holds the verdicts of `trafrec reconcile` against the source's own history.

  check_verdicts.py TRAFREC LOG TRUTH [VERDICTS] [--show N] [--with OPTION]...

TRUTH is lines of JSON, perhaps gzipped, as prove_verdicts.py writes them: "request" says for one value of the header X-Opaque-Id
what each of its items did, "operation" names each operation of each shard. VERDICTS is the output of `trafrec reconcile LOG
--json`; without it that is run, with the options of --with. Exit code 1 if a verdict is wrong.

A verdict is right if the source's history has an operation of the item (committed) or has none (not_committed); superseded, if
the document was written later; a missing mutation, if its request is not in the log. What the truth itself cannot tell (two equal
requests, one operation) is not counted.
"""

import argparse
import collections
import gzip
import json
import subprocess
import sys

COLUMNS = ["right", "wrong", "untold"]


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


def judge(truth, verdict, opaque):
    """right, wrong or untold, of a verdict that is not unknown."""
    item = truth.item(opaque, verdict.get("item") or 0)
    if item is None or item["committed"] is None:
        return "untold"
    said = verdict["verdict"]
    if said == "superseded":
        last = max((operation["seq_no"] for operation in item["operations"]), default=-1)
        index = item.get("index") or truth.only_index
        others = [operation for operation in truth.by_document[index, item["id"]] if operation["request"] != opaque]
        return "right" if any(operation["seq_no"] > last for operation in others) else "wrong"
    return "right" if item["committed"] == (said == "committed") else "wrong"


def judge_missing(truth, line, in_log):
    operation = truth.operations.get((line["index"], line["shard"], line["seq_no"]))
    if operation is None:
        return "wrong"
    return "wrong" if operation["request"] in in_log else "right"


class Report:
    def __init__(self, show):
        self.table, self.unknown, self.show = collections.Counter(), collections.Counter(), show
        self.wrong = []

    def add(self, row, judged, line, why):
        self.table[row, judged] += 1
        if judged == "wrong":
            self.wrong.append((line, why))

    def print(self):
        rows = sorted({row for row, _ in self.table})
        print(f"{'verdict':34}" + "".join(f"{column:>9}" for column in COLUMNS))
        for row in rows:
            print(f"{row:34}" + "".join(f"{self.table[row, column]:9}" for column in COLUMNS))
        for kind, count in self.unknown.most_common():
            print(f"{'unknown: ' + kind:34}{count:9}")
        for line, why in self.wrong[:self.show]:
            print(f"WRONG: {json.dumps(line)[:1500]}\n  truth: {json.dumps(why)[:1500]}")


def check(exchanges, truth, verdicts, show):
    """The number of wrong verdicts by grade, after printing what was right."""
    opaques = {exchange["id"]: opaque_id(exchange) for exchange in exchanges}
    in_log = set(opaques.values())
    report, judged_items, unknown = Report(show), set(), 0
    for line in verdicts:
        if line.get("missing"):
            operation = truth.operations.get((line["index"], line["shard"], line["seq_no"]))
            report.add("missing mutation", judge_missing(truth, line, in_log), line, operation)
            continue
        opaque = opaques.get(line["exchange"])
        request = truth.requests.get(opaque, {})
        judged_items.add((opaque, line.get("item") or 0))
        if line["verdict"] == "unknown":
            unknown += 1
            report.unknown[f"{request.get('kind')}, {request.get('fate')}, {request.get('capture')}"] += 1
            continue
        report.add(f"{line['verdict']}, {line.get('grade')}", judge(truth, line, opaque), line, truth.item(opaque, line.get("item") or 0))
    report.print()
    silent = [(exchange["id"], opaques[exchange["id"]]) for exchange in exchanges
              for number, _ in enumerate(truth.requests.get(opaques[exchange["id"]], {}).get("items", []))
              if exchange["status"] is None and (opaques[exchange["id"]], number) not in judged_items]
    lost = [operation for operation in truth.operations.values() if operation["request"] not in in_log and operation["request"] is not None]
    decided = sum(report.table.values()) - sum(count for (row, _), count in report.table.items() if row == "missing mutation")
    proven = sum(count for (row, _), count in report.table.items() if row.endswith("proven"))
    total = decided + unknown
    print(f"{total} candidates: {proven} proven, {decided - proven} presumed, {unknown} unknown ({100 * unknown / max(total, 1):.1f}%), "
          f"{100 * (total - proven) / max(total, 1):.1f}% not proven")
    print(f"{len(lost)} operations of {len({operation['request'] for operation in lost})} requests that are not in the log; "
          f"{report.table['missing mutation', 'right']} were named as missing")
    if silent:
        print(f"{len(silent)} items of unanswered requests have no verdict: {silent[:5]}")
    return collections.Counter({row: count for (row, judged), count in report.table.items() if judged == "wrong"})


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("trafrec")
    parser.add_argument("log")
    parser.add_argument("truth")
    parser.add_argument("verdicts", nargs="?")
    parser.add_argument("--show", type=int, default=10)
    parser.add_argument("--with", dest="options", action="append", default=[])
    options = parser.parse_args()
    exported = subprocess.run([options.trafrec, "export", options.log, "--format", "ndjson"], check=True, stdout=subprocess.PIPE).stdout
    if options.verdicts:
        verdicts = lines_of(options.verdicts)
    else:
        run = subprocess.run([options.trafrec, "reconcile", options.log, "--json", *options.options], stdout=subprocess.PIPE, check=False)
        if run.returncode not in (0, 3):
            sys.exit(f"trafrec reconcile ended with {run.returncode}")
        verdicts = [json.loads(line) for line in run.stdout.splitlines()]
    truth = Truth(lines_of(options.truth))
    wrong = check([json.loads(line) for line in exported.splitlines()], truth, verdicts, options.show)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
