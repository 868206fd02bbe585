"""Records hostile traffic, and looks at the page that `trafrec patterns --html` makes of it.

usage: page_in_chromium.py TRAFREC CHROMIUM [PICTURES], on a network of its own (tools/dev check page). At the width of
a phone and of a desktop, light and dark: no request but for the file, no message on the console, no dialog, nothing
wider than the window, and plots and lists that the keyboard works. Without scripts the figures are there, too.
"""

import http.client
import http.server
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading

from playwright.sync_api import sync_playwright

PORT = 9200
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{main}}"
AGENTS = ["elasticsearch-py/7.10.1 (Python 3.11.7)", "curl/7.88.1", HOSTILE, "Go-http-client/1.1",
          "Apache-HttpAsyncClient/4.1.4 (Java/11.0.2)", "elasticsearch-ruby/7.1 (RUBY_VERSION: 2.7)", ""]
WIDTHS = (360, 1280)


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(503 if "fail" in self.path else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *_):
        pass


def send_traffic():
    for number, agent in enumerate(AGENTS * 3):
        client = http.client.HTTPConnection("127.0.0.1", PORT)
        for method, target, body in [
                ("POST", "/_bulk", '{"index":{"_index":"orders-2026.11.21"}}\n{"a":1}\n' * 3),
                ("GET", "/orders/_search?q=<script>alert(3)</script>", None),
                ("PUT", f"/orders/_doc/{number}", "{}"),
                ("GET", "/<img/src=x/onerror=alert(4)>", None),
                ("POST", "/fail/_doc", "{}")]:
            client.request(method, target.replace(" ", "%20"), body, {"User-Agent": agent} if agent else {})
            client.getresponse().read()
        client.close()


def record(trafrec, log):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Server)
    threading.Thread(target=server.serve_forever).start()
    recorder = subprocess.Popen([trafrec, "record", "-i", "lo", "--port", str(PORT), "-l", log],
                                stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        if not any("recording on lo" in line for line in recorder.stderr):
            sys.exit("the recorder does not start")
        send_traffic()
    finally:
        recorder.send_signal(signal.SIGINT)
        recorder.communicate()
        server.shutdown()
        server.server_close()


def look(browser, url, width, scheme, picture):
    """What is wrong with the page, as sentences."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    wrong, requests = [], []
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(url, wait_until="load")
    if page.evaluate("document.documentElement.scrollWidth") > width:
        wrong.append("it is wider than the window")
    plot = page.locator("svg[data-plot]").first
    plot.focus()
    page.keyboard.press("ArrowRight")
    said = page.locator("figure output").first.inner_text()
    if not said[:4].isdigit():
        wrong.append(f"the arrow key shows no figures: {said}")
    if width > 640:
        page.locator("#clients th button").nth(2).press("Enter")
        if page.locator("#clients th[aria-sort=descending]").count() != 1:
            wrong.append("the list does not sort")
    page.locator("#clients input").fill("curl")
    if page.locator("#clients tbody tr:visible").count() != 1:
        wrong.append("the filter does not filter")
    page.locator("#clients input").fill("")
    if picture:
        page.screenshot(path=picture, full_page=True)
    if requests != [url]:
        wrong.append(f"requests: {requests}")
    context.close()
    return wrong


def look_without_scripts(browser, url):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(url)
    text = page.locator("body").inner_text()
    context.close()
    return [f"without scripts there is no '{fact}'" for fact in
            ("When to cut over", "elasticsearch-py 7.10.1", "POST /_bulk", "p99") if fact not in text]


def main():
    trafrec, chromium = sys.argv[1:3]
    pictures = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    wrong = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        log, file = folder + "/log", folder + "/page.html"
        record(trafrec, log)
        subprocess.run([trafrec, "patterns", log, "--window", "100ms", "--html", file], check=True)
        url = pathlib.Path(file).as_uri()
        browser = playwright.chromium.launch(executable_path=chromium)
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                picture = pictures / f"patterns-{width}-{scheme}.png" if pictures else None
                found = look(browser, url, width, scheme, picture)
                print(f"{width} pixels, {scheme}: {found or 'well'}")
                wrong += found
        wrong += look_without_scripts(browser, url)
        browser.close()
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
