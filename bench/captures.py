"""The generated captures that the benches run on."""

import json
import os
import sys

import measure

CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
                     "trafrec-bench")


def make_traffic(build, kind, amount):
    """Generates a capture once and keeps it, with what is in it beside it."""
    os.makedirs(CACHE, exist_ok=True)
    path = os.path.join(CACHE, f"{kind}-{amount}.pcap")
    facts_path = path + ".json"
    generator = os.path.join(build, "bench", "generate_traffic")
    stale = (not os.path.exists(facts_path)
             or os.path.getmtime(facts_path) < os.path.getmtime(generator))
    if stale:
        print(f"  making {path}", flush=True)
        made = measure.run([generator, kind, path, str(amount)])
        if made.status != 0:
            sys.exit(f"bench: {made.output}")
        with open(facts_path, "w", encoding="utf-8") as file:
            file.write(made.output)
    with open(path, "rb") as file:  # all runs find it in the page cache
        while file.read(1 << 17):
            pass
    with open(facts_path, encoding="utf-8") as file:
        return json.load(file)
