#!/usr/bin/env python3
"""Do the parts of reconciliation read real nodes rightly?

  check_reconcile.py PROBE [PART...] [--product NAME]... [--seed S]

PROBE is the program of probe.cc. Parts, all of them if none is given:
  routing   documents of all kinds in indices of all kinds: each is in the shard that we say
  translog  a translog of each product, over a crash and with damages: what we read is what another reader reads, and what
            the node answered
  source    the live node, asked as reconcile asks it; its translog has the answers

It fetches the nodes into ~/.cache, and goes on a loopback of its own. What is found is printed, one line each; exit code 1
then.
"""

import argparse
import os
import pathlib
import signal
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "replay" / "real"))

# pylint: disable=wrong-import-position
import own_network  # noqa: E402
import real_node  # noqa: E402
import routing  # noqa: E402
import source  # noqa: E402
import translog  # noqa: E402

PORT = 9200
PRODUCTS = ["elasticsearch6", "elasticsearch", "opensearch"]
PARTS = {"routing": routing.check, "translog": translog.check, "source": source.check}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("probe")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    parser.add_argument("--product", action="append", choices=real_node.PRODUCTS)
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    products = options.product or PRODUCTS
    for product in products:
        real_node.fetch(product)
    own_network.enter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # which stops the nodes
    troubles = []

    def found(more):
        for trouble in more:
            print(f"  WRONG: {trouble[:1500]}", flush=True)
        troubles.extend(more)

    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    for product in products:
        for part in options.parts or PARTS:
            with tempfile.TemporaryDirectory(prefix="trafrec-check-", dir=memory) as folder:
                with real_node.Node(product, PORT, os.path.join(folder, "node")) as node:
                    print(f"{part}: {node.product.name} {node.product.version}", flush=True)
                    PARTS[part](
                        node,
                        options.probe,
                        pathlib.Path(folder),
                        options.seed,
                        lambda words: print(f"  {words}", flush=True),
                        found,
                    )
    sys.exit(1 if troubles else 0)


if __name__ == "__main__":
    main()
