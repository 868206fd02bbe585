"""What a source answered, by its own trace of HTTP (7.0 to 7.10): also what nobody got to read."""

import re

import real_node

LOGGER = "logger.org.elasticsearch.http.HttpTracer"
RECEIVED = re.compile(r"\]\[(r\d{6})\]\[[A-Z]+\]\[[^\]]*\] received request from")
SENT = re.compile(r"\]\[(r\d{6})\]\[([A-Z_]+)\]\[[^\]]*\]\[\d+\] sent response to")


def begin(url):
    status, answer = real_node.ask("PUT", f"{url}/_cluster/settings", {"persistent": {LOGGER: "TRACE"}})
    if status != 200:
        raise RuntimeError(f"{url} does not trace HTTP: {answer}")


def statuses(log):
    """{value of X-Opaque-Id: status in words, None if the node received it and has not answered}"""
    found = {}
    with open(log, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            received, sent = RECEIVED.search(line), SENT.search(line)
            if received:
                found.setdefault(received[1], None)
            if sent:
                found[sent[1]] = sent[2]
    return found


def was_done(found, opaque):
    """None if nobody knows."""
    return False if opaque not in found else None if found[opaque] is None else found[opaque] in ("OK", "CREATED", "ACCEPTED")
