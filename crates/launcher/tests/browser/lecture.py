"""A lecture: python lecture.py ROOT TOKEN NOTEBOOK. Fails with what the room or the speaker would miss."""

import sys

from chromium import Browser

root, token, notebook = sys.argv[1:]
PRESENT = "document.querySelector('.reveal .slides section.present:not(.stack)')"


def visible(selector):
    return f"[...document.querySelectorAll('{selector}')].filter((node) => node.checkVisibility()).length"


with Browser() as browser:
    page = browser.page()
    page.size(1920, 1080)

    # In JupyterLab: which edition this is, and the slides in a window of their own.
    page.go(f"{root}lab/tree/{notebook}?token={token}")
    page.until("document.body.innerText.includes('Lecture edition, with solutions')")
    page.until(visible(".jp-NotebookPanel .jp-MarkdownCell"))
    seen = browser.pages()
    page.press("r", "Alt")
    slides = browser.popup(seen)
    slides.size(1920, 1080)
    slides.until(PRESENT)
    assert "/rise/" in slides.value("location.pathname")

    # On the wall: the slide fills the window, its text can be read from the back row, and nothing else is there.
    slides.until(f"parseFloat(getComputedStyle({PRESENT}.querySelector('p, li')).fontSize) >= 44")
    width, height = slides.value(f"(() => {{ const box = {PRESENT}.getBoundingClientRect(); return [box.width, box.height]; }})()")
    assert width > 1880 and height > 1040, f"the slide is {width} by {height}"
    around = slides.value(
        f"(() => {{ const boxes = [...{PRESENT}.children].filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect());"
        "return [boxes[0].left, innerWidth - boxes[0].right, boxes[0].top, innerHeight - boxes.at(-1).bottom]; })()"
    )
    assert abs(around[0] - around[1]) < 40 and abs(around[2] - around[3]) < 40, f"not in the middle: {around}"
    for clutter in (".jp-Collapser", ".jp-InternalAnchorLink", ".jp-InputPrompt", ".convlab details"):
        assert slides.value(visible(clutter)) == 0, f"the room sees {clutter}"
    assert "Lecture edition" in slides.value("getComputedStyle(document.querySelector('.reveal'), '::after').content")
    slides.shot("slide-1.png")

    # A figure that a cell draws there is as large as the slide allows, and in view.
    def run_cell():
        slides.value(f"{PRESENT}.querySelector('.jp-CodeCell .cm-content').focus()")
        slides.press("Enter", "Control")
        slides.until(f"/\\d/.test({PRESENT}.querySelector('.jp-CodeCell .jp-InputPrompt').textContent)", 120)
        slides.press("Escape")

    run_cell()
    slides.press(" ")
    slides.until(f"{PRESENT}.textContent.includes('show::steps')")
    run_cell()
    box = slides.until(f"(() => {{ const b = {PRESENT}.querySelector('.convlab svg')?.getBoundingClientRect(); return b && [b.height, b.top, b.bottom]; }})()")
    assert box[0] > 400, f"the figure is {box[0]} pixels high"
    slides.until(f"{PRESENT}.querySelector('.cl-controls').getBoundingClientRect().bottom < innerHeight")
    assert slides.value(visible(".convlab details")) == 0, "the room sees the figure's text"
    slides.shot("slide-2.png")

    # The speaker's notes open from any slide, show each note once, and keep in step both ways.
    seen = browser.pages()
    slides.press("t")
    notes = browser.popup(seen)
    text = notes.until("document.getElementById('section').textContent && document.body.innerText")
    assert text.count("Ask first.") == 1 and text.count("5 min") == 1, text
    assert "Next: Two" in text and "slide 2 of 3" in text and "minutes 0 to 5" in text, text
    assert notes.value(r"/\d\d?.\d\d/.test(document.getElementById('time').textContent)"), text
    slides.press(" ")
    notes.until("document.body.innerText.includes('Wait for the room.') && document.body.innerText.includes('slide 3 of 3')")
    assert "Ask first." not in notes.value("document.body.innerText")
    notes.shot("notes.png")
    notes.value("document.getElementById('back').click()")
    slides.until(f"{PRESENT}.textContent.includes('show::steps')")
    notes.press(" ")
    slides.until(f"{PRESENT}.textContent.includes('The end')")
print("ok")
