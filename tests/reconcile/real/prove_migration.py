#!/usr/bin/env python3
"""Does a replay with reconcile's overlay make of its target what the source became, whatever went wrong in between?

  prove_migration.py TRAFREC OUT [--runs N] [--seed S] [--steps N] [--target NAME] [--live] [--restart] [--no-backfill]

Each run is a seed: a source works under faults and is recorded, as prove_verdicts.py has it; in the middle of it a
program reads all documents (a scroll). The log is reconciled with the source's translogs, what was read put into a fresh target, the
boundary found, and the rest replayed onto it. Every document of every index must be the source's, and nothing else there. Without the overlay it must not be so:
else the run has proved nothing. Exit code 1 if a run fails; OUT keeps the last one.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "replay" / "real"))

# pylint: disable=wrong-import-position
import contents  # noqa: E402
import programs  # noqa: E402
import prove_verdicts  # noqa: E402
import real_node  # noqa: E402
import scroll  # noqa: E402
import verdict_work  # noqa: E402

TARGET = 9201
INDICES = ("orders", "events", "copies")
# Mutations of more than documents are not in the source's journal.
NOT_IN_JOURNAL = ("put_mapping", "put_alias", "put_template", "create_index", "delete_index")
MIX = {kind: weight for kind, weight in verdict_work.MIX.items() if kind not in NOT_IN_JOURNAL}


def reconcile(trafrec, log, overlay, *evidence):
    """What it says: a dict for each verdict, and for each missing mutation."""
    command = [trafrec, "reconcile", log, "-o", overlay, "--json", *evidence]
    run = subprocess.run([str(each) for each in command], stdout=subprocess.PIPE, check=False)
    if run.returncode not in (0, 3):
        raise RuntimeError(f"trafrec reconcile ended with {run.returncode}")
    said = [json.loads(line) for line in run.stdout.splitlines()]
    return [each for each in said if "note" not in each]


def count(findings):
    """By what was found, how many."""
    found = {}
    for each in findings:
        kind = "missing" if each.get("missing") else each["verdict"]
        found[kind] = found.get(kind, 0) + 1
    return found


class Migration:
    """One source, its log, and what targets become from it. A seed makes it the same work again."""

    def __init__(self, options, seed, folder):
        self.options, self.seed, self.folder, self.out = options, str(seed), folder, pathlib.Path(options.out)
        self.log, self.overlay = self.out / "log", self.out / "overlay.sqlite"
        self.source = None  # its contents
        self.backfill, self.live = None, False

    def record(self):
        """A source works under faults. The case, what was sent to it, and what of that the capture lost."""
        self.options.seed = self.seed
        case = prove_verdicts.Case(self.options, self.folder, None if self.options.no_backfill else self.take_backfill)
        case.mix, self.live = MIX, case.live
        with case.recorded() as (sent, captures):
            self.source = contents.contents_of(case.node.url)
        return case, sent, captures

    def take_backfill(self):
        """Until the log has it, as a person would look: a recorder that is killed right after may still have it in memory."""
        self.backfill = scroll.take(f"http://127.0.0.1:{prove_verdicts.SERVER}", INDICES)
        ends = time.monotonic() + prove_verdicts.PATIENCE_S
        while self.live and not self.has_backfill():
            if time.monotonic() > ends:
                raise RuntimeError("the log does not get the whole backfill")
            time.sleep(0.1)

    def has_backfill(self):
        command = [self.options.trafrec, "reconcile", "boundary", self.log, "--method", "scroll", "--json"]
        run = subprocess.run([str(each) for each in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        parts = [line["indices"] for line in map(json.loads, run.stdout.splitlines()) if "backfill" in line]
        return sorted(INDICES) == sorted(index for part in parts for index in part)

    def node(self):
        """One that can be the target."""
        return real_node.Node(self.options.target, TARGET, self.folder / "target")

    def reconcile(self):
        return reconcile(
            self.options.trafrec, self.log, self.overlay, "--translog", self.out / "translog", "--accept", "presumed"
        )

    def prepare(self, target):
        """The target holds the backfill, or nothing."""
        if self.backfill:
            scroll.restore(target, self.backfill)
        else:
            target.wipe()

    def boundary(self, target):
        """What the backfill holds goes into the overlay. By share, how many of what ran while it was taken."""
        self.prepare(target)
        if not self.backfill:
            return {}
        command = [self.options.trafrec, "reconcile", "boundary", self.log, "--method", "scroll", "--target", target.url, "-o", self.overlay, "--json"]
        run = subprocess.run([str(each) for each in command], stdout=subprocess.PIPE, check=False)
        if run.returncode not in (0, 3):
            raise RuntimeError(f"trafrec reconcile boundary ended with {run.returncode}")
        shares = {}
        for line in map(json.loads, run.stdout.splitlines()):
            if "share" in line:
                shares[line["share"]] = shares.get(line["share"], 0) + 1
        return shares

    def replay(self, target, name, *how):
        """What a prepared target becomes, and what the replay says of itself."""
        report = programs.replay(
            self.options.trafrec, self.log, target.url, self.out / name, "--speed", "max", "--on-dead", "continue", *how
        )
        return target.contents(), report


def prove(migration, say):
    """What is wrong, as sentences."""
    migration.record()
    findings = migration.reconcile()
    say(f"{contents.count_of(migration.source)} documents at the source; reconcile: {count(findings)}")
    with migration.node() as target:
        say(f"the backfill was taken meanwhile: {migration.boundary(target)}")
        became, report = migration.replay(target, "with", "--overlay", migration.overlay)
        migration.prepare(target)
        without, _ = migration.replay(target, "without", "--phantoms", "send")
        lacking = contents.differences(migration.source, without)
        say(f"without the overlay: {len(lacking)} differences")
    differences = contents.differences(migration.source, became)
    say(f"with the overlay: {report['answered']} operations, {len(differences)} differences")
    wrong = [each[:1500] for each in differences]
    wrong += [f"{key} is {report[key]}" for key in ("dead", "blocked", "unordered") if report[key]]
    if not lacking:
        wrong.append("the target is the source's without any overlay, so this proves nothing")
    return wrong


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    prove_verdicts.take_options(parser)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--target", default="opensearch")
    parser.add_argument("--no-backfill", action="store_true")
    options = parser.parse_args()
    failed, first = 0, int(options.seed)
    with prove_verdicts.own_place(options.product, options.target) as place:
        for number in range(options.runs):
            folder = place / str(number)
            folder.mkdir()
            wrong = prove(Migration(options, first + number, folder), lambda words: print(f"  {words}", flush=True))
            for each in wrong[:10]:
                print(f"  WRONG: {each}", flush=True)
            failed += bool(wrong)
            shutil.rmtree(folder)
    print(f"{options.runs - failed} of {options.runs} targets are what their sources were", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
