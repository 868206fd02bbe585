"""A page that trafrec wrote, in headless Chromium: what its check needs to use it as a person would.

At the widths of a desktop and of a phone, light and dark: no request but for the file, no message on the console, no dialog, nothing
wider than the window. Prints what is wrong, a line each. With PICTURES, a folder, it leaves pictures there for a person to look at.

Chromium is driven over a pair of pipes (--remote-debugging-pipe): messages of the DevTools protocol, a zero behind each.
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile

FLAGS = ["--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run", "--no-default-browser-check",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
         "--hide-scrollbars", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND"]
LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]


class Chromium:
    def __init__(self, folder):
        to_read, self.to_browser = os.pipe()
        self.from_browser, to_write = os.pipe()
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        command = ["chromium", *FLAGS, *sandbox, f"--user-data-dir={folder}", "about:blank"]
        # The protocol's two ends are file descriptors 3 and 4.
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "bash", *command],
            pass_fds=(to_read, to_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.number = 0
        self.bytes = b""
        self.events = []
        self.session = None

    def attach(self):
        """Opens a page, and listens to what it does."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    def receive(self):
        while b"\0" not in self.bytes:
            more = os.read(self.from_browser, 1 << 20)
            if not more:
                sys.exit("chromium ended")
            self.bytes += more
        message, self.bytes = self.bytes.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def await_event(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.receive())

    def evaluate(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in result:
            sys.exit(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def press(self, key, code, text=""):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code,
                      **({"text": text} if text and kind == "keyDown" else {}))

    def close(self):
        self.session = None
        self.call("Browser.close")
        self.process.wait()


def look(browser, url, width, scheme, name, use, pictures):
    browser.events.clear()
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=844, deviceScaleFactor=1, mobile=False)
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.call("Page.navigate", url=url)
    browser.await_event("Page.loadEventFired")
    if pictures:
        picture(browser, pictures / f"{name}-{width}-{scheme}-closed.png")
    wrong = use(browser)
    if browser.evaluate("document.documentElement.scrollWidth") > width:
        wrong.append("it is wider than the window")
    if pictures:
        browser.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        picture(browser, pictures / f"{name}-{width}-{scheme}.png")
    return wrong + troubles(browser, url)


def troubles(browser, url):
    """What the page did that no page may, as sentences."""
    wrong = []
    for event in browser.events:
        name, params = event.get("method"), event.get("params", {})
        if name in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Page.javascriptDialogOpening"):
            wrong.append(f"{name}: {params}")
        elif name == "Network.requestWillBeSent" and params["request"]["url"] not in (url, "data:,"):
            wrong.append(f"it asks for {params['request']['url']}")
    return wrong


def picture(browser, path):
    height = browser.evaluate("document.documentElement.scrollHeight")
    shot = browser.call("Page.captureScreenshot", captureBeyondViewport=True,
                        clip={"x": 0, "y": 0, "width": browser.evaluate("innerWidth"), "height": min(height, 8000), "scale": 1})
    path.write_bytes(base64.b64decode(shot["data"]))


def check(name, use):
    """The command line's PAGE and PICTURES, in all looks; `use` gives what does not work in it, as sentences."""
    url = pathlib.Path(sys.argv[1]).resolve().as_uri()
    pictures = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Chromium(folder)
        browser.attach()
        for width, scheme in LOOKS:
            for sentence in look(browser, url, width, scheme, name, use, pictures):
                print(f"{width} pixels, {scheme}: {sentence}")
        browser.close()
