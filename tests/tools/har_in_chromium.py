"""Records a small site while Chromium visits it, ends the server, and lets Chromium visit it again out of the HAR file.

usage: har_in_chromium.py TRAFREC CHROMIUM, on a network of its own (tools/dev check har). What the second visit shows
must be what the first one showed: text, style sheet, script, picture, a redirect, and the answer to a POST. The browser's own
HAR file of the first visit is imported, too: the log of it has what the recorder saw.
"""

import gzip
import http.server
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import zlib

from playwright.sync_api import sync_playwright

URL = "http://127.0.0.1:8080/start"

# It names an icon: else the browser asks for one by itself, and leaves that out of its HAR file.
PAGE = b"""<!doctype html><title>Recorded</title><link rel=icon href=data:,><link rel=stylesheet href=/style.css>
<h1>Gr\xc3\xbc\xc3\x9fe</h1><img src=/picture.png><p id=answer></p><script src=/script.js></script>"""

SCRIPT = b"""fetch('/search?q=1', {method: 'POST', body: JSON.stringify({query: 'all'})})
  .then(response => response.json())
  .then(found => { document.getElementById('answer').textContent = found.hits + ' hits'; });"""


def picture(width, height):
    """A PNG file, all red."""
    def chunk(kind, data):
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    rows = (b"\0" + b"\xff\0\0" * width) * height
    head = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


FILES = {
    "/index.html": ("text/html; charset=utf-8", PAGE),
    "/style.css": ("text/css", b"h1 { color: rgb(1, 2, 3) }"),
    "/script.js": ("text/javascript", SCRIPT),
    "/picture.png": ("image/png", picture(7, 5)),
}


class Site(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, fields, body=b""):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/start":
            self.answer(302, {"Location": "/index.html"})
        elif self.path in FILES:
            kind, body = FILES[self.path]
            if kind.startswith("text/"):
                self.answer(200, {"Content-Type": kind, "Content-Encoding": "gzip"}, gzip.compress(body))
            else:
                self.answer(200, {"Content-Type": kind}, body)
        else:
            self.answer(404, {})

    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200, {"Content-Type": "application/json"}, b'{"hits": %d}' % len(asked))

    def log_message(self, *_):
        pass


def visit(browser, har=None, record=None):
    """What a person would see; `record`: where the browser writes a HAR file of its own."""
    context = browser.new_context(**({"record_har_path": record, "record_har_content": "embed"} if record else {}))
    if har:
        context.route_from_har(har, not_found="abort")
    page = context.new_page()
    page.goto(URL, wait_until="load")
    page.wait_for_function("document.getElementById('answer').textContent != ''", timeout=10_000)
    seen = page.evaluate("""() => ({
        url: location.href, title: document.title, text: document.body.innerText,
        color: getComputedStyle(document.querySelector('h1')).color,
        width: document.querySelector('img').naturalWidth })""")
    context.close()
    return seen


def record_a_visit(trafrec, browser, log, har):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 8080), Site)
    threading.Thread(target=server.serve_forever).start()
    recorder = subprocess.Popen([trafrec, "record", "-i", "lo", "--port", "8080", "-l", log],
                                stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        for line in recorder.stderr:
            if "recording on lo" in line:
                break
        else:
            sys.exit("the recorder does not start")
        return visit(browser, record=har)
    finally:
        recorder.send_signal(signal.SIGINT)
        recorder.communicate()
        server.shutdown()
        server.server_close()


def exchanges(trafrec, log, har):
    """Method, URL, status and body of each, with the body's encodings taken off."""
    subprocess.run([trafrec, "export", log, "--format", "har", "-o", har], check=True)
    entries = json.loads(pathlib.Path(har).read_text(encoding="utf-8"))["log"]["entries"]
    return sorted((entry["request"]["method"], entry["request"]["url"], entry["response"]["status"],
                   entry["response"]["content"].get("text", "")) for entry in entries)


def main():
    trafrec, chromium = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        log, har = folder + "/log", folder + "/site.har"
        own, imported = folder + "/own.har", folder + "/imported"
        served = record_a_visit(trafrec, browser, log, own)
        recorded = exchanges(trafrec, log, har)
        replayed = visit(browser, har)
        browser.close()
        print("from the server  ", served)
        print("from the HAR file", replayed)
        expected = {"url": "http://127.0.0.1:8080/index.html", "title": "Recorded", "text": "Gr\u00fc\u00dfe\n\n15 hits",
                    "color": "rgb(1, 2, 3)", "width": 7}
        if served != expected or replayed != expected:
            sys.exit(f"expected          {expected}")
        subprocess.run([trafrec, "import", own, "-l", imported, "--quiet"], check=True)
        theirs = exchanges(trafrec, imported, folder + "/imported.har")
        print(f"Chromium's own HAR file: {len(theirs)} exchanges, the recorder's {len(recorded)}")
        if theirs != recorded:
            sys.exit(f"recorded {recorded}\nimported {theirs}")


if __name__ == "__main__":
    main()
