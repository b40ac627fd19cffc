"""The first start: python first_start.py ROOT TOKEN PAGE LAB ... Fails with what a newcomer would miss.

PAGE is what the launcher's own link opens; LAB are the names of the notebooks beside it.
"""

import sys

from chromium import Browser

root, token, first, *labs = sys.argv[1:]

with Browser() as browser:
    page = browser.page()
    page.size(1280, 800)
    page.go(f"{root}{first}?token={token}")
    page.until("document.querySelector('.jp-NotebookPanel .jp-MarkdownCell h1')")
    tabs = page.value("[...document.querySelectorAll('#jp-main-dock-panel .lm-TabBar-tabLabel')].map((one) => one.textContent)")
    assert tabs == [labs[0]], tabs
    page.until("/Rust.*Idle/s.test(document.querySelector('#jp-bottom-panel')?.innerText ?? '')", 90)
    # What nobody has touched is not shown as changed, whatever the kernel has said of itself meanwhile.
    page.value("new Promise((done) => setTimeout(done, 2000))")
    assert page.value("document.querySelectorAll('.jp-mod-dirty').length") == 0, "a lab is unsaved before it is touched"

    # The names of the labs can be read whole.
    names = page.until("[...document.querySelectorAll('.jp-DirListing-itemText')].map((one) => [one.textContent, one.scrollWidth <= one.clientWidth])")
    assert [name for name, _ in names if name in labs] == labs, names
    cut = [name for name, whole in names if not whole]
    page.shot("first-start.png")
    assert not cut, f"cut off: {cut}"

    # One kernel to choose, with a picture of its own.
    page.press("L", "Control", "Shift")
    cards = page.until("[...document.querySelectorAll('.jp-LauncherCard[data-category=Notebook]')].map((one) => [one.innerText.trim(), one.querySelector('img')?.src ?? ''])")
    page.shot("launcher.png")
    assert len(cards) == 1 and cards[0][0] == "Rust" and "logo-svg" in cards[0][1], cards
print("ok")
