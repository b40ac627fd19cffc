"""Executes one notebook in a fresh kernel and writes it, executed, as .ipynb and self-contained .html.

python run_lab.py NOTEBOOK KERNEL OUT SECONDS_PER_CELL

Prints one line of JSON per event: {"event": "cell", ...} as each cell ends, {"event": "fault", ...} for what makes
the run fail, {"event": "end", ...} last. nbclient runs the cells; it does not see a panic or a failing `?`,
because evcxr answers "ok" to both, so this looks at what they print.
"""

import json
import os
import re
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert import HTMLExporter

PANIC = re.compile(r"thread .* panicked at|EVCXR_PANIC")
VERDICT = re.compile(r"^(✘ not yet|○ not attempted|⚠ your code stopped)", re.MULTILINE)
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def tell(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


def plain(output):
    """The text of an output, whatever its kind."""
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return "\n".join(output.traceback) or output.evalue
    text = output.data.get("text/plain", "")
    return text if isinstance(text, str) else "".join(text)


def fault_of(cell):
    """What went wrong in an executed cell, or None."""
    streams = [output for output in cell.outputs if output.output_type == "stream"]
    stderr = "".join(output.text for output in streams if output.name == "stderr")
    errors = [plain(output) for output in cell.outputs if output.output_type == "error"]
    if errors:
        return "error", "\n".join(errors)
    if PANIC.search(stderr):
        return "panic", stderr
    if stderr.strip():
        return "error", stderr
    for output in cell.outputs:
        if output.output_type != "stream" and VERDICT.search(plain(output)):
            return "check", plain(output)
    return None


def judge(cell):
    fault = fault_of(cell)
    meant = "raises-exception" in cell.metadata.get("tags", [])
    if meant and fault is None:
        return "error", "this cell is meant to show an error, and none came"
    return None if meant else fault


def run(path, kernel, seconds):
    notebook = nbformat.read(path, as_version=4)
    folder = os.path.dirname(os.path.abspath(path))
    client = NotebookClient(
        notebook,
        kernel_name=kernel,
        timeout=seconds,
        startup_timeout=300,
        allow_errors=True,
        resources={"metadata": {"path": folder}},
    )
    faults = 0
    with client.setup_kernel(cwd=folder):
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            started, fault, over = time.monotonic(), None, False
            try:
                client.execute_cell(cell, index, store_history=True)
                fault = judge(cell)
            except DeadKernelError:
                fault, over = ("kernel", "the kernel died while this cell ran"), True
            except CellTimeoutError:
                fault, over = ("time", f"the cell ran longer than {seconds} s"), True
            tell("cell", id=cell.id, index=index, seconds=time.monotonic() - started)
            if fault:
                faults += 1
                tell("fault", id=cell.id, index=index, kind=fault[0], message=ANSI.sub("", fault[1]).strip())
            if over:
                break
    return notebook, faults


def write(notebook, name, out):
    os.makedirs(out, exist_ok=True)
    exporter = HTMLExporter(template_name="lab")
    # The page must need no other host: formulas and widgets are not used by the labs.
    exporter.mathjax_url = exporter.require_js_url = exporter.jquery_url = exporter.widget_renderer_url = ""
    html, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": name}})
    html = re.sub(r'<script src=""></script>', "", html)
    nbformat.write(notebook, os.path.join(out, f"{name}.ipynb"))
    with open(os.path.join(out, f"{name}.html"), "w", encoding="utf-8") as page:
        page.write(html)


def main():
    path, kernel, out, seconds = sys.argv[1:]
    name = os.path.splitext(os.path.basename(path))[0]
    started = time.monotonic()
    notebook, faults = run(path, kernel, int(seconds))
    total = time.monotonic() - started
    write(notebook, name, out)
    tell("end", faults=faults, seconds=total)


main()
