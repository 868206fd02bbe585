#!/usr/bin/env python3
"""A whole migration on this machine, and what would have gone wrong: `tools/dev migrate-demo`.

  migrate_demo.py TRAFREC OUT [--seed S] [--steps N]

A real Elasticsearch works for real clients that lose their patience, behind a proxy and a network that lose answers and requests,
and is recorded by a recorder that is killed twice. While it works a backfill is taken: a program reads all documents, and puts them
into a real OpenSearch. The log is reconciled, the rest of it replayed onto the backfill, and compared: with the overlay, and without in both ways that there are.
The end is a table, and OUT/migration.html. Exit code 1 if the target is not what the source was.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / folder / "real") for folder in ("reconcile", "replay")]

# pylint: disable=wrong-import-position
import migrate_page  # noqa: E402
import prove_migration  # noqa: E402
import prove_verdicts  # noqa: E402

LEFT = ("fin", "rst", "rst_after", "close_after", "half_close", "timeout")
RULES = ROOT / "tools" / "dev.d" / "migrate_rules.toml"
# How the replay is told what to do with what nobody answered.
WAYS = {
    "reconciled": ["--overlay"],
    "sent": ["--phantoms", "send"],
    "dropped": ["--phantoms", "drop"],
}


def faults_of(sent, kills):
    """What went wrong, and how often."""
    mutations = [each for each in sent if each["request"].mutation]
    fates = collections.Counter(each["fate"] for each in mutations)
    return {
        "clients that went away before the answer came": sum(fates[fate] for fate in LEFT),
        "clients that went away in the middle of a request": sum(
            count for fate, count in fates.items() if fate.startswith("partial_")
        ),
        "requests that the network lost": fates["unreceived"],
        "answers that a proxy lost": sum(each["client"] == "proxied" and each["status"] is None for each in mutations),
        "times that the recorder was killed (kill -9)": kills,
    }


def parity(source, target):
    """By index: documents at the source and at the target, and how many are missing, surplus, or say something else."""
    table = {}
    for index in sorted(source.keys() | target.keys()):
        ours, theirs = (side.get(index, {"documents": {}})["documents"] for side in (source, target))
        if ours or theirs:
            table[index] = {
                "source": len(ours),
                "target": len(theirs),
                "missing": len(ours.keys() - theirs.keys()),
                "surplus": len(theirs.keys() - ours.keys()),
                "other": sum(ours[name] != theirs[name] for name in ours.keys() & theirs.keys()),
                "examples": sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))[:5],
            }
    return table


def wrong_in(table):
    """Missing, surplus and other documents of all indices."""
    return {kind: sum(row[kind] for row in table.values()) for kind in ("missing", "surplus", "other")}


class Demo:
    def __init__(self, options, folder):
        self.options, self.out = options, pathlib.Path(options.out)
        self.migration = prove_migration.Migration(options, options.seed, folder)
        self.colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self.began = time.monotonic()
        self.facts = {"ways": {}, "seed": options.seed}

    def step(self, words):
        print(f"\n{self.bold(words)}  ({time.monotonic() - self.began:.0f} s)", flush=True)

    def bold(self, words):
        return f"\033[1m{words}\033[0m" if self.colours else words

    @staticmethod
    def note(words):
        print(f"  {words}", flush=True)

    def record(self):
        self.step("Record an Elasticsearch at work, with everything going wrong")
        case, sent, _ = self.migration.record()
        node = case.node.product
        self.facts["source"] = f"Elasticsearch {node.version}"
        self.facts["requests"] = len(sent)
        self.facts["writes"] = sum(len(each["request"].items) for each in sent)
        self.facts["faults"] = faults_of(sent, 2)
        for what, count in self.facts["faults"].items():
            self.note(f"{count:6,} {what}")

    def reconcile(self):
        self.step("Reconcile: what did the source really do?")
        log, out = self.migration.log, self.out
        self.note(f"$ trafrec reconcile {log}")
        alone = prove_migration.reconcile(self.options.trafrec, log, out / "alone.sqlite", "--accept", "presumed")
        self.note(f"$ trafrec reconcile {log} --translog {out}/translog -o {self.migration.overlay}")
        findings = self.migration.reconcile()
        self.facts["alone"], self.facts["found"] = prove_migration.count(alone), prove_migration.count(findings)
        self.facts["unanswered"] = sum(not each.get("missing") for each in findings)
        self.note(f"from the log alone:       {self.facts['alone']}")
        self.note(f"with the source's journal: {self.facts['found']}")

    def replay(self):
        self.step("Put the backfill into an OpenSearch, and replay the rest onto it")
        with self.migration.node() as target:
            self.facts["target"] = f"OpenSearch {target.product.version}"
            self.note(f"$ trafrec reconcile boundary {self.migration.log} --method scroll --target {target.url} -o {self.migration.overlay}")
            self.facts["meanwhile"] = self.migration.boundary(target)
            self.note(f"  of what ran while the backfill was taken: {self.facts['meanwhile']}")
            for way, how in WAYS.items():
                if way == "reconciled":
                    how = [*how, self.migration.overlay]
                else:
                    self.migration.prepare(target)
                self.note(" ".join(str(each) for each in ["$ trafrec replay LOG --to", target.url, *how]))
                became, report = self.migration.replay(target, f"run-{way}", *how)
                table = parity(self.migration.source, became)
                wrong = wrong_in(table)
                self.facts["ways"][way] = {"parity": table, "wrong": wrong, "sent": report["requests"]}
                self.note(f"  {report['answered']:,} operations; documents: " + ", ".join(f"{n} {k}" for k, n in wrong.items()))

    def compare(self):
        self.step("Compare the answers of both")
        page = self.out / "compare.html"
        self.note(f"$ trafrec compare LOG {self.out}/run-reconciled --rules {RULES.relative_to(ROOT)} --html {page}")
        command = [self.options.trafrec, "compare", self.migration.log, self.out / "run-reconciled", "--rules", RULES]
        run = subprocess.run(
            [*command, "--json", "--html", page],
            stdout=subprocess.PIPE,
            check=False,
        )
        if run.returncode not in (0, 3):
            raise RuntimeError(f"trafrec compare ended with {run.returncode}")
        report = json.loads(run.stdout)
        self.facts["compare"] = {key: report[key] for key in ("compared", "differing", "unexplained")}
        self.facts["differences"] = [
            {"shape": each["shape"], "exchanges": each["exchanges"], "words": each["first"]["words"]}
            for each in [each for each in report["differences"] if not each["first"]["known"]][:8]
        ]
        self.facts["hidden"] = {
            each["name"]: {"count": each["hidden"], "why": each["why"]} for each in report["rules"] if each["origin"] and each["hidden"]
        }
        self.note("{compared:,} pairs of answers, {differing:,} differ, {unexplained:,} of them for no known reason".format(
            **self.facts["compare"]))

    def table(self):
        """The end: by index, in each of the three ways."""
        self.step("Is the target what the source was?")
        names = {"sent": "all sent", "dropped": "all dropped", "reconciled": "reconciled"}
        self.note(f"{'index':10}{'source':>8}" + "".join(f"{name:>24}" for name in names.values()))
        self.note(f"{'':18}" + f"{'missing surplus other':>24}" * 3)
        rows = self.facts["ways"]["reconciled"]["parity"]
        for index in rows:
            cells = (self.facts["ways"][way]["parity"].get(index, {}) for way in names)
            text = "".join(f"{row.get('missing', 0):>10}{row.get('surplus', 0):>8}{row.get('other', 0):>6}" for row in cells)
            self.note(f"{index:10}{rows[index]['source']:>8,}{text}")
        self.facts["seconds"] = round(time.monotonic() - self.began)
        page = self.out / "migration.html"
        page.write_text(migrate_page.page(self.facts), encoding="utf-8")
        same = not any(self.facts["ways"]["reconciled"]["wrong"].values())
        print(f"\n{self.bold('The target is what the source was.' if same else 'The target is NOT what the source was.')}")
        for index in rows:
            if rows[index]["examples"]:
                self.note(f"such as {index}: {', '.join(map(str, rows[index]['examples']))}")
        self.note(f"the story    {page}")
        self.note(f"the answers  {self.out}/compare.html")
        self.note(f"the log      {self.migration.log}")
        return same


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    prove_verdicts.take_options(parser)
    parser.add_argument("--target", default="opensearch")
    options = parser.parse_args()
    options.live, options.no_restart, options.no_backfill = True, True, False
    with prove_verdicts.own_place(options.product, options.target) as folder:
        demo = Demo(options, folder)
        demo.record()
        demo.reconcile()
        demo.replay()
        demo.compare()
        same = demo.table()
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
