"""A headless Chromium over its DevTools pipe, with nothing but the standard library.

Knows the protocol and what a visit leaves behind (requests, console); what a page has to be is check.py's business.
"""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
]
# A probe is one call, and the longest of them take 50 s on a slow machine.
PATIENCE = 240
NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextlib.contextmanager
def launched(binary=None):
    """A browser with a profile of its own; both are gone afterwards."""
    binary = binary or next(filter(None, map(shutil.which, NAMES)), None)
    if not binary:
        raise SystemExit("no Chromium here: name one as the last argument")
    with tempfile.TemporaryDirectory(prefix="gongshi-chromium-", ignore_cleanup_errors=True) as profile:
        browser = Chromium(binary, profile)
        try:
            yield browser
        finally:
            browser.close()


class Chromium:
    """One browser with one tab."""

    def __init__(self, binary, profile):
        to_browser, ours = os.pipe()
        theirs, from_browser = os.pipe()

        def descriptors():
            # The browser reads commands from 3 and answers on 4. Copies first: either number may be taken.
            read, write = os.dup(to_browser), os.dup(from_browser)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.process = subprocess.Popen(
            [binary, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=descriptors,
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self.out, self.into = ours, theirs
        self.buffer, self.number, self.events = b"", 0, []
        self.session = None
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Network.setCacheDisabled", cacheDisabled=True)

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
            self.process.wait(10)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()

    def call(self, method, **params):
        """Sends a command and waits for its answer; events that come before it are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data) :]
        end = time.monotonic() + PATIENCE
        while True:
            answer = self._message(end)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method, seconds=PATIENCE):
        """Waits for an event that has not been taken yet, and takes it."""
        end = time.monotonic() + seconds
        seen = 0
        while True:
            for event in self.events[seen:]:
                if event.get("method") == method:
                    return event
            seen = len(self.events)
            self.events.append(self._message(end))

    def settle(self, seconds):
        """Takes whatever else happens in this time."""
        end = time.monotonic() + seconds
        try:
            while True:
                self.events.append(self._message(end))
        except TimeoutError:
            return

    def _message(self, end):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.into], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise TimeoutError("the browser does not answer")
            piece = os.read(self.into, 1 << 20)
            if not piece:
                raise RuntimeError("the browser has ended")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def screen(self, width, height, dark=False, scripts=False, calm=False):
        """Size in CSS pixels; below 600 the browser says that it is a phone."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        motion = {"name": "prefers-reduced-motion", "value": "reduce" if calm else "no-preference"}
        self.call("Emulation.setEmulatedMedia", features=[scheme, motion])
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)

    def open(self, url):
        """Opens an address and waits until everything it asks for is there."""
        self.events.clear()
        result = self.call("Page.navigate", url=url)
        if result.get("errorText"):
            raise RuntimeError(f"{url}: {result['errorText']}")
        self.wait("Page.loadEventFired")

    def loaded(self):
        """Waits for the page that a click leads to."""
        self.wait("Page.loadEventFired")

    def run(self, script):
        """The value of an expression in the page."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"]))
        return result["result"].get("value")

    def status(self):
        """The status of the page itself: of the last document received."""
        found = None
        for event in self.events:
            if event.get("method") == "Network.responseReceived" and event["params"]["type"] == "Document":
                found = event["params"]["response"]["status"]
        return found

    def requests(self):
        """Every address asked for since the page was opened."""
        sent = (event for event in self.events if event.get("method") == "Network.requestWillBeSent")
        return [event["params"]["request"]["url"] for event in sent]

    def complaints(self):
        """What the console holds, and what could not be loaded."""
        found = []
        for event in self.events:
            method, params = event.get("method"), event.get("params", {})
            if method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
                found.append("console: " + " ".join(str(arg.get("value", "?")) for arg in params["args"]))
            elif method == "Runtime.exceptionThrown":
                found.append("exception: " + params["exceptionDetails"]["text"])
            elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
                found.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        return found

    def picture(self, path):
        """The whole page as PNG."""
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
