#!/usr/bin/env python3
"""Traffic for the check of the package, and a stand-in for systemd.

usage: service.py sample FILE        writes a capture of three exchanges
       service.py live ROOT          runs the installed unit's command as the unit says, below ROOT; fails if it does not
                                     record, or makes a system call that the unit's filter would not let through

Run it in a network namespace of its own.
"""

import http.server
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import urllib.request

HERE = pathlib.Path(__file__).parent
PROXY = HERE.parent.parent / "tools/dev.d/capture_through_proxy.py"
PATIENCE_S = 60


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"hello\n")

    def log_message(self, *_):
        pass


def web_server(port=0):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    server = http.server.HTTPServer(("127.0.0.1", port), Hello)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def get(port, count):
    for number in range(count):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/{number}", timeout=PATIENCE_S).read()


def sample(path):
    proxy = subprocess.Popen([sys.executable, PROXY, path, str(web_server())], stdout=subprocess.PIPE)
    get(int(proxy.stdout.readline()), 3)
    proxy.terminate()
    proxy.wait(PATIENCE_S)


class Unit:
    """What systemd would read of the unit."""

    def __init__(self, path):
        self.lines = re.findall(r"^([A-Za-z]+)=(.*)", pathlib.Path(path).read_text(), flags=re.M)
        self.service = dict(self.lines)

    def command(self):
        """The unit's own command, in its user and with its capabilities."""
        number = "-all,+" + self.service["AmbientCapabilities"].removeprefix("CAP_").lower()
        user = self.service["User"]
        return ["setpriv", "--reuid", user, "--regid", self.service["Group"], "--clear-groups", "--no-new-privs",
                "--inh-caps", number, "--ambient-caps", number, "--bounding-set", number,
                *self.service["ExecStart"].split()]

    def allowed_calls(self):
        groups = {}
        listing = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"], capture_output=True, text=True,
                                 check=True).stdout
        for line in listing.splitlines():
            word = line.strip()
            if word.startswith("@") and not line.startswith(" "):
                groups[word] = members = set()
            elif word and not word.startswith("#"):
                members.add(word)

        def expand(name):
            return set().union(*map(expand, groups[name])) if name.startswith("@") else {name}

        allowed = set()
        for key, value in self.lines:
            if key == "SystemCallFilter":
                calls = set().union(*map(expand, value.removeprefix("~").split()))
                allowed = allowed - calls if value.startswith("~") else allowed | calls
        return allowed


def live(root):
    unit = Unit(f"{root}/lib/systemd/system/trafrec.service")
    port = web_server()
    config = pathlib.Path(root, "etc/trafrec/recorder.toml")
    text = config.read_text()
    text = re.sub("^#interface = .*", 'interface = "lo"', text, flags=re.M)
    config.write_text(re.sub("^#port = .*", f"port = {port}", text, flags=re.M))
    trace = pathlib.Path(root, "tmp/trace")
    recorder = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", trace, "chroot", root, *unit.command()],
        stderr=subprocess.PIPE, text=True, env={"PATH": "/usr/sbin:/usr/bin"})
    said = []
    for line in recorder.stderr:
        said.append(line)
        if "recording on" in line:
            break
    else:
        sys.exit("the recorder does not start: " + "".join(said))
    get(port, 5)
    traced = pathlib.Path(f"/proc/{recorder.pid}/task/{recorder.pid}/children").read_text().split()[0]
    os.kill(int(traced), signal.SIGTERM)
    said.append(recorder.stderr.read())
    if recorder.wait(PATIENCE_S) != 0:
        sys.exit("the recorder failed: " + "".join(said))
    denied = calls_of(trace.read_text(errors="replace")) - unit.allowed_calls()
    if denied:
        sys.exit("the unit's SystemCallFilter lacks " + ", ".join(sorted(denied)))


def calls_of(trace):
    """The system calls made after the command itself was started."""
    trace = trace[trace.index('execve("/usr/bin/trafrec"'):]
    return set(re.findall(r"^\d+ +([a-z_0-9]+)\(", trace, flags=re.M))


if __name__ == "__main__":
    {"sample": sample, "live": live}[sys.argv[1]](*sys.argv[2:])
