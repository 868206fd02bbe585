"""Sends requests through a real mitmproxy, takes its flow dump over in both documented ways, and compares the logs
with what was sent. Run by `tools/dev check mitmproxy`.

    through_mitmproxy.py TRAFREC ADDON HAR_SCRIPT
"""

import gzip
import http.client
import http.server
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading

TEXT = b"hello " * 50
BODIES = {"/plain": b"plain", "/gzip": gzip.compress(TEXT), "/binary": b"\xff\xfe\x00binary"}


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        if self.path == "/gzip":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(200, BODIES[self.path])

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(201, b"{}")

    def log_message(self, *_):
        pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def converse(port):
    client = http.client.HTTPConnection("127.0.0.1", port)
    for path in BODIES:
        client.request("GET", path)
        client.getresponse().read()
    client.request("POST", "/doc", b'{"a":1}', {"Authorization": "Basic c2VjcmV0"})
    client.getresponse().read()
    client.close()


def make_dump(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = free_port()
    mode = f"reverse:http://127.0.0.1:{server.server_port}"
    # At this verbosity it says when it listens.
    proxy = subprocess.Popen(
        ["mitmdump", "--mode", mode, "--listen-host", "127.0.0.1", "-p", str(port), "-w", "flows"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for line in proxy.stdout:
        if "listening" in line:
            break
    threading.Thread(target=proxy.stdout.read, daemon=True).start()
    converse(port)
    proxy.send_signal(signal.SIGINT)
    proxy.wait()
    server.shutdown()


def imported(trafrec, folder, name):
    log = folder / (name + ".log")
    run = [trafrec, "import", folder / name, "-l", log, "--redaction-key", folder / "key", "-q"]
    subprocess.run(run, check=True)
    subprocess.run([trafrec, "verify", "--deep", "-q", log], check=True)
    out = subprocess.run([trafrec, "export", log], check=True, stdout=subprocess.PIPE).stdout
    assert b"c2VjcmV0" not in out, f"{name}: a secret is in the log"
    return {line["target"]: line for line in map(json.loads, out.splitlines())}


def check(trafrec, addon, har_script):
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        make_dump(folder)
        read = ["mitmdump", "-q", "-nr", folder / "flows", "-s"]
        subprocess.run([*read, addon, "--set", f"ndjson={folder / 'a.ndjson'}"], check=True)
        subprocess.run([*read, har_script, "--set", f"hardump={folder / 'a.har'}"], check=True)
        refused = subprocess.run([trafrec, "import", folder / "flows", "-l", folder / "no"], stderr=subprocess.PIPE)
        assert refused.returncode == 2 and b"mitmproxy" in refused.stderr

        by_addon = imported(trafrec, folder, "a.ndjson")
        by_har = imported(trafrec, folder, "a.har")
        for rows in (by_addon, by_har):
            assert set(rows) == {*BODIES, "/doc"}, set(rows)
            assert rows["/doc"]["status"] == 201
            assert rows["/doc"]["request"]["body"] == '{"a":1}'
            assert rows["/plain"]["response"]["body"] == "plain"
            assert "body_b64" in rows["/binary"]["response"]
        assert by_addon["/gzip"]["response"]["body_len"] == len(BODIES["/gzip"])
        # mitmproxy's HAR joins fields of one name.
        assert sum(name == "Set-Cookie" for name, _ in by_addon["/plain"]["response"]["headers"]) == 2
        assert by_addon["/plain"]["connection"] == by_addon["/doc"]["connection"]
        assert by_har["/gzip"]["response"]["body"] == TEXT.decode()
        assert "reencoded" in by_har["/gzip"]["flags"]
        print(f"{len(by_addon)} flows by the addon, {len(by_har)} by HAR")


check(*sys.argv[1:])
