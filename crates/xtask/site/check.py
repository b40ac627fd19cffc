"""Opens every page of a site in Chromium, wide and narrow, light and dark, and fails on what a reader would miss.

python check.py SITE AXE CHROMIUM [FOLDER FOR SCREENSHOTS]

AXE is axe-core's axe.min.js; the Python needs the package playwright. Told are: errors on the console, requests that
leave the site, violations that axe-core calls serious or critical, pages wider than the screen, players that do not
play, slides without their notes, contents whose columns collide, a pad at odds with itself.
"""

import functools
import glob
import http.server
import os
import sys
import threading

from playwright.sync_api import sync_playwright

SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def served(site):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def plays(page):
    """Whether the first player moves on by a key, by a click on its last button, and by itself."""
    player = page.locator(".convlab-steps").first
    player.scroll_into_view_if_needed()
    caption, seen = player.locator(".cl-step"), []
    player.focus()
    page.keyboard.press("Home")
    for act in (lambda: page.keyboard.press("ArrowRight"), lambda: player.locator("button").last.click()):
        seen.append(caption.inner_text())
        act()
    seen.append(caption.inner_text())
    player.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1500)
    seen.append(caption.inner_text())
    return len(set(seen)) == len(seen)


def finds(page):
    """Whether a word of the labs is found with a link to its section, and one that is not there is not."""
    counts = []
    for word in ("convolution", "qqqq"):
        page.get_by_role("searchbox").fill(word)
        counts.append(page.locator("#found a[href*='#']").count())
    return counts[0] > 0 and counts[1] == 0


# The least room in pixels that a number of the contents takes to the left of its title.
COLLIDE = """() => [...document.querySelectorAll(".contents a")].flatMap(link => [...link.getClientRects()]).some(line =>
  [...document.querySelectorAll(".contents li")].some(item => {
    const room = item.getBoundingClientRect().left - line.right;
    return item.getBoundingClientRect().left > line.left + 30 && room < 40;
  }))"""


def pad_faults(page):
    """What is wrong with the pad of the front page as it is shown first."""
    said, table = page.locator("#reader [role=status]").inner_text(), page.locator("#reader table").inner_text()
    if said.removesuffix(".").split(", with ")[-1] not in table:
        yield f"the pad says {said!r}, and its table says it otherwise"
    heights = [page.locator(f"{of} button").first.bounding_box()["height"] for of in ("#reader", ".convlab-steps")]
    if heights[0] < 0.9 * heights[1]:
        yield f"the pad's button is {heights[0]:.0f} pixels high, and the player's are {heights[1]:.0f}"


def faults(page, axe, name):
    if page.evaluate(COLLIDE):
        yield "the columns of the contents collide"
    if page.locator("#reader").count():
        yield from pad_faults(page)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield "wider than the screen"
    if page.locator(".convlab-steps").count() and "slides/" not in name and not plays(page):
        yield "the player does not play"
    if name == "search.html" and not finds(page):
        yield "the search does not find"
    page.evaluate(axe)
    for found in page.evaluate("axe.run().then(result => result.violations)"):
        if found["impact"] in ("serious", "critical"):
            yield f"{found['impact']}: {found['help']}: {found['nodes'][0]['html'][:160]}"


def main():
    site, axe, chromium, *shots = sys.argv[1:]
    with open(axe, encoding="utf-8") as file:
        axe = file.read()
    names = ["index.html", "lecturers.html", "search.html"]
    for folder in ("labs", "slides"):
        names += sorted(os.path.relpath(path, site) for path in glob.glob(os.path.join(site, folder, "*.html")))
    root, count = served(site), 0
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name in names:
            for size, (width, height) in SIZES.items():
                for scheme in ("light", "dark"):
                    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                    faults_found = []
                    page.on("console", lambda message: faults_found.append(message.text) if message.type == "error" else None)
                    page.on("pageerror", lambda error: faults_found.append(str(error)))
                    page.on("request", lambda request: request.url.startswith((root, "data:")) or faults_found.append(request.url))
                    page.goto(root + name)
                    faults_found += faults(page, axe, name)
                    if shots:
                        flat = name.replace("/", "-").removesuffix(".html")
                        path = os.path.join(shots[0], f"{flat}-{size}-{scheme}.png")
                        page.screenshot(path=path, full_page="slides" not in name)
                    for fault in faults_found:
                        print(f"{name}, {size}, {scheme}: {fault}")
                    count += len(faults_found)
                    page.close()
        browser.close()
    print(f"{len(names)} pages, {count} faults")
    sys.exit(count > 0)


main()
