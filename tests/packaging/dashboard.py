"""Reads Grafana's dashboard into the models that Grafana makes of its own schema, and writes it out again: a member that is lost
is one that Grafana does not know. Run by `tools/dev check package`.

    dashboard.py FILE
"""

import json
import pathlib
import sys

from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard


def lost(place, given, kept):
    """The pointers of members that are not there any more, or are others."""
    if isinstance(given, dict) and isinstance(kept, dict):
        return [each for name, value in given.items() for each in lost(f"{place}/{name}", value, kept.get(name, KeyError))]
    if isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        return [each for n, value in enumerate(given) for each in lost(f"{place}/{n}", value, kept[n])]
    return [] if given == kept else [place]


def main():
    given = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    plugins.register_default_plugins()
    read = dashboard.Dashboard.from_json(json.loads(json.dumps(given)))
    unknown = lost("", given, json.loads(JSONEncoder().encode(read)))
    if unknown:
        sys.exit("Grafana does not know " + ", ".join(unknown))


if __name__ == "__main__":
    main()
