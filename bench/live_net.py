"""A service under load in network namespaces of its own: nginx behind one end of a veth pair, the
load from behind the other. Recorders run beside nginx, as they would in production."""

import contextlib
import dataclasses
import math
import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time

PORT = 9200
SERVER = "10.81.0.1"
CONNECTIONS = 64
BODY_BYTES = 206

NGINX = """
daemon off;
worker_processes 1;
user root root;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  log_format line '$connection $connection_requests $status';
  access_log {folder}/access.log line buffer=256k flush=1s;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000000;
  server {{
    listen {server}:{port};
    location / {{ default_type application/json; return 200 '{body}'; }}
  }}
}}
"""


class NotPossible(Exception):
    """Why the bench cannot run here, and what to do."""


@dataclasses.dataclass
class Load:
    """What a client saw. Times in ms, from when a request was sent to the end of its answer."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self):
        return self.requests / self.seconds


class Net:
    """Two namespaces, a veth pair, nginx. Everything ends with the `with` block."""

    def __init__(self):
        self.name = f"trafrec-bench-{os.getpid()}"
        self.server_ns, self.client_ns = f"{self.name}-s", f"{self.name}-c"
        self.folder = tempfile.mkdtemp(prefix="trafrec-bench-live-")
        self.nginx = None

    def __enter__(self):
        if os.geteuid() != 0:
            raise NotPossible("network namespaces take root: run it as root")
        for program in ("nginx", "h2load", "tcpdump", "ip"):
            if not shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin"):
                raise NotPossible(f"{program} is not installed: run tools/dev setup bench")
        try:
            self._make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.nginx:
            self.nginx.terminate()
            self.nginx.wait()
        for namespace in (self.server_ns, self.client_ns):
            subprocess.run(["ip", "netns", "del", namespace], stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make(self):
        def ip(*words):
            subprocess.run(["ip", *words], check=True)

        for namespace in (self.server_ns, self.client_ns):
            ip("netns", "add", namespace)
            ip("-n", namespace, "link", "set", "lo", "up")
        ip("-n", self.server_ns, "link", "add", "serve", "type", "veth", "peer", "name", "ask", "netns", self.client_ns)
        for namespace, link, address in ((self.server_ns, "serve", SERVER), (self.client_ns, "ask", "10.81.0.2")):
            ip("-n", namespace, "address", "add", f"{address}/24", "dev", link)
            ip("-n", namespace, "link", "set", link, "up")
        with open(f"{self.folder}/nginx.conf", "w", encoding="ascii") as file:
            file.write(NGINX.format(folder=self.folder, server=SERVER, port=PORT, body="x" * BODY_BYTES))
        self.nginx = subprocess.Popen(self.beside_server(["nginx", "-c", f"{self.folder}/nginx.conf"]))
        self.wait_for_server()

    def beside_server(self, command):
        """The command, run where nginx runs; it keeps its process id."""
        return ["ip", "netns", "exec", self.server_ns, *command]

    def wait_for_server(self, patience_s=10):
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            if self.load(0, 0, requests=1) is not None:
                return
            time.sleep(0.05)
        raise NotPossible("nginx does not answer")

    def load(self, rate, seconds, requests=None, timed=True):
        """Puts load on the server: `rate` requests a second in all, 0 for as many as it can serve. To time each of millions
        of requests takes seconds in which there is no load."""
        log = f"{self.folder}/load"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(log)
        command = ["h2load", "--h1", "-t", "1", *(["--log-file", log] if timed else [])]
        if requests:
            command += ["-n", str(requests), "-c", "1"]
        else:
            command += ["-D", str(seconds), "-c", str(CONNECTIONS)]
        if rate:
            command += ["--rps", f"{rate / CONNECTIONS:.4f}"]
        made = subprocess.run(["ip", "netns", "exec", self.client_ns, *command, f"http://{SERVER}:{PORT}/item"],
                              capture_output=True, text=True, check=False)
        done = re.search(r"requests: .* (\d+) succeeded, (\d+) failed", made.stdout)
        if made.returncode != 0 or not done or int(done[1]) == 0:
            return None
        if not timed:
            return Load(int(done[1]), seconds or 1, math.nan, math.nan)
        with open(log, encoding="ascii") as file:
            times = sorted(int(line.split("\t")[2]) for line in file)
        return Load(len(times), seconds or 1, times[len(times) // 2] / 1000, times[int(len(times) * 0.99)] / 1000)

    def served(self):
        """Requests that nginx has answered so far, by its own log, once that stands still."""
        count = -1
        while True:
            with open(f"{self.folder}/access.log", "rb") as file:
                now = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
            if now == count:
                return now
            count = now
            time.sleep(1.1)  # longer than nginx keeps lines

    def most(self, seconds):
        """Requests a second that it can serve, with nothing beside it: the middle of three."""
        return statistics.median(self.load(0, seconds).rate for _ in range(3))


def cpu_s(process):
    """CPU seconds of a running process so far."""
    return time.clock_gettime((~process.pid << 3) | 2)  # clock_getcpuclockid(3)


def stop(process, patience_s=60):
    """SIGINT, then its exit status, CPU seconds and peak memory. Its children, if it waited for them,
    are in the CPU."""
    process.send_signal(signal.SIGINT)
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024
        time.sleep(0.02)
    process.kill()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return "did not end", usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024
