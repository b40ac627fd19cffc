"""Executes one notebook in a fresh kernel and writes it, executed, as .ipynb and self-contained .html.

python run_lab.py NOTEBOOK KERNEL OUT SECONDS_PER_CELL FOLDER solutions|starters

The cells run in FOLDER. Of a notebook with `starters` every check must say that nothing was attempted, and what
stops a cell is no fault where only an answer is missing.

Prints one line of JSON per event: {"event": "cell", ...} as each cell ends, {"event": "fault", ...} for what makes
the run fail, {"event": "end", ...} last. nbclient runs the cells, all of them, so this looks at what they leave behind;
evcxr as it comes answers "ok" to a panic and to a failing `?` too. A master's cell can name the numbers that its
result must lie between, in its metadata: "convlab": {"expect": {"full": [0.90, 0.94], "quick": …, "offline": …}}.
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

# How the errors begin that the labs' kernel gives a cell that stops (crates/kernel/src/stops).
QUESTION_MARK = "■ The cell stopped at `?`: "
PANIC = "■ The cell stopped in a panic: "
VERDICT = re.compile(r"^(✘ not yet|○ not attempted|⚠ your code stopped)", re.MULTILINE)
DIED = "Subprocess terminated"
TODO = "not yet implemented"
LET = re.compile(r"\blet\s+(?:mut\s+)?([\w\s,()]+?)\s*[:=]")
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def report(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


def plain(output):
    """The text of an output that is no stream."""
    if output.output_type == "error":
        return "\n".join(output.traceback) or output.evalue
    text = output.data.get("text/plain", "")
    return text if isinstance(text, str) else "".join(text)


def fault_of(cell, stock):
    """What went wrong in an executed cell, as a kind and a message, or None."""
    stderr = "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stderr").strip()
    for text in [plain(o) for o in cell.outputs if o.output_type != "stream"]:
        if text.startswith(PANIC):
            return "panic", text.removeprefix(PANIC)
        if text.startswith(QUESTION_MARK):
            return "error", text.removeprefix(QUESTION_MARK)
        if VERDICT.search(text):
            return "check", text
    errors = [o for o in cell.outputs if o.output_type == "error"]
    if errors:
        died = any(o.ename == "Kernel" or DIED in plain(o) for o in errors)
        return "kernel" if died else "error", "\n".join([*map(plain, errors), stderr])
    # evcxr as it comes leaves no mark: there all text on stderr must count.
    if stock and stderr:
        return "panic" if "panicked at" in stderr else "error", stderr
    return None


def surprise(cell):
    """What is wrong with a result that is a number the lab promises, as a kind and a message, or None."""
    quick, offline = (os.environ.get(f"CONVLAB_{name}") == "1" for name in ("QUICK", "OFFLINE"))
    way = "offline" if offline else "quick" if quick else "full"
    band = cell.metadata.get("convlab", {}).get("expect", {}).get(way)
    if band is None:
        return None
    result = "".join(plain(o) for o in cell.outputs if o.output_type == "execute_result").strip()
    try:
        if band[0] <= float(result) <= band[1]:
            return None
    except ValueError:
        pass
    return "result", f"expected a number from {band[0]} to {band[1]} ({way} run), but got {result or 'nothing'}"


def judge(cell, stock):
    fault = fault_of(cell, stock)
    if "raises-exception" not in cell.metadata.get("tags", []):
        return fault or surprise(cell)
    return None if fault else ("error", "this cell is meant to show an error, and none came")


class Starters:
    """Judges the cells of a notebook in which no exercise has been done."""

    def __init__(self):
        # The variables that are not there because the cell that makes them met a `todo!()`.
        self.missing = set()

    def judge(self, cell, stock):
        fault = fault_of(cell, stock)
        text = ANSI.sub("", fault[1]) if fault else ""
        if cell.id.startswith("check-"):
            is_open = text.startswith("○ not attempted")
            return None if is_open else ("check", f"the starter is not judged as not attempted: {text}")
        if TODO in text or any(f"cannot find value `{name}`" in text for name in self.missing):
            for names in LET.findall(cell.source):
                self.missing.update(re.findall(r"\w+", names))
            return None
        return judge(cell, stock)


def run(notebook, folder, kernel, seconds, judge):
    """Executes the cells in place until one takes the kernel down, and returns how many faults there were."""
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
            started, fatal = time.monotonic(), False
            try:
                client.execute_cell(cell, index, store_history=True)
                fault = judge(cell, stock="stock" in kernel)
            except DeadKernelError:
                fault, fatal = ("kernel", "the kernel died while this cell ran"), True
            except CellTimeoutError:
                fault, fatal = ("time", f"the cell ran longer than {seconds} s"), True
            report("cell", id=cell.id, seconds=time.monotonic() - started)
            if fault:
                faults += 1
                fatal = fatal or fault[0] == "kernel"
                rest = "\nThe cells after it were not run." if fatal else ""
                report("fault", id=cell.id, kind=fault[0], message=ANSI.sub("", fault[1]).strip() + rest)
            if fatal:
                break
    return faults


# nbconvert's page without its scripts: they come from other hosts, for formulas and diagrams that no lab has.
PAGE = """{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
"""


def write(notebook, name, out):
    """Writes both files beside their places first, so that neither is ever half-written."""
    page = HTMLExporter(template_name="lab", raw_template=PAGE)
    html, _ = page.from_notebook_node(notebook, {"metadata": {"name": name}})
    os.makedirs(out, exist_ok=True)
    for ending, text in [("ipynb", nbformat.writes(notebook)), ("html", html)]:
        path = os.path.join(out, f"{name}.{ending}")
        with open(f"{path}.partial", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(f"{path}.partial", path)


def main():
    path, kernel, out, seconds, folder, answers = sys.argv[1:]
    name = os.path.splitext(os.path.basename(path))[0]
    started = time.monotonic()
    notebook = nbformat.read(path, as_version=4)
    faults = run(notebook, folder, kernel, int(seconds), Starters().judge if answers == "starters" else judge)
    write(notebook, name, out)
    report("end", faults=faults, seconds=time.monotonic() - started)


main()
