"""Sliders, the pad, a pixel to pick and figures in a real JupyterLab, moved by mouse and keyboard in a real browser.

python views.py LAB TOKEN FOLDER HELPER

LAB is JupyterLab's address, FOLDER the folder that it shows, HELPER the helper crate. It prints the times from an event
to its picture. `CONVLAB_AXE` names axe-core's `axe.min.js`, where that is to be asked too.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

from chromium import Browser

lab, token, folder, helper = sys.argv[1:]
lab = lab.rstrip("/")
AXE = os.environ.get("CONVLAB_AXE")

CELLS = [
    f':dep convlab = {{ path = "{helper}" }}\nuse convlab::prelude::*;\nlet side = 2i64;',
    'interact::slider("side", 1..=60, |side| show::image(&Tensor::ones([side, side], (Kind::Float, Device::Cpu))))?',
    "interact::draw(|digit| show::image(&digit))?",
    "let board = Tensor::arange(64, (Kind::Float, Device::Cpu)).view([1, 8, 8]) / 63;\n"
    'interact::pick(&board.shallow_clone(), move |row, column| format!("value {:.0}", board.double_value(&[0, row, column]) * 63.0))?',
    'interact::slider("fault", 0..=40, |n| { assert!(n != 3, "three is refused"); if n == 5 { std::thread::sleep(std::time::Duration::from_secs(2)); } format!("n is {n}") })?',
    "show::kernel(&Tensor::from_slice2(&[[0.5f32, -1.0], [2.0, 0.25]]))?",
]


def notebook(name):
    def cell(index, source):
        slide = {"slideshow": {"slide_type": "slide"}}
        return {"cell_type": "code", "id": f"cell-{index}", "metadata": slide, "execution_count": None, "outputs": [], "source": source}

    kernel = {"display_name": "Rust", "language": "rust", "name": "convlab"}
    content = {"cells": [cell(index, source) for index, source in enumerate(CELLS)],
               "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(content, file)


def rest(method, path):
    request = urllib.request.Request(f"{lab}{path}", method=method, headers={"Authorization": f"token {token}"})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"null")


OUTPUT = "document.querySelectorAll('.jp-CodeCell')[{}].querySelector('.jp-OutputArea')"


def output(cell):
    return OUTPUT.format(cell)


def mark(page):
    """Gives each cell a class of its own, so that selectors find it wherever JupyterLab puts it."""
    page.value("document.querySelectorAll('.jp-CodeCell').forEach((cell, at) => cell.classList.add(`cell-${at}`))")


def seconds(page, act, cell):
    """Milliseconds from the event in the page to the change that it makes in the cell's output."""
    page.value(f"""(() => {{
      const root = document.querySelector('.cell-{cell} .convlab-view');
      window.began = window.ended = null;
      for (const kind of ['input', 'pointermove', 'pointerdown', 'convlab-key'])
        root.addEventListener(kind, () => {{ window.began ??= performance.now(); }}, true);
      window.watch?.disconnect();
      window.watch = new MutationObserver((all) => {{
        const drawn = all.some((one) => [...one.addedNodes].some((node) => node.nodeName === 'IMG' || node.nodeName === 'PRE'));
        if (drawn && window.began !== null) window.ended ??= performance.now();
      }});
      window.watch.observe(root, {{ childList: true, subtree: true }});
    }})()""")
    act()
    page.until("window.ended !== null", 20)
    return page.value("window.ended - window.began")


def run_all(page):
    page.until("document.querySelectorAll('.jp-CodeCell').length >= 6", 120)
    mark(page)
    page.until("document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'", 120)
    # JupyterLab may still be busy with itself, and take no keys: the first cell's number says whether it has.
    end = time.monotonic() + 60
    while page.value("document.querySelector('.cell-0 .jp-InputPrompt').textContent") == "[ ]:":
        assert time.monotonic() < end, "no cell is run"
        page.click(".cell-0 .cm-content")
        page.press("Enter", "Shift")
        time.sleep(1)
    page.click(".cell-1 .cm-content")
    for _ in CELLS[1:]:
        page.press("Enter", "Shift")
    page.until(f"{output(5)}?.querySelector('svg')", 240)
    page.until("document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'", 60)
    mark(page)


def sliders(page):
    text = f"{output(1)}.querySelector('output').textContent"
    page.click(".cell-1 input[type=range]")
    page.press("Home")
    page.until(f"{text} === '1'")
    times = []
    for value in range(2, 26):
        times.append(seconds(page, lambda: page.press("ArrowRight"), 1))
        assert page.value(text) == str(value), page.value(text)
    # The notebook has not taken the arrows for its own: the slider moved, and its cell is still the active one.
    page.until(f"{output(1)}.querySelector('img').alt.includes('[1, 25, 25]') || {output(1)}.querySelector('img').alt.includes('25')")
    return times


def stroke(page, cell):
    left, top, width, height = page.box(f".cell-{cell} canvas")
    x = left + width / 2
    return [(x + width * 0.02 * step * (-1) ** step, top + height * (0.2 + 0.6 * step / 12)) for step in range(13)]


def pads(page):
    times = []
    said = f"{output(2)}.querySelector('.convlab-view').innerText"
    empty = f"{said}.includes('The pad is empty')"
    inked = f"{output(2)}.querySelector('.convlab-view img')?.alt.includes('shape [1, 28, 28]')"

    def clear():
        page.value(f"{output(2)}.querySelectorAll('button')[1].click()")
        page.until(empty)

    for _ in range(5):
        clear()
        points = stroke(page, 2)
        page.mouse("Moved", *points[0])
        page.mouse("Pressed", *points[0], True)
        page.until(inked)
        for point in points[1:]:
            times.append(seconds(page, lambda: page.mouse("Moved", *point, True), 2))
        page.mouse("Released", *points[-1])
    # The same with the keyboard alone: down, four steps, up; then undone.
    clear()
    page.value(f"{output(2)}.querySelector('canvas').focus()")
    for key in (" ", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", " "):
        page.press(key)
    page.until(inked)
    page.press("u")
    page.until(empty)
    return times


def picks(page):
    times = []
    said = f"{output(3)}.querySelector('.convlab-view pre')?.textContent"
    left, top, width, height = page.box(".cell-3 [role=application]")
    for column in (1, 3, 5, 7):
        x, y = left + width * (column + 0.5) / 8, top + height * 2.5 / 8
        times.append(seconds(page, lambda: page.drag([(x, y)]), 3))
        page.until(f"{said} === 'value {2 * 8 + column}'")
    page.value(f"{output(3)}.querySelector('[role=application]').focus()")
    page.press("ArrowUp")
    page.until(f"{said} === 'value {8 + 7}'")
    return times


def faults(page):
    said = f"{output(4)}.querySelector('.convlab-view').innerText"
    page.value(f"{output(4)}.querySelector('input').focus()")
    page.press("Home")
    for _ in range(3):
        page.press("ArrowRight")
    page.until(f"{said}.includes('three is refused')")
    page.press("ArrowRight")
    page.until(f"{said}.includes('n is 4')")
    # Two seconds of work: what is moved meanwhile is merged into its last value.
    page.press("ArrowRight")
    for _ in range(30):
        page.press("ArrowRight")
    page.until(f"{said}.includes('It waits')", 10)
    page.until(f"{said}.includes('n is 35')", 20)
    # A thousand events at once: the last one is what is shown.
    page.value(f"""(() => {{ const input = {output(1)}.querySelector('input');
      for (let n = 0; n < 1000; n++) {{ input.value = n % 50; input.dispatchEvent(new Event('input')); }} }})()""")
    page.until(f"{output(1)}.querySelector('output').textContent === '50'")
    page.until(f"{output(1)}.querySelector('img').alt.includes('50, 50')", 20)


def hovers(page):
    left, top, width, height = page.box(".cell-5 svg")
    page.mouse("Moved", left + width * 0.25, top + height * 0.2)
    tip = f"{output(5)}.querySelector('.cl-tip')?.textContent"
    page.until(f"{tip} === 'row 0, column 0: 0.5000'")
    page.value(f"{output(5)}.querySelector('[tabindex]').focus()")
    page.press("ArrowRight")
    page.until(f"{tip} === 'row 0, column 1: \\u22121.0000'")
    page.press("ArrowDown")
    page.until(f"{tip} === 'row 1, column 1: 0.2500'")


def axe(page):
    if not AXE:
        return
    with open(AXE, encoding="utf-8") as file:
        page.value(file.read() + ";0")
    for selector in (".convlab-view", "figure.convlab"):
        found = page.value(f"axe.run('{selector}').then((found) => found.violations.map((one) => [one.impact, one.help, one.nodes[0].html.slice(0, 200)]))")
        serious = [one for one in found if one[0] in ("serious", "critical")]
        assert not serious, serious
    print("axe-core finds nothing serious")


def restarts(page):
    """After a restart, and when the kernel is killed, an old view says what to do."""
    kernel = rest("GET", "/api/sessions")[0]["kernel"]["id"]
    rest("POST", f"/api/kernels/{kernel}/restart")
    said = f"{output(4)}.querySelector('.convlab-view').innerText"
    page.until("document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'", 60)
    page.value(f"{output(4)}.querySelector('input').focus()")
    page.press("Home")
    page.press("ArrowRight")
    page.until(f"{said}.includes('Run this cell again')", 20)
    page.click(".cell-0 .cm-content")
    for _ in CELLS:
        page.press("Enter", "Shift")
    page.until(f"{output(5)}?.querySelector('svg')", 120)
    page.until("document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'", 60)
    page.value(f"{output(4)}.querySelector('input').focus()")
    page.press("End")
    page.until(f"{said}.includes('n is 40')", 20)


def second_window(chromium, page, url):
    """Two windows on one notebook: each has the views, and each moves its own."""
    other = chromium.open(url)
    other.until("document.querySelectorAll('.convlab-view').length >= 4", 120)
    mark(other)
    other.until("document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'", 60)
    other.value(f"{output(4)}.querySelector('input').focus()")
    other.press("Home")
    other.press("ArrowRight")
    other.until(f"{output(4)}.querySelector('.convlab-view').innerText.includes('n is 1')", 20)
    page.value(f"{output(4)}.querySelector('input').focus()")
    page.press("End")
    page.until(f"{output(4)}.querySelector('.convlab-view').innerText.includes('n is 40')", 20)
    other.socket.close()


def killed(page):
    """The kernel's process is gone: JupyterLab starts another, and the old views say so."""
    programs = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    kernel = rest("GET", "/api/sessions")[0]["kernel"]["id"]
    pids = [int(line.split()[0]) for line in programs.splitlines() if f"kernel-{kernel}" in line]
    assert pids, programs
    os.kill(pids[0], signal.SIGKILL)
    said = f"{output(4)}.querySelector('.convlab-view').innerText"
    # JupyterLab sees it within some seconds and starts another.
    end = time.monotonic() + 30
    while not page.value(f"{said}.includes('Run this cell again')"):
        assert time.monotonic() < end, page.value(said)
        page.value(f"{output(4)}.querySelector('input').focus()")
        page.press("Home")
        page.press("ArrowRight")
        time.sleep(0.5)


def slides(chromium, name):
    """The same in live slides: the second one, its slider moved by the keyboard."""
    page = chromium.open(f"{lab}/rise/{name}?token={token}", 1920, 1080)
    page.until("document.querySelector('.reveal.ready .present .jp-CodeCell') && location.hash === '#/slide-0-0'", 120)
    page.press(" ")
    page.until("document.querySelector('.reveal .present .convlab-view input')", 30)
    page.value("document.querySelector('.reveal .present .convlab-view input').focus()")
    page.press("Home")
    page.press("ArrowRight")
    page.until("document.querySelector('.reveal .present .convlab-view output').textContent === '2'")
    page.until("document.querySelector('.reveal .present .convlab-view img').alt.includes('2, 2')")
    page.shot("slides.png")
    page.socket.close()


def told(name, times):
    ordered = sorted(times)
    print(f"{name}: median {statistics.median(times):.0f} ms, p95 {ordered[int(0.95 * (len(ordered) - 1))]:.0f} ms, {len(times)} events")


def main():
    notebook("views.ipynb")
    url = f"{lab}/lab/tree/views.ipynb?token={token}"
    with Browser() as chromium:
        page = chromium.open(url)
        run_all(page)
        told("slider", sliders(page))
        told("pad", pads(page))
        told("pixel", picks(page))
        faults(page)
        hovers(page)
        page.shot("views.png")
        axe(page)
        page.press("s", "Control")
        second_window(chromium, page, url)
        slides(chromium, "views.ipynb")
        restarts(page)
        killed(page)
        outside = [url for url in page.requests if not url.startswith((lab, "data:", "blob:", "about:"))]
        assert not outside, outside
        assert not page.errors, page.errors


main()
