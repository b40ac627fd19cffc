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

KEYS = {" ": ("Space", 32), "Enter": ("Enter", 13), "Escape": ("Escape", 27), "End": ("End", 35), "Home": ("Home", 36)}
KEYS |= {f"Arrow{name}": (f"Arrow{name}", 37 + at) for at, name in enumerate(("Left", "Up", "Right", "Down"))}
MODIFIERS = {"Alt": 1, "Control": 2, "Shift": 8}


class Page:
    """One page of the browser."""

    def __init__(self, browser, target):
        self.browser = browser
        self.socket = websocket.create_connection(target["webSocketDebuggerUrl"], suppress_origin=True, timeout=90)
        self.numbers = itertools.count(1)
        # Every address that was asked for, and every error of a script.
        self.requests, self.errors = [], []
        for domain in ("Page", "Network", "Runtime"):
            self.call(f"{domain}.enable")
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
            self.note(answer)

    def note(self, event):
        params = event.get("params", {})
        if event.get("method") == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(params["exceptionDetails"].get("exception", {}).get("description", "an error"))

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
                text = self.value("document.body.innerText.slice(-2000)")
                raise AssertionError(f"after {seconds} s this is still not so: {expression}; the page says:\n{text}")
            time.sleep(0.05)

    def press(self, key, *modifiers):
        code, number = KEYS.get(key, (f"Key{key.upper()}", ord(key.upper()[0])))
        mask = sum(MODIFIERS[name] for name in modifiers)
        event = {"key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": mask}
        text = {"text": "\r"} if key == "Enter" else {"text": key} if len(key) == 1 and not mask else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", **event, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def box(self, selector):
        """Left, top, width and height of the first element that fits, scrolled into view."""
        return self.value(f"(() => {{ const node = document.querySelector({json.dumps(selector)});"
                          "node.scrollIntoView({block: 'center'}); const box = node.getBoundingClientRect();"
                          "return [box.left, box.top, box.width, box.height]; })()")

    def mouse(self, kind, x, y, down=False):
        """`kind` is Moved, Pressed or Released."""
        button = "left" if down or kind == "Released" else "none"
        self.call("Input.dispatchMouseEvent", type=f"mouse{kind}", x=x, y=y, button=button, buttons=int(down), clickCount=1)

    def drag(self, points):
        self.mouse("Moved", *points[0])
        self.mouse("Pressed", *points[0], True)
        for point in points[1:]:
            self.mouse("Moved", *point, True)
        self.mouse("Released", *points[-1])

    def click(self, selector):
        left, top, width, height = self.box(selector)
        self.drag([(left + width / 2, top + height / 2)])

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

    def open(self, url, width=1280, height=900):
        """Another page."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/json/new?about:blank", method="PUT")
        with urllib.request.urlopen(request) as answer:
            page = Page(self, json.load(answer))
        page.size(width, height)
        page.go(url)
        return page

    def popup(self, seen, seconds=30):
        """The page that has been opened since `seen`, a list of pages."""
        old, end = {target["id"] for target in seen}, time.monotonic() + seconds
        while time.monotonic() < end:
            new = [target for target in self.pages() if target["id"] not in old]
            if new:
                return Page(self, new[0])
            time.sleep(0.2)
        raise AssertionError("no window has been opened")
