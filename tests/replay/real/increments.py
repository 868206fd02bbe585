"""Work of which nothing may be done twice: scripted increments, and documents whose ids the source gives.

And a client for it that needs nothing but Python, with as much of the real client's methods as this takes.
"""

import concurrent.futures
import contextlib
import http.client
import json
import random
import urllib.parse

CLIENTS = 8
HOT = 12  # documents that all clients write
INCREMENT = {"source": "ctx._source.n += params.by", "params": {"by": 1}}


def begin(client):
    for number in range(HOT):
        client.index("shared-b", {"n": 0}, id=f"hot-{number}")


def increment(client, number, chance, steps):
    """What one client does. `client` may be the real one."""
    for step in range(steps):
        made, hot = {"n": 0, "by": f"{number}-{step}"}, f"hot-{chance.randrange(HOT)}"
        choice = chance.randrange(4)
        if choice == 0:
            client.index("shared-a", made)
        elif choice == 1:
            client.bulk([{"update": {"_index": "shared-b", "_id": hot, "retry_on_conflict": 5}}, {"script": INCREMENT},
                         {"index": {"_index": "shared-a"}}, made])
        else:
            client.update("shared-b", hot, {"script": INCREMENT}, retry_on_conflict=5)


class Client:
    """One connection."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)

    def close(self):
        self.connection.close()

    def _send(self, method, target, text, kind):
        self.connection.request(method, target, text.encode(), {"Content-Type": kind})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {target}: {answer.status} {body.decode()}")
        return json.loads(body)

    def index(self, index, body, id=None):  # pylint: disable=redefined-builtin
        method, target = ("POST", f"/{index}/_doc") if id is None else ("PUT", f"/{index}/_doc/{id}")
        return self._send(method, target, json.dumps(body), "application/json")

    def update(self, index, id, body, retry_on_conflict):  # pylint: disable=redefined-builtin
        return self._send("POST", f"/{index}/_update/{id}?retry_on_conflict={retry_on_conflict}", json.dumps(body),
                          "application/json")

    def bulk(self, lines):
        answer = self._send("POST", "/_bulk", "".join(json.dumps(line) + "\n" for line in lines), "application/x-ndjson")
        if answer["errors"]:
            raise RuntimeError(f"a bulk had failures: {answer}")


def work(url, seed, steps):
    """Eight clients at the same time."""
    def one(number):
        with contextlib.closing(Client(url)) as client:
            increment(client, number, random.Random(f"{seed}/{number}"), steps)

    with contextlib.closing(Client(url)) as client:
        begin(client)
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(one, range(CLIENTS)))  # which raises what one of them raised
