"""Each increment once: a replay is killed, its answers are lost, copies come late, its target goes down."""

import os
import random
import shutil
import time

import programs

LIVES_MAX = 200


def trespasses(source, target, dead):
    """What was done twice, or was lost without a dead letter. `dead`: by (index, id), how many letters."""
    found = []
    for index, there in source.items():
        ours, theirs = there["documents"], target.get(index, {"documents": {}})["documents"]
        for name in theirs.keys() - ours.keys():
            found.append(f"{index}/{name} was not at the source")
        for name, body in ours.items():
            letters = dead.get((index, name), 0)
            if name not in theirs:
                if letters == 0:
                    found.append(f"{index}/{name} is missing, and no letter says so")
            elif not body["n"] - letters <= theirs[name]["n"] <= body["n"]:
                found.append(f"{index}/{name} was incremented to {theirs[name]['n']}, not to {body['n']}; {letters} letters")
    return found


def miscounted(report):
    """Where the target holds another number of documents than the run says that it left there, and nothing says why."""
    return [f"documents: {each}" for each in report["documents"]["differences"] if not each["unclear"]]


def dead_by_document(run):
    counts = {}
    for letter in programs.letters(run):
        name = letter["index_name"], letter["id"]
        counts[name] = counts.get(name, 0) + 1
    return counts


def killed_run(trafrec, log, url, run, chance, longest_s, kills_max, *options):
    """Kills it at random times and resumes, until it ends. How often it was killed, and its last report."""
    shutil.rmtree(run, ignore_errors=True)
    kills = 0
    while kills < LIVES_MAX:
        begun = os.path.exists(os.path.join(run, "ledger.sqlite"))
        life = programs.Replay(trafrec, log, url, run, *options, *(["--resume"] if begun else []))
        if kills >= kills_max:
            return kills, life.report()
        ends = time.monotonic() + chance.uniform(0.02, longest_s)
        while time.monotonic() < ends and life.process.poll() is None:
            time.sleep(0.005)
        if life.process.poll() is not None:
            return kills, life.report()
        life.kill()
        kills += 1
    raise RuntimeError(f"{run} does not end")


def kill_again_and_again(trafrec, log, source, target, folder, kills, seed, outcomes, longest_s=0.6, options=()):
    """`target` has url, contents() and wipe(). So many kills, in as many runs as that takes. `outcomes`: the digest of a
    run that nobody killed."""
    chance, done, runs = random.Random(seed), 0, 0
    troubles = []
    while done < kills:
        target.wipe()
        run = os.path.join(folder, f"killed-{runs}")
        count, report = killed_run(trafrec, log, target.url, run, chance, longest_s, kills - done,
                                   "--speed", "max", *options)
        dead = dead_by_document(run)
        found = trespasses(source, target.contents(), dead)
        troubles += [f"run {runs} (seed {seed}): {each}" for each in found]
        if not dead and report["outcome_digest"] != outcomes:
            troubles.append(f"run {runs} (seed {seed}): its outcomes are {report['outcome_digest']}, and not {outcomes}")
        if not report["adds_up"]:
            troubles.append(f"run {runs} (seed {seed}): its counts do not add up: {report}")
        troubles += [f"run {runs} (seed {seed}): {each}" for each in miscounted(report) + report["documents"]["not_counted"]]
        done, runs = done + count, runs + 1
        shutil.rmtree(run, ignore_errors=not found)
        if count == 0:
            longest_s /= 2  # it ended before it could be killed
    return {"kills": done, "runs": runs}, troubles


def through_proxy(trafrec, log, source, target, folder, proxy, outcomes, options=()):
    """A replay whose answers and copies go astray. What the proxy did, and what was done twice. `outcomes`: the digest of
    a run in whose way nothing was."""
    target.wipe()
    run = os.path.join(folder, "proxied")
    shutil.rmtree(run, ignore_errors=True)
    with proxy:
        report = programs.replay(trafrec, log, proxy.url, run, "--speed", "max", *options)
    dead = dead_by_document(run)
    found = trespasses(source, target.contents(), dead)
    if not report["adds_up"]:
        found.append(f"its counts do not add up: {report}")
    found += miscounted(report)
    if not dead and report["outcome_digest"] != outcomes:
        found.append(f"its outcomes are {report['outcome_digest']}, and not {outcomes}")
    return {"faults": proxy.counts, "ghosts": proxy.ghosts, "letters": sum(dead.values()), "retries": report["retries"],
            "by_reading": report["by_reading"]}, found
