"""The programs that trafrec is measured beside: how to get and run each at its best.

A peer that cannot be had, or that does not finish, says so in its row; nothing is left out.
"""

import glob
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time

import captures
import measure

PORT = 9200


class Peer:
    name = ""
    recovers = ""
    rounds = None  # None: as many as asked for
    tenth = False  # runs on a tenth of the traffic; figures are scaled

    def unavailable(self):
        """Why it cannot run, or None."""
        return None if shutil.which(self.name) else f"{self.name} is not installed"

    def run(self, capture, out):
        """Runs once, with the empty folder `out` to write to."""
        return measure.run(self.command(capture, out))

    def command(self, capture, out):
        raise NotImplementedError

    def exchanges(self, out, output):
        """How many it recovered, or None where it has no such notion."""
        return None


def count_lines(path, needle=b""):
    try:
        with open(path, "rb") as file:
            return sum(1 for line in file if needle in line)
    except FileNotFoundError:
        return 0


class Zstd(Peer):
    name = "zstd"
    recovers = "nothing: compresses the capture file"

    def command(self, capture, out):
        return ["zstd", "-1", "-q", "-f", capture, "-o", f"{out}/capture.zst"]


class Httpry(Peer):
    name = "httpry"
    recovers = "heads only, not paired; takes bodies that begin like a request for one"

    def command(self, capture, out):
        return ["httpry", "-q", "-r", capture, "-o", f"{out}/httpry.txt", f"tcp port {PORT}"]

    def exchanges(self, out, output):
        return count_lines(f"{out}/httpry.txt", b"\t>\t")


class Tcpflow(Peer):
    name = "tcpflow"
    recovers = "byte streams in files; knows no exchanges"

    def command(self, capture, out):
        return ["tcpflow", "-q", "-r", capture, "-o", out, "-X", "/dev/null"]


class Tshark(Peer):
    name = "tshark"
    recovers = "all, as fields; bodies not written"
    rounds = 1
    tenth = True

    def command(self, capture, out):
        return ["sh", "-c",
                f"tshark -r '{capture}' -d tcp.port=={PORT},http -Y http.response -T fields "
                "-e frame.time_epoch -e http.response.code -e http.request_in -e http.time "
                f"> '{out}/tshark.txt' 2> '{out}/tshark.err'"]

    def exchanges(self, out, output):
        with open(f"{out}/tshark.txt", encoding="utf-8") as file:
            return sum(1 for line in file if line.split("\t")[2:3] != [""])


class Suricata(Peer):
    name = "suricata"
    recovers = "all, as JSON lines, without bodies"
    rounds = 1

    CONFIG = """%YAML 1.1
---
default-log-dir: {out}
outputs:
  - eve-log: {{enabled: yes, filetype: regular, filename: eve.json, types: [http]}}
app-layer:
  protocols:
    http: {{enabled: yes, libhtp: {{default-config: {{personality: IDS}}}}}}
stream:
  memcap: 512mb
  checksum-validation: no
  reassembly: {{memcap: 1gb, depth: 0}}
flow: {{memcap: 256mb}}
"""

    def command(self, capture, out):
        with open(f"{out}/suricata.yaml", "w", encoding="utf-8") as file:
            file.write(self.CONFIG.format(out=out))
        return ["suricata", "-c", f"{out}/suricata.yaml", "-S", "/dev/null", "-k", "none",
                "-r", capture, "-l", out]

    def exchanges(self, out, output):
        return count_lines(f"{out}/eve.json", b'"event_type":"http"')


class GoReplay(Peer):
    """Never ends by itself, and opens a capture file once per interface. So: a fifo that stays open,
    a network namespace with one interface, and the end is when its output stops growing."""

    name = "goreplay"
    recovers = "all, paired, with bodies, uncompressed; v1.3.2 is known to crash on the way"
    rounds = 1
    IDLE_S = 3
    LIMIT_S = 120

    def binary(self):
        return shutil.which("goreplay", path=f"{captures.CACHE}/go/bin:{os.environ.get('PATH', '')}")

    def unavailable(self):
        if not self.binary():
            return "not built: `go install github.com/buger/goreplay@v1.3.2` needs Go and libpcap-dev"
        if os.geteuid() != 0:
            return "needs root for a network namespace of its own"
        return None

    def run(self, capture, out):
        fifo, written = f"{out}/capture.pcap", f"{out}/out.gor"
        os.mkfifo(fifo)
        feeder = subprocess.Popen(["sh", "-c", "exec 3>\"$1\"; cat \"$0\" >&3; exec sleep 600",
                                   capture, fifo], start_new_session=True)
        command = ["unshare", "-n", self.binary(), "--input-raw", f"{fifo}:{PORT}",
                   "--input-raw-engine", "pcap_file", "--input-raw-track-response",
                   "--input-raw-expire", "87600h", "--output-file", written,
                   "--output-file-append", "--output-file-size-limit", "64gb"]
        started = time.monotonic()
        with open(f"{out}/goreplay.err", "wb") as errors:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=errors)
        size, grown = 0, started
        while time.monotonic() - started < self.LIMIT_S:
            now = sum(os.path.getsize(path) for path in glob.glob(f"{out}/out*"))
            if now != size:
                size, grown = now, time.monotonic()
            ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            idle = self.IDLE_S if size else 20
            if ended or time.monotonic() - grown > idle:
                break
            time.sleep(0.02)
        crashed = bool(ended)
        if not crashed:
            process.kill()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        os.killpg(feeder.pid, 9)
        feeder.wait()
        os.unlink(fifo)
        return measure.Run(grown - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024,
                           process.returncode if crashed else 0, "")

    def exchanges(self, out, output):
        # Each record begins with its kind: 1 a request, 2 a response; a pair shares the second word.
        requests, responses = set(), set()
        for path in glob.glob(f"{out}/out*"):
            with open(path, "rb") as file:
                for line in file:
                    words = line.split(b" ")
                    if len(words) >= 4 and len(words[1]) == 24 and words[0] in (b"1", b"2"):
                        (requests if words[0] == b"1" else responses).add(words[1])
        return len(requests & responses)


class Trafrec(Peer):
    name = "trafrec"
    recovers = "all, paired, with bodies, wire facts and losses"

    def __init__(self, binary):
        self.binary = binary

    def unavailable(self):
        return None

    def command(self, capture, out):
        return [self.binary, "record", "--quiet", "--read", capture, "--log", f"{out}/log"]

    def exchanges(self, out, output):
        return sum(count_segment(path)
                   for path in glob.glob(f"{out}/log/**/*.sqlite", recursive=True))


def count_segment(path):
    database = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    try:
        return database.execute("SELECT count(*) FROM exchange WHERE parts & 8 = 0").fetchone()[0]
    finally:
        database.close()


def scratch():
    os.makedirs(captures.CACHE, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix="run-", dir=captures.CACHE)
