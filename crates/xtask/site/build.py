"""Writes the course's pages and slides from executed labs, with nbconvert and the templates beside this file; fails
if a link in them leads nowhere.

python build.py EXECUTED_LABS LECTURES SITE REVEAL COURSE

EXECUTED_LABS holds each lab as .ipynb with its outputs, LECTURES the lecture's edition of each; SITE has the learner's
notebooks in `notebooks` and the reference in `api` already; REVEAL is a copy of reveal.js; COURSE is JSON:
{"image": ..., "repository": "OWNER/NAME" or null, "labs": [NAME, ...]}, the names of the labs to show, in order:
EXECUTED_LABS may hold others.
"""

import base64
import copy
import html
import html.parser
import json
import os
import re
import shutil
import sys
import urllib.parse

import jinja2
import nbformat
from nbconvert import HTMLExporter, SlidesExporter
from nbconvert.filters import markdown2html

HERE = os.path.dirname(os.path.abspath(__file__))
SOLUTION = re.compile(r"^( *)// BEGIN SOLUTION\n.*?// END SOLUTION\n", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"^ *// (BEGIN|END) SOLUTION\n", re.MULTILINE)


def exporter(kind, template):
    # `reveal` brings what marks where slides begin and end; the page itself is our template's.
    base = "reveal" if kind is SlidesExporter else "base"
    return kind(template_name=base, template_file=template, extra_template_paths=[HERE], exclude_anchor_links=True)


def with_starters(notebook):
    """The notebook with `todo!()` for each solution, which is kept in the cell's metadata."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and SOLUTION.search(cell.source + "\n"):
            cell.metadata.solution = MARK.sub("", cell.source + "\n").rstrip()
            cell.source = SOLUTION.sub(r"\1todo!()\n", cell.source + "\n").rstrip()
    return notebook


def for_learners(notebook):
    """The notebook without the cells that only the lecturer reads."""
    notebook.cells = [cell for cell in notebook.cells if "lecturer" not in cell.metadata.get("tags", [])]
    return notebook


def with_slides(notebook, lecture):
    """The notebook's cells on the slides where the lecture's edition has them, its notes between them."""
    shown = {cell.id: cell for cell in notebook.cells}
    for cell in lecture.cells:
        if cell.id in shown:
            shown[cell.id].metadata.slideshow = cell.metadata.slideshow
    notebook.cells = [shown.get(cell.id, cell) for cell in lecture.cells]
    return notebook


def read(path):
    """What the pages say of a lab, and its notebook."""
    notebook = nbformat.read(path, as_version=4)
    head = notebook.cells[0].source
    about, _, goals = head.partition("By the end you can")
    points = [line for line in goals.splitlines() if line.lstrip().startswith(("-", "*"))]
    return {
        "name": os.path.splitext(os.path.basename(path))[0],
        "title": head.splitlines()[0].removeprefix("# "),
        "minutes": re.search(r"(\d+) minutes", about).group(1),
        "goals": markdown2html("\n".join(points)),
        # As `cargo lab progress` counts them.
        "exercises": sum(cell.cell_type == "code" and cell.get("id", "").startswith("check-") for cell in notebook.cells),
        "notebook": notebook,
    }


def with_contents(lab):
    """Gives each section's heading an address, and lists the sections with their text for the search."""
    sections, seen = [], {}

    def head(found):
        title = html.unescape(re.sub(r"<[^>]+>", "", found.group(1))).strip()
        slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "section"
        seen[slug] = seen.get(slug, 0) + 1
        slug += f"-{seen[slug]}" if seen[slug] > 1 else ""
        sections.append({"id": slug, "title": title})
        return f'<h2 id="{slug}">{found.group(1)}</h2>'

    lab["cells"] = re.sub(r"<h2>(.*?)</h2>", head, lab["cells"], flags=re.DOTALL)
    # What is between the tags of these is no text; all other tags go below.
    texts = re.split(r'<h2 id="[^"]*">', re.sub(r"<(script|style|svg)\b.*?</\1>", " ", lab["cells"], flags=re.DOTALL))
    for section, text in zip(sections, texts[1:]):
        section["text"] = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())[:4000]
    lab["sections"] = sections


def player(labs):
    """The first figure of the labs in which a window slides: its numbers, its picture and its script."""
    for lab in labs:
        for cell in lab["notebook"].cells:
            for output in cell.get("outputs", []):
                page = output.get("data", {}).get("text/html", "")
                if "convlab-steps" in page:
                    return page
    return ""


def write(site, name, text):
    path = os.path.join(site, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class Page(html.parser.HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], set()
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src") and tag != "image":
                self.links.append(value)
            elif name == "id":
                self.anchors.add(value)


def dead_links(site):
    """Each link of our own pages to a file of the site, or a place in one, that is not there."""
    paths = [os.path.join(folder, name) for folder, _, names in os.walk(site) for name in names]
    pages = {path: Page(path) for path in paths if path.endswith(".html") and not path.startswith(os.path.join(site, "api"))}
    for path, page in pages.items():
        for link in page.links:
            url = urllib.parse.urlsplit(link)
            if url.scheme:
                continue
            target = os.path.normpath(os.path.join(os.path.dirname(path), urllib.parse.unquote(url.path))) if url.path else path
            there = os.path.isfile(target)
            if not there or (url.fragment and target in pages and url.fragment not in pages[target].anchors):
                yield f"{os.path.relpath(path, site)}: the link {link} leads nowhere"


def reader(executed, labs):
    """What the front page reads digits with: the weights that lab 06 has exported, and the scripts; None without that lab."""
    lab = next((lab["name"] for lab in labs if lab["name"].startswith("06")), None)
    if lab is None:
        return None
    with open(os.path.join(executed, "mnist-reader.safetensors"), "rb") as file:
        weights = base64.b64encode(file.read()).decode()
    scripts = []
    for name in ("reader.js", "reader_page.js"):
        with open(os.path.join(HERE, name), encoding="utf-8") as file:
            scripts.append(file.read())
    return {"lab": lab, "weights": weights, "script": "".join(scripts)}


def main():
    executed, lectures, site, reveal, course = sys.argv[1:]
    course = json.loads(course)
    labs = [read(os.path.join(executed, f"{name}.ipynb")) for name in course["labs"]]
    pages = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE), trim_blocks=True)
    lab_cells, slides = exporter(HTMLExporter, "cells.html.j2"), exporter(SlidesExporter, "slides.html.j2")

    def page(name, template, **facts):
        root = "../" * name.count("/")
        write(site, name, pages.get_template(template).render(root=root, course=course, labs=labs, **facts))

    for lab, before, after in zip(labs, [None, *labs], [*labs[1:], None]):
        notebook = with_starters(for_learners(lab["notebook"]))
        lab["cells"], _ = lab_cells.from_notebook_node(copy.deepcopy(notebook))
        # What is moved sideways on a narrow screen must be reached by the keyboard.
        lab["cells"] = lab["cells"].replace('<div style="overflow-x:auto">', '<div tabindex="0" style="overflow-x:auto">')
        with_contents(lab)
        page(f"labs/{lab['name']}.html", "lab.html", title=lab["title"], lab=lab, before=before, after=after)
        lecture = nbformat.read(os.path.join(lectures, f"{lab['name']}.ipynb"), as_version=4)
        shown, _ = slides.from_notebook_node(with_slides(notebook, lecture), {"title": lab["title"]})
        write(site, f"slides/{lab['name']}.html", shown)
    with open(os.path.join(site, "notebooks", "schedule.md"), encoding="utf-8") as file:
        schedule = markdown2html(file.read().replace("\n## ", "\n### ").removeprefix("# Schedule\n"))
    # A heading's link to itself, which only JupyterLab hides until the pointer is there.
    schedule = re.sub(r'<a class="anchor-link".*?</a>', "", schedule)
    page("index.html", "index.html", title="convlab: convolutional networks, by hand and in Rust", player=player(labs), reader=reader(executed, labs))
    page("search.html", "search.html", title="convlab: search")
    # A few hundred kilobytes at most, so a script of a page's length searches it; a generator would bring more than that.
    index = [[f"labs/{lab['name']}.html#{one['id']}", lab["title"], one["title"], one["text"]] for lab in labs for one in lab["sections"]]
    write(site, "search-index.js", f"window.searchIndex = {json.dumps(index)};\n")
    page("lecturers.html", "lecturers.html", title="convlab: for lecturers", schedule=schedule)
    for name in ["site.css", "slides.css", "search.js"]:
        shutil.copy(os.path.join(HERE, name), site)
    shutil.copytree(reveal, os.path.join(site, "slides", "reveal"))
    sys.exit("\n".join(dead_links(site)) or None)


main()
