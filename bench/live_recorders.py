"""What runs beside the service: nothing, tcpdump, trafrec, GoReplay, each at its best."""

import dataclasses
import glob
import json
import os
import re
import subprocess
import time

import live_net
import peers


@dataclasses.dataclass
class Recorded:
    cpu_s: float
    rss_bytes: int
    exchanges: int | None  # None: it knows none
    said: str  # what it says of losses, or why the run does not count
    incomplete: int = 0  # recorded, too, but flagged: the load leaves some in the middle when its time is up


class Nothing:
    name = "nothing"

    def unavailable(self):
        return None

    def start(self, net, out):
        return None

    def stop(self, process, out):
        return Recorded(0.0, 0, None, "")


class Recorder(Nothing):
    """Started as a service is, in a session of its own. Its CPU is what it takes once it is ready: to
    start it costs the same however many exchanges come."""

    good_exits = (0,)

    def __init__(self):
        self.cpu_of_start_s = 0.0

    def command(self, out):
        raise NotImplementedError

    def is_recording(self, out):
        raise NotImplementedError

    def start(self, net, out):
        with open(f"{out}/out", "wb") as output, open(f"{out}/err", "wb") as errors:
            process = subprocess.Popen(net.beside_server(self.command(out)), stdin=subprocess.DEVNULL, stdout=output,
                                       stderr=errors, start_new_session=True)
        until = time.monotonic() + 20
        while not self.is_recording(out):
            if process.poll() is not None or time.monotonic() > until:
                process.kill()
                with open(f"{out}/err", encoding="utf-8", errors="replace") as errors:
                    raise live_net.NotPossible(f"{self.name} does not start: {errors.read().strip()[-300:]}")
            time.sleep(0.02)
        self.cpu_of_start_s = live_net.cpu_s(process)
        return process

    def stop(self, process, out):
        status, cpu_s, rss_bytes = live_net.stop(process)
        cpu_s -= self.cpu_of_start_s
        exchanges, said, *incomplete = self.found(out)
        if status not in self.good_exits:
            said = f"exit status {status}; {said}"
        return Recorded(cpu_s, rss_bytes, exchanges, said, *incomplete)

    def found(self, out):
        raise NotImplementedError


def text_of(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


class Tcpdump(Recorder):
    name = "tcpdump"

    def command(self, out):
        return ["tcpdump", "-i", "serve", "-w", f"{out}/capture.pcap", "-B", "65536", "-Z", "root", "tcp", "port",
                str(live_net.PORT)]

    def is_recording(self, out):
        return "listening on" in text_of(f"{out}/err")

    def found(self, out):
        dropped = re.search(r"(\d+) packets dropped by kernel", text_of(f"{out}/err"))
        return None, "" if not dropped or dropped[1] == "0" else f"{dropped[1]} packets dropped"


class Trafrec(Recorder):
    name = "trafrec"

    def __init__(self, binary, *options):
        super().__init__()
        self.binary = binary
        self.options = options

    def command(self, out):
        return [self.binary, "record", "-i", "serve", "--port", str(live_net.PORT), "-l", f"{out}/log", "--json",
                "--keep-secrets", *self.options]

    def is_recording(self, out):
        return bool(glob.glob(f"{out}/log/*/*/*.open"))

    def found(self, out):
        try:
            summary = json.loads(text_of(f"{out}/out"))
        except ValueError:
            return 0, text_of(f"{out}/err").strip()[-300:]
        losses = [loss["what"] for loss in summary["losses"]] + summary["broken_sums"]
        incomplete = summary["incomplete"] or 0
        return summary["exchanges"] - incomplete, "; ".join(losses), incomplete


class GoReplay(Recorder):
    name = "goreplay"
    good_exits = (0, 1, -2)

    def __init__(self):
        super().__init__()
        self.peer = peers.GoReplay()

    def unavailable(self):
        return self.peer.unavailable()

    def command(self, out):
        return [self.peer.binary(), "--input-raw", f"{live_net.SERVER}:{live_net.PORT}", "--input-raw-track-response",
                "--input-raw-buffer-size", "64mb", "--output-file", f"{out}/out.gor", "--output-file-append",
                "--output-file-size-limit", "64gb"]

    def start(self, net, out):
        process = super().start(net, out)
        # It does not say when it begins: until it has seen a request, it may not have.
        until = time.monotonic() + 20
        while not glob.glob(f"{out}/out*.gor") and time.monotonic() < until:
            net.load(0, 0, requests=50)
        self.cpu_of_start_s = live_net.cpu_s(process)
        return process

    def is_recording(self, out):
        return "Interface" in text_of(f"{out}/err") or os.path.exists(f"{out}/err")

    def found(self, out):
        return self.peer.exchanges(out, ""), ""
