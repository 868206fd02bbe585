#!/usr/bin/env python3
"""Does a replay make of its target what the source became, and does it do nothing twice?

  check_replay.py TRAFREC PART... [--runs N] [--kills N] [--steps N] [--seed S] [--late SECONDS] [--product NAME]

Parts:
  same      a real Elasticsearch, recorded while eight clients work; replayed N times to a fresh OpenSearch: the documents,
            fields and aliases are the source's each time, and so are both digests
  race      by-query operations among other writes: said to be not reproducible, each of them
  refused   partial updates that the source refuses with 409: some of them have brought their field to its mapping before. The
            target lacks these, and no others
  once      a real OpenSearch as target, and a replay that is killed; a proxy that loses answers and delivers copies late;
            the target killed and started again
  once-fake the first two of these against an engine in memory, which takes seconds
  web       nginx with WebDAV: the same tree
  follow    a real Elasticsearch with sentinels, recorded and replayed to a real OpenSearch at one time: the same documents,
            and how far behind the target was
  follow-fake  the same with engines in memory, where one request hangs: the replay goes on, and comes back to it

For real nodes it installs the client and fetches the nodes into ~/.cache; once-fake and web need nothing of that. It goes on a
loopback of its own. What is found is printed, one line each; exit code 1 then.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time

import contents
import following
import increments
import once
import own_network
import programs
import real_client
import real_node
import web_tree
from fake_engine import FakeEngine
from proxy import Proxy

PORTS = {"source": 9200, "target": 9201, "proxy": 9202}
PACES = [("max", 256), ("20x", 64), ("max", 1), ("4x", 128), ("max", 16), ("300/s", 32), ("8x", 8)]


def clients():
    import workload  # pylint: disable=import-outside-toplevel
    return workload  # there only with the client's own Python


class Check:
    def __init__(self, options, folder):
        self.options, self.folder, self.troubles = options, folder, []

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def say(self, words):
        print(f"  {words}", flush=True)

    def found(self, troubles):
        for trouble in troubles:
            print(f"  WRONG: {trouble[:1500]}", flush=True)
        self.troubles += troubles

    def recorded(self, kind, steps):
        """A log of that work at a real source, and what the source became."""
        log = self.path(f"{kind}-log")
        with real_node.Node("elasticsearch", PORTS["source"], self.path(f"{kind}-source")) as source:
            with programs.recording(self.options.trafrec, PORTS["source"], log):
                getattr(clients(), kind)(source.url, self.options.seed, steps)
            became = contents.contents_of(source.url)
        self.say(f"recorded: {contents.count_of(became)} documents in {len(became)} indices")
        return log, became

    def excuse(self, refused, source, became, name):
        """Fields that only updates brought which the source refused: its mapping may have them, the target's has not."""
        for index, field in refused:
            if field in source[index]["fields"] and field not in became[index]["fields"]:
                became[index]["fields"][field] = source[index]["fields"][field]
                self.say(f"{name}: {index} lacks {field}, which only refused updates brought")

    def same(self):
        log, source = self.recorded("work", self.options.steps)
        digests, first = set(), None
        refused = programs.refused_fields(self.options.trafrec, log)
        with real_node.Node(self.options.product, PORTS["target"], self.path("same-target")) as target:
            for number in range(self.options.runs):
                speed, concurrency = PACES[number % len(PACES)]
                if number:
                    target.wipe()
                run = self.path(f"same-{number}")
                report = programs.replay(self.options.trafrec, log, target.url, run, "--speed", speed, "--concurrency",
                                         str(concurrency))
                name = f"replay {number} (--speed {speed} --concurrency {concurrency}, seed {self.options.seed})"
                became = contents.contents_of(target.url)
                self.excuse(refused, source, became, name)
                troubles = contents.differences(source, became)
                self.found([f"{name}: {each}" for each in troubles])
                self.found([f"{name}: {key} is {report[key]}" for key in ("dead", "blocked", "unanswered_reads", "unordered",
                            "doubtful_by_queries", "unknown_paths") if report[key]])
                self.found([f"{name}: {each}" for each in once.miscounted(report) + report["documents"]["not_counted"]])
                digests.add((report["order_digest"], report["outcome_digest"]))
                self.say(f"{name}: {report['answered']} operations, {report['otherwise']} otherwise, {len(troubles)} differences")
                outcomes = programs.outcomes(run)
                first = first or outcomes
                self.found([f"{name}: exchange {at[0]} item {at[1]} became {outcomes.get(at)}, in replay 0 {first.get(at)}"
                            for at in sorted(first | outcomes) if first.get(at) != outcomes.get(at)])
                shutil.rmtree(run)
        if len(digests) != 1:
            self.found([f"order and outcome digests differ between replays: {sorted(digests)}"])

    def refused(self):
        log, source = self.recorded("refuse", 3 * self.options.steps)
        only_refused = {at for at in programs.refused_fields(self.options.trafrec, log) if at[1].startswith("refused_")}
        mapped = {at for at in only_refused if at[1] in source[at[0]]["fields"]}
        with real_node.Node(self.options.product, PORTS["target"], self.path("refused-target")) as target:
            programs.replay(self.options.trafrec, log, target.url, self.path("refused-run"), "--speed", "max")
            became = contents.contents_of(target.url)
        lacking = {(index, field) for index in source for field in source[index]["fields"].keys() - became[index]["fields"].keys()}
        self.say(f"{len(only_refused)} fields came with refused updates only; the source has {len(mapped)} of them, the target lacks "
                 f"{len(lacking)}")
        self.found([f"no refused update brought a field: {only_refused}"] if not mapped else [])
        self.found([f"{index} lacks {field}, which no refused update brought" for index, field in sorted(lacking - mapped)])
        for index, field in lacking & mapped:
            became[index]["fields"][field] = source[index]["fields"][field]
        self.found(contents.differences(source, became))

    def race(self):
        asked = max(5, self.options.steps // 4)  # so many does the first client send
        log, _ = self.recorded("race", asked)
        with real_node.Node(self.options.product, PORTS["target"], self.path("race-target")) as target:
            report = programs.replay(self.options.trafrec, log, target.url, self.path("race-run"), "--speed", "max")
        self.say(f"{asked} by-query operations among writes: {report['doubtful_by_queries']} are said to be doubtful")
        if report["doubtful_by_queries"] != asked:
            self.found([f"of {asked} by-query operations among writes only {report['doubtful_by_queries']} are said to be doubtful"])

    def once(self):
        log, source = self.recorded("increment", self.options.steps)
        with real_node.Node(self.options.product, PORTS["target"], self.path("once-target")) as node:
            outcomes = self.all_once(log, source, node)
            self.target_killed(log, source, node, outcomes)

    def all_once(self, log, source, target):
        trafrec, seed = self.options.trafrec, self.options.seed
        target.wipe()
        whole = programs.replay(trafrec, log, target.url, self.path("whole"), "--speed", "max")
        self.found(once.trespasses(source, target.contents(), {}))
        said, troubles = once.kill_again_and_again(trafrec, log, source, target, self.folder, self.options.kills, seed,
                                                   whole["outcome_digest"])
        self.say(f"killed: {said}")
        self.found(troubles)
        faults = {"cut": 0.05, "lost": 0.03, "late": 0.05, "late_s": self.options.late}
        proxy = Proxy(PORTS["proxy"], PORTS["target"], seed, **faults)
        said, troubles = once.through_proxy(trafrec, log, source, target, self.folder, proxy, whole["outcome_digest"])
        self.say(f"through a proxy: {said}")
        self.found(troubles)
        return whole["outcome_digest"]

    def target_killed(self, log, source, target, outcomes):
        """kill -9 of the target, twice, in the middle of a replay that waits for it."""
        target.wipe()
        run = self.path("restarts")
        life = programs.Replay(self.options.trafrec, log, target.url, run, "--speed", "150/s")
        chance = random.Random(self.options.seed)
        restarts = 0
        for _ in range(2):
            time.sleep(chance.uniform(0.5, 1.5))
            if life.process.poll() is None:
                target.stop(signal.SIGKILL)
                target.start()
                restarts += 1
        report = life.report()
        dead = once.dead_by_document(run)
        self.say(f"target killed {restarts} times: {report['retries']} retries, {sum(dead.values())} letters")
        self.found(once.trespasses(source, target.contents(), dead))
        if not dead and report["outcome_digest"] != outcomes:
            self.found([f"with the target killed the outcomes are {report['outcome_digest']}, and not {outcomes}"])

    def once_fake(self):
        log = self.path("fake-log")
        with FakeEngine(PORTS["source"]) as source:
            with programs.recording(self.options.trafrec, PORTS["source"], log):
                increments.work(source.url, self.options.seed, self.options.steps)
            became = source.contents()
        with FakeEngine(PORTS["target"]) as target:
            self.all_once(log, became, target)

    def web(self):
        log = self.path("web-log")
        with web_tree.fresh(PORTS["source"], self.folder) as source:
            with programs.recording(self.options.trafrec, PORTS["source"], log):
                web_tree.work(PORTS["source"], self.options.seed, self.options.steps)
            became = source.contents()
        for number in range(min(self.options.runs, len(PACES))):
            speed, concurrency = PACES[number]
            with web_tree.fresh(PORTS["target"], self.folder) as target:
                report = programs.replay(self.options.trafrec, log, target.url, self.path(f"web-{number}"), "--speed", speed,
                                         "--concurrency", str(concurrency))
                troubles = web_tree.differences(became, target.contents())
            self.say(f"--speed {speed} --concurrency {concurrency}: {len(became)} paths, {report['answered']} operations, "
                     f"{report['otherwise']} otherwise, {len(troubles)} differences")
            self.found([f"seed {self.options.seed}, --speed {speed}: {each}" for each in troubles])


    def follow(self):
        with real_node.Node("elasticsearch", PORTS["source"], self.path("follow-source")) as source:
            with real_node.Node(self.options.product, PORTS["target"], self.path("follow-target")) as target:
                said, troubles, _, _ = following.session(
                    self.options.trafrec, PORTS["source"], source, target, self.folder,
                    lambda: clients().work(source.url, self.options.seed, self.options.steps))
                self.say(said)
                there, became = contents.contents_of(source.url), contents.contents_of(target.url)
                self.excuse(programs.refused_fields(self.options.trafrec, self.path("follow-log")), there, became, "follow")
                self.found(troubles + contents.differences(there, became))

    def follow_fake(self):
        with FakeEngine(PORTS["source"]) as source, FakeEngine(PORTS["target"]) as target:
            said, troubles = following.hanging(self.options.trafrec, PORTS["source"], source, target, self.folder,
                                               self.options.seed, self.options.steps)
        self.say(said)
        self.found(troubles)


PARTS = {"same": Check.same, "refused": Check.refused, "race": Check.race, "once": Check.once, "once-fake": Check.once_fake, "web": Check.web,
         "follow": Check.follow, "follow-fake": Check.follow_fake}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("trafrec")
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--late", type=float, default=30.0)
    parser.add_argument("--product", choices=sorted(real_node.PRODUCTS), default="opensearch")
    options = parser.parse_args()
    if any(part in ("same", "refused", "race", "once", "follow") for part in options.parts):
        real_client.enter()
        real_node.fetch("elasticsearch")
        real_node.fetch(options.product)
    own_network.enter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # which stops the nodes
    # What syncs each write needs no disk here: nothing of it outlives the check.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="trafrec-check-", dir=memory) as folder:
        check = Check(options, folder)
        for part in options.parts:
            print(part, flush=True)
            PARTS[part](check)
    sys.exit(1 if check.troubles else 0)


if __name__ == "__main__":
    main()
