#!/usr/bin/env python3
"""Proves verdicts on many logs, and goes on where it was stopped.

  soak_verdicts.py TRAFREC FOLDER [--seeds N] [--steps N] [--again] [--refusals]

Each seed gets FOLDER/N with what prove_verdicts.py makes; every fourth is an Elasticsearch 6.8, and of every third the source is
asked while it works. What is done is not done again, but with --again the verdicts are: the logs are held against what trafrec says
of them now (from the log alone and with translogs; the source is gone). With --refusals each log, in FOLDER/refusals/N, is of a
7.10 that refuses much (refusal_work.py), where more stays unknown: only what is wrong has a bound there. Prints the sums, and
whether they are within the bounds below; exit code 1 if they are not.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys

from check_verdicts import in_words

HERE = pathlib.Path(__file__).resolve().parent
# Shares of all candidates, in percent: what is not proven, and what stays unknown.
# The source is asked at once in "follow", and in "source" at the end alone, when later writes have erased evidence.
BOUNDS = {"log": {"unproven": 25, "unknown": 4}, "source": {}, "follow": {"unknown": 2}, "translog": {"unknown": 0}}
WRONG_PRESUMED_MAX = 0.1


def again(trafrec, folder):
    for how, more in (("log", []), ("translog", [f"--with=--translog", f"--with={folder / 'translog'}"])):
        subprocess.run(
            [
                sys.executable,
                HERE / "check_verdicts.py",
                trafrec,
                folder / "log",
                folder / "truth.jsonl",
                *more,
                "--summary",
                folder / f"{how}.json",
            ],
            check=False,
        )


def options_of(seed, refusals):
    product = "elasticsearch6" if seed % 4 == 0 and not refusals else "elasticsearch"
    return ["--product", product, *(["--follow"] if seed % 3 == 0 else []), *(["--refusals"] if refusals else [])]


def sums_of(folder, seeds):
    sums = {}
    for how in BOUNDS:
        total = collections.Counter()
        kinds = collections.Counter()
        for seed in seeds:
            path = folder / str(seed) / f"{how}.json"
            if path.exists():
                summary = json.loads(path.read_text())
                kinds.update(summary.pop("unknown_by_kind"))
                total.update(summary)
        sums[how] = (total, kinds)
    return sums


def beyond(how, total, refusals):
    """What is not within its bound, in words."""
    bounds = {} if refusals else BOUNDS[how]
    share = {
        "unproven": 100 * (1 - total["proven"] / total["candidates"]),
        "unknown": 100 * total["unknown"] / total["candidates"],
    }
    found = [f"{share[what]:.1f}% are {what}, not {bound}%" for what, bound in bounds.items() if share[what] > bound]
    if total["wrong_proven"]:
        found.append(f"{total['wrong_proven']} proven verdicts are wrong")
    if total["wrong_missing"]:
        found.append(f"{total['wrong_missing']} missing mutations are not missing")
    if 100 * total["wrong_presumed"] > WRONG_PRESUMED_MAX * total["presumed"]:
        found.append(f"{total['wrong_presumed']} presumed verdicts are wrong")
    if total["contradicted"]:
        found.append(f"of {total['contradicted']} indices no history fits what is known")
    if total["silent"]:
        found.append(f"{total['silent']} candidates have no verdict")
    return found


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("trafrec")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--steps", default="160")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--refusals", action="store_true")
    options = parser.parse_args()
    if options.refusals:
        options.folder /= "refusals"
    troubles = []
    seeds = range(1, options.seeds + 1)
    for seed in seeds:
        out = options.folder / str(seed)
        if (out / "done").exists():
            if options.again:
                again(options.trafrec, out)
            continue
        run = subprocess.run(
            [
                sys.executable,
                HERE / "prove_verdicts.py",
                options.trafrec,
                out,
                "--seed",
                str(seed),
                "--steps",
                options.steps,
                *options_of(seed, options.refusals),
            ],
            check=False,
        )
        if run.returncode not in (0, 1):
            troubles.append(f"seed {seed} ended with {run.returncode}: its truth is in doubt, or it could not be made")
            continue
        (out / "done").touch()
    for how, (total, kinds) in sums_of(options.folder, seeds).items():
        if not total["candidates"]:
            troubles.append(f"{how}: there are no verdicts")
            continue
        print(f"{how}: {in_words(total)}")
        for kind, count in kinds.most_common(10):
            print(f"  unknown: {kind:50}{count:9}")
        troubles += [f"{how}: {trouble}" for trouble in beyond(how, total, options.refusals)]
    for trouble in troubles:
        print(f"WRONG: {trouble}")
    sys.exit(1 if troubles else 0)


if __name__ == "__main__":
    main()
