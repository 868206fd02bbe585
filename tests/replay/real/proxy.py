"""What stands between a replay and its target, and does what networks do: answers are lost, and copies come late."""

import contextlib
import random
import socket
import socketserver
import threading

from fake_engine import QuietServer

DOCUMENTS = (b"/_doc", b"/_update/", b"/_create/", b"/_bulk")


def read_message(stream):
    """The bytes of one request or answer; nothing at the end of the stream."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return b""
        head += line
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return head + stream.read(length)


def writes_documents(request):
    """Only these are lost: an unanswered request to the whole cluster rightly stops all that come after it."""
    method, target = request.split(b" ", 2)[:2]
    return method not in (b"GET", b"HEAD") and any(word in target for word in DOCUMENTS)


class _Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        proxy = self.server.proxy
        with contextlib.suppress(OSError), proxy.connect() as upstream:
            answers = upstream.makefile("rb")
            while request := read_message(self.rfile):
                fault = proxy.choose(request)
                if fault in ("late", "lost"):
                    return  # this connection ends without an answer; the late copy is on its way
                upstream.sendall(request)
                answer = read_message(answers)
                # The target has carried it out by now.
                if fault == "cut":
                    return
                if not answer:
                    return
                self.wfile.write(answer)


class Proxy:
    """Between `port` and `to`. Of the writes `cut` lose their answer, `lost` never arrive, `late` arrive after `late_s`
    seconds, when others have long been sent in their place. All from a seed, up to the order in which requests come."""

    def __init__(self, port, to, seed, cut=0.0, lost=0.0, late=0.0, late_s=30.0):
        self.to, self.random, self.late_s = to, random.Random(seed), late_s
        self.shares = {"cut": cut, "lost": lost, "late": late}
        self.counts = dict.fromkeys(self.shares, 0)
        self.ghosts = {}  # status lines of the answers to late copies
        self.lock, self.waiting = threading.Lock(), []
        self.url = f"http://127.0.0.1:{port}"
        self.server = QuietServer(("127.0.0.1", port), _Handler)
        self.server.proxy = self

    def connect(self):
        upstream = socket.create_connection(("127.0.0.1", self.to))
        upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return upstream

    def choose(self, request):
        with self.lock:
            if not writes_documents(request):
                return None
            point = self.random.random()
            for fault, share in self.shares.items():
                if point < share:
                    self.counts[fault] += 1
                    if fault == "late":
                        timer = threading.Timer(self.late_s, self.deliver, [request])
                        self.waiting.append(timer)
                        timer.start()
                    return fault
                point -= share
        return None

    def deliver(self, request):
        status = "no answer"
        with contextlib.suppress(OSError), self.connect() as upstream:
            upstream.sendall(request)
            status = read_message(upstream.makefile("rb")).split(b"\r\n")[0].decode()
        with self.lock:
            self.ghosts[status] = self.ghosts.get(status, 0) + 1

    def settle(self):
        """Every late copy has arrived."""
        for timer in self.waiting:
            timer.join()

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.settle()
        self.server.shutdown()
        self.server.server_close()
