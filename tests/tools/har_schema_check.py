"""Holds a HAR file against the JSON schema of HAR 1.2 as npm's har-schema publishes it (Debian: node-har-schema).

usage: har_schema_check.py FILE. Prints a line for each fault and exits with 1 if there is one.
"""

import json
import pathlib
import sys

import jsonschema

SCHEMAS = pathlib.Path("/usr/share/nodejs/har-schema/lib")


def main():
    schemas = [json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")]
    by_id = {schema["$id"].rstrip("#"): schema for schema in schemas}
    root = by_id["har.json"]
    validator = jsonschema.Draft6Validator(
        root,
        resolver=jsonschema.RefResolver("har.json", root, store=by_id),
        format_checker=jsonschema.FormatChecker(),
    )
    faults = [f"{'.'.join(map(str, fault.path))}: {fault.message}" for fault in
              validator.iter_errors(json.loads(pathlib.Path(sys.argv[1]).read_text()))]
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
