"""A plain HTTP service with a state that can be looked at: nginx with WebDAV over a folder."""

import http.client
import os
import pathlib
import random
import subprocess
import threading
import time

CLIENTS = 8
CONFIG = """daemon off;
user root;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/tree;
    location / {{
      dav_methods PUT DELETE MKCOL COPY MOVE;
      create_full_put_path on;
      autoindex on;
    }}
  }}
}}
"""


class WebTree:
    def __init__(self, port, folder):
        self.port, self.folder, self.process = port, pathlib.Path(folder), None
        self.url = f"http://127.0.0.1:{port}"

    def contents(self):
        tree = self.folder / "tree"
        return {str(path.relative_to(tree)): path.read_text() if path.is_file() else "folder"
                for path in sorted(tree.rglob("*"))}

    def __enter__(self):
        (self.folder / "tree").mkdir(parents=True)
        (self.folder / "nginx.conf").write_text(CONFIG.format(folder=self.folder, port=self.port))
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-p", self.folder, "-e", f"{self.folder}/error.log", "-c",
                                         f"{self.folder}/nginx.conf"], stdin=subprocess.DEVNULL)
        ends = time.monotonic() + 30
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port)
                connection.request("GET", "/")
                connection.getresponse().read()
                return self
            except OSError:
                if time.monotonic() > ends or self.process.poll() is not None:
                    raise
                time.sleep(0.02)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)


def _client(port, seed, number, steps, failed):
    """Each in a folder of its own and, for whole writes and reads, in one that all share."""
    chance = random.Random(f"{seed}/{number}")
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def call(method, target, body=None, **fields):
        connection.request(method, target, body, fields)
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 500 and answer.status != 507:
            raise RuntimeError(f"{method} {target}: {answer.status}")

    try:
        own = f"/own-{number}"
        call("MKCOL", f"{own}/")
        for step in range(steps):
            name, other = (f"{own}/file-{file}" for file in chance.sample(range(8), 2))
            folder = f"{own}/folder-{chance.randrange(3)}/"
            place = f"http://127.0.0.1:{port}" if chance.random() < 0.5 else ""
            choice = chance.randrange(8)
            if choice == 0:
                call("MKCOL", folder)
            elif choice == 1:
                call("DELETE", chance.choice([name, folder]))
            elif choice == 2:
                call(chance.choice(["MOVE", "COPY"]), name, Destination=place + other, Overwrite=chance.choice("TF"))
            elif choice == 3:
                call("MOVE", folder, Destination=f"{place}{own}/folder-{chance.randrange(3)}/")
            elif choice == 4:
                call("PUT", f"{folder}inner-{chance.randrange(3)}", f"{number} {step}")
            elif choice == 5:
                call("GET", f"/shared/file-{chance.randrange(30)}")
            elif choice == 6:
                call("PUT", f"/shared/{number}-{chance.randrange(5)}", f"{number} {step}")
            else:
                call("PUT", name, f"{number} {step} " + "x" * chance.randrange(5000))
    except Exception as trouble:  # pylint: disable=broad-except
        failed.append(trouble)
    finally:
        connection.close()


def work(port, seed, steps):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("MKCOL", "/shared/")
    connection.getresponse().read()
    connection.close()
    failed = []
    threads = [threading.Thread(target=_client, args=(port, seed, number, steps, failed)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def differences(source, target):
    return [f"{path}: {source.get(path, 'not there')[:40]!r} became {target.get(path, 'not there')[:40]!r}"
            for path in sorted(source.keys() | target.keys()) if source.get(path) != target.get(path)]


def fresh(port, folder):
    return WebTree(port, os.path.join(folder, f"web-{port}-{time.monotonic_ns()}"))
