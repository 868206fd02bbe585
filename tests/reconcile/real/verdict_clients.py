"""Clients of a source, and what goes wrong between them and it.

All write what happened to each request into one list: `sent` has a dict each. Raw clients know where in their connection's
bytes each request and answer lies, so that a capture can lose just that.
"""

import contextlib
import json
import random
import socket
import struct
import subprocess
import threading
import time
import warnings

from elasticsearch import Elasticsearch, TransportError

warnings.filterwarnings("ignore", module="elasticsearch")  # what is deprecated in 6.8 is what is to be sent
SERVER, PROXY = 9200, 9202
UPSTREAM_PORTS = range(50_000, 60_000)  # of the proxy's own connections: no capture looks at them
# What becomes of a mutation, and how often. The last ones cut the request short.
FATES = {
    "answered": 86,
    "fin": 2.2,
    "rst": 2.2,
    "rst_after": 2.2,
    "close_after": 1,
    "half_close": 1.2,
    "unreceived": 1.2,
    "partial_head": 0.6,
    "partial_body": 0.7,
    "partial_body_rst": 0.7,
    "partial_chunked": 0.7,
}
CUT_SHORT = ("partial_head", "partial_body", "partial_body_rst", "partial_chunked")
PATIENCE_S = 60
RETRIES = 0.35  # of what was sent whole and not answered, so much is sent again by its client


class Sent:
    """What all clients wrote, with numbers that are the values of X-Opaque-Id."""

    def __init__(self):
        self.lock, self.all = threading.Lock(), []

    def add(self, client, request, fate):
        with self.lock:
            entry = {
                "id": f"r{len(self.all):06}",
                "client": client,
                "request": request,
                "fate": fate,
                "status": None,
                "answer": None,
                "port": None,
                "retry_of": None,
                "sent_ns": time.time_ns(),
                "at": None,
            }
            self.all.append(entry)
            return entry


class Gate:
    """Open while the source runs."""

    def __init__(self):
        self.event = threading.Event()
        self.event.set()

    def wait(self):
        self.event.wait(240)


class DeadPorts:
    """Ports of which the network loses everything from now on: nobody is to get one of them for a new connection."""

    _ports, _lock = set(), threading.Lock()

    @classmethod
    def add(cls, port, server):
        with cls._lock:
            cls._ports.add(port)
            ports = ",".join(str(each) for each in sorted(cls._ports))
            subprocess.run(["sysctl", "-qw", f"net.ipv4.ip_local_reserved_ports={ports}"], check=True)
        rule = ["INPUT", "-i", "lo", "-p", "tcp", "--sport", str(port), "--dport", str(server), "-j", "DROP"]
        subprocess.run(["iptables", "-w", "-A", *rule], check=True)


class Closed(Exception):
    pass


class Connection:
    """One raw connection, and how many bytes went each way."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self.socket.getsockname()[1]
        self.out = self.taken = 0
        self.pending = b""

    def send(self, data):
        self.socket.sendall(data)
        self.out += len(data)

    def more(self):
        data = self.socket.recv(65536)
        if not data:
            raise Closed
        self.pending += data

    def read_answer(self, head_only):
        """(status, body), and its place in what came."""
        while b"\r\n\r\n" not in self.pending:
            self.more()
        head = self.pending.index(b"\r\n\r\n") + 4
        text = self.pending[:head].decode("latin-1")
        length = next((int(line.split(":")[1]) for line in text.split("\r\n") if line.lower().startswith("content-length:")), 0)
        end = head + (0 if head_only else length)
        while len(self.pending) < end:
            self.more()
        body, self.pending = self.pending[head:end], self.pending[end:]
        self.taken += end
        return int(text.split()[1]), body, (self.taken - end, self.taken)

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def wire(request, opaque, port, chunked=False):
    body = request.body.encode()
    head = f"{request.method} {request.target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Opaque-Id: {opaque}\r\n"
    head += f"Content-Type: {'application/x-ndjson' if request.kind.endswith('bulk') else 'application/json'}\r\n" if body else ""
    if chunked:
        pieces = [body[begin : begin + 100] for begin in range(0, len(body), 100)]
        coded = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        return (head + "Transfer-Encoding: chunked\r\n\r\n").encode() + coded
    return (head + (f"Content-Length: {len(body)}\r\n" if body or request.method != "GET" else "") + "\r\n").encode() + body


class Client(threading.Thread):
    """Makes its requests; the source's refusals are part of the work, and so is that it is gone for a while."""

    def __init__(self, name, work, sent, gate, steps, seed):
        super().__init__(daemon=True)
        self.name, self.work, self.sent, self.gate, self.steps = name, work, sent, gate, steps
        self.random = random.Random(f"{seed}/{name}")
        self.failed = None

    def fate(self):
        return self.random.choices(list(FATES), list(FATES.values()))[0]

    def run(self):
        try:
            while self.steps > 0:
                self.gate.wait()
                try:
                    self.step()
                except (OSError, Closed):
                    self.lost()
                    time.sleep(0.05)
        except Exception as failed:  # pylint: disable=broad-except
            self.failed = failed

    def step(self):
        raise NotImplementedError

    def lost(self):
        """Its connection is gone."""

    def sends_again(self, request):
        """Only what leaves tokens: of two equal deletions the truth could not tell which was carried out."""
        tokens = request.items and all(item.action in ("index", "create", "update") and item.token for item in request.items)
        return tokens and self.random.random() < RETRIES

    def note(self, entry, status, body):
        entry["status"] = status
        with contextlib.suppress(ValueError):
            entry["answer"] = json.loads(body) if isinstance(body, (bytes, str)) else body
        answer = entry["answer"]
        if entry["request"].kind == "get" and status == 200 and isinstance(answer, dict) and "_seq_no" in answer:
            self.work.seen = self.work.seen[-5:] + [
                (answer["_index"], answer["_id"], answer["_seq_no"], answer["_primary_term"])
            ]


class RawClient(Client):
    """Sockets: knows every way to leave."""

    def __init__(self, *args, port=SERVER, fates=True):
        super().__init__(*args)
        self.server, self.fates, self.connection = port, fates, None

    def lost(self):
        self.connection = None

    def connect(self):
        if self.connection is None:
            self.connection = Connection(self.server)
        return self.connection

    def step(self):
        fate = self.fate() if self.fates else "answered"
        # Behind the proxy no answer is sure.
        request = self.work.next(fate == "answered" and self.fates)
        if not request.mutation or (fate in CUT_SHORT and fate != "partial_head" and not request.body):
            fate = "answered"
        self.steps -= 1
        if fate == "answered" and self.random.random() < 0.06:
            self.pipelined([request] + [self.work.next(True) for _ in range(self.random.randrange(1, 4))])
            return
        entry = self.ask(request, fate)
        whole = fate not in CUT_SHORT and fate != "unreceived"
        if whole and entry["status"] is None and self.sends_again(request):
            self.lost()
            self.ask(request, "answered", retry_of=entry["id"])

    def ask(self, request, fate, retry_of=None):
        connection = self.connect()
        entry = self.sent.add(self.name, request, fate)
        entry["port"], entry["retry_of"] = connection.port, retry_of
        data = wire(
            request,
            entry["id"],
            self.server,
            chunked=fate == "partial_chunked" or (request.body and self.random.random() < 0.02),
        )
        begin = connection.out
        if fate == "answered":
            connection.send(data)
            status, body, place = connection.read_answer(request.method == "HEAD")
            entry["at"] = {"request": (begin, connection.out), "answer": place}
            self.note(entry, status, body)
            return entry
        self.connection = None
        self.leave(connection, fate, data, request)
        return entry

    def leave(self, connection, fate, data, request):
        head = data.index(b"\r\n\r\n") + 4
        if fate == "partial_head":
            data = data[: self.random.randrange(10, head - 1)]
        elif fate in ("partial_body", "partial_body_rst"):
            data = data[: self.random.randrange(head, len(data))]
        elif fate == "partial_chunked":
            data = data[:-5]
        if fate == "unreceived":
            self.unreceived(connection, data)
            return
        connection.send(data)
        if fate in ("rst", "partial_body_rst"):
            connection.reset()
        elif fate == "rst_after":
            time.sleep(self.random.uniform(0.001, 0.02))
            connection.reset()
        elif fate == "half_close":
            connection.socket.shutdown(socket.SHUT_WR)
            with contextlib.suppress(OSError):
                while connection.socket.recv(65536):
                    pass
            connection.socket.close()
        else:
            if fate == "close_after":
                time.sleep(self.random.uniform(0.02, 0.2))
            elif request.body and fate == "partial_body":
                time.sleep(self.random.uniform(0, 0.05))
            connection.socket.close()

    def unreceived(self, connection, data):
        """The network loses it behind the capture: it is sent, again and again, and never acknowledged."""
        DeadPorts.add(connection.port, self.server)
        connection.send(data)
        time.sleep(self.random.uniform(0.5, 1.5))
        connection.reset()  # no word of it arrives
        time.sleep(0.05)

    def pipelined(self, requests):
        connection, entries = self.connect(), []
        for request in requests:
            entry = self.sent.add(self.name, request, "answered")
            entry["port"] = connection.port
            begin = connection.out
            connection.send(wire(request, entry["id"], self.server))
            entries.append((entry, request, (begin, connection.out)))
        for entry, request, place in entries:
            status, body, answer = connection.read_answer(request.method == "HEAD")
            entry["at"] = {"request": place, "answer": answer}
            self.note(entry, status, body)


class RealClient(Client):
    """elasticsearch-py, which sometimes loses its patience: then it closes its connection."""

    def __init__(self, *args, compress=False):
        super().__init__(*args)
        self.es = Elasticsearch(
            f"http://127.0.0.1:{SERVER}",
            maxsize=1,
            timeout=PATIENCE_S,
            max_retries=0,
            retry_on_timeout=False,
            http_compress=compress,
        )

    def step(self):
        impatient = self.random.random() < 0.05
        request = self.work.next(not impatient)
        self.steps -= 1
        if not request.mutation:
            impatient = False
        entry = self.ask(
            request, self.random.uniform(0.001, 0.02) if impatient else PATIENCE_S, "timeout" if impatient else "answered"
        )
        if impatient and entry["status"] is None and self.sends_again(request):
            self.ask(request, PATIENCE_S, "answered", retry_of=entry["id"])

    def ask(self, request, timeout_s, fate, retry_of=None):
        entry = self.sent.add(self.name, request, fate)
        entry["retry_of"] = retry_of
        headers = {
            "x-opaque-id": entry["id"],
            "content-type": "application/x-ndjson" if request.kind.endswith("bulk") else "application/json",
        }
        try:
            answer = self.es.transport.perform_request(
                request.method,
                request.target,
                headers=headers,
                params={"request_timeout": timeout_s},
                body=request.body or None,
            )
            self.note(entry, 200, answer if not isinstance(answer, bool) else "null")
        except TransportError as refused:
            if not isinstance(refused.status_code, int):
                if fate == "answered":
                    time.sleep(0.05)  # the source is gone
            else:
                self.note(entry, refused.status_code, refused.info)
        return entry


class Proxy(threading.Thread):
    """Hands on whole answers or, by chance, none: then it closes its client's connection."""

    def __init__(self, seed):
        super().__init__(daemon=True)
        self.random, self.ports = random.Random(f"{seed}/proxy"), iter(list(UPSTREAM_PORTS) * 5)
        self.listener = socket.create_server(("127.0.0.1", PROXY), backlog=64)

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def stop(self):
        """Another one may listen there."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.join()
        self.listener.close()

    def upstream(self):
        while True:
            with contextlib.suppress(OSError):
                made = socket.socket()
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                made.bind(("127.0.0.1", next(self.ports)))
                made.connect(("127.0.0.1", SERVER))
                return made
            time.sleep(0.05)

    def serve(self, client):
        with contextlib.suppress(OSError), client, self.upstream() as server:
            forward = threading.Thread(target=self.pump, args=(client, server), daemon=True)
            forward.start()
            while data := server.recv(65536):
                if self.random.random() < 0.1:
                    if self.random.random() < 0.5:
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    break
                client.sendall(data)
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def pump(source, to):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                to.sendall(data)
            # Its client is gone, and has sent all that it will.
            time.sleep(0.5)
            to.shutdown(socket.SHUT_WR)
