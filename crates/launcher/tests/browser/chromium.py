"""Drives a headless Chromium by its own protocol, so that tests need nothing beside what JupyterLab brings."""

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request

import websocket

KEYS = {" ": ("Space", 32), "Enter": ("Enter", 13), "Escape": ("Escape", 27)}
MODIFIERS = {"Alt": 1, "Control": 2, "Shift": 8}


class Page:
    """One page of the browser."""

    def __init__(self, browser, target):
        self.browser = browser
        self.socket = websocket.create_connection(target["webSocketDebuggerUrl"], suppress_origin=True, timeout=90)
        self.numbers = itertools.count(1)
        self.call("Page.enable")
        # A page in the background draws and counts as one in front.
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)

    def call(self, method, **params):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def go(self, url):
        self.call("Page.navigate", url=url)

    def value(self, expression):
        """What an expression of JavaScript comes to; promises are waited for."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("exception", {}).get("description", "an exception"))
        return result["result"].get("value")

    def until(self, expression, seconds=60):
        """Waits until an expression is true and returns what it comes to; an element counts as true."""
        expression = f"((found) => found instanceof Node || found)({expression})"
        end = time.monotonic() + seconds
        while True:
            with contextlib.suppress(RuntimeError):
                value = self.value(expression)
                if value:
                    return value
            if time.monotonic() > end:
                self.shot("never.png")
                raise AssertionError(f"after {seconds} s this is still not so: {expression}")
            time.sleep(0.2)

    def press(self, key, *modifiers):
        code, number = KEYS.get(key, (f"Key{key.upper()}", ord(key.upper()[0])))
        mask = sum(MODIFIERS[name] for name in modifiers)
        event = {"key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": mask}
        text = {"text": key} if len(key) == 1 and not mask else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", **event, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def shot(self, name):
        """A picture for whoever names a folder in CONVLAB_SHOTS."""
        import base64

        if folder := os.environ.get("CONVLAB_SHOTS"):
            picture = self.call("Page.captureScreenshot", format="png")["data"]
            with open(os.path.join(folder, name), "wb") as file:
                file.write(base64.b64decode(picture))


class Browser:
    """A browser of its own, with a profile of its own; it is ended with the block."""

    def __enter__(self):
        self.profile = tempfile.mkdtemp()
        words = [os.environ.get("BROWSER", "chromium"), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        words += ["--remote-debugging-port=0", "--disable-popup-blocking", f"--user-data-dir={self.profile}", "about:blank"]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = os.path.join(self.profile, "DevToolsActivePort")
        end = time.monotonic() + 60
        while not (os.path.exists(port) and os.path.getsize(port)):
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("the browser does not start")
            time.sleep(0.1)
        with open(port, encoding="utf-8") as file:
            self.port = file.readline().strip()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def pages(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/json") as answer:
            return [target for target in json.load(answer) if target["type"] == "page"]

    def page(self):
        return Page(self, self.pages()[0])

    def popup(self, seen, seconds=30):
        """The page that has been opened since `seen`, a list of pages."""
        old, end = {target["id"] for target in seen}, time.monotonic() + seconds
        while time.monotonic() < end:
            new = [target for target in self.pages() if target["id"] not in old]
            if new:
                return Page(self, new[0])
            time.sleep(0.2)
        raise AssertionError("no window has been opened")
