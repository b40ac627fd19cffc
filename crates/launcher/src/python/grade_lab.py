"""Marks one learner's notebook in a kernel of its own; whoever calls it keeps both apart from the machine.

python grade_lab.py JOB

JOB is JSON: {"notebook": its path, "folder": where the kernel runs, "environment": what is set,
"load": the first cell, "labs": [{"lab", "given": [code cells of the master that hold no solution],
"exercises": [name, ...]}, ...], "seconds": for each run, "bytes": of memory, "isolated": whether it is}.
Prints lines of JSON: {"lab", "exercises", "flags"} or {"no_notebook": why}, then for each exercise {"exercise",
"verdict", "reason", "seconds"}.

Of the learner's notebook only items are taken (functions, types, imports ...): a function sees no variables, so
that is all that a check can depend on, and no statement of theirs runs but inside a check.
"""

import contextlib
import ctypes
import json
import os
import queue
import re
import resource
import signal
import sys
import time

MOST_OUTPUT = 4_000_000
VERDICT = "application/vnd.convlab.verdict+json"
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
ITEM = re.compile(
    r"(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?"
    r"(?:(?:async|unsafe|default|const(?=\s+(?:fn|unsafe|extern))|extern(?:\s*\"[^\"]*\")?)\s+)*"
    r"(fn|struct|enum|union|trait|impl|mod|type|use|static|const|macro_rules!)\b\s*(\w*)"
)
LITERAL = re.compile(
    r"//[^\n]*|[bc]?r(#*)\".*?\"\1|[bc]?\"(?:\\.|[^\"\\])*\"|b?'(?:\\.[^']*|[^'\\])'|'\w+", re.DOTALL
)


# --- What a notebook holds -------------------------------------------------------------------------------------------


COMMENT_MARK = re.compile(r"/\*|\*/")


def end_of_comment(code, at):
    depth = 0
    for mark in COMMENT_MARK.finditer(code, at):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(code)


def tokens(code):
    """Pairs of a place and a bracket, a semicolon or another visible character; texts and comments are skipped."""
    at = 0
    while at < len(code):
        literal = LITERAL.match(code, at)
        if code.startswith("/*", at):
            at = end_of_comment(code, at)
        elif literal:
            if not literal.group().startswith("//"):
                yield at, "literal"
            at = literal.end()
        else:
            if not code[at].isspace():
                yield at, code[at]
            at += 1


def bare(code):
    """The code with blanks for its comments and for what stands in its texts, of the same length."""
    kept, at = [], 0
    while at < len(code):
        literal = LITERAL.match(code, at)
        end = end_of_comment(code, at) if code.startswith("/*", at) else literal.end() if literal else at + 1
        piece = code[at:end]
        if piece.startswith(("//", "/*")):
            piece = re.sub(r"[^\n]", " ", piece)
        elif literal and piece.endswith('"') and len(piece) > 1:
            quote = piece.index('"')
            piece = piece[: quote + 1] + re.sub(r"[^\n]", " ", piece[quote + 1 : -1]) + '"'
        kept.append(piece)
        at = end
    return "".join(kept)


def chunks(code):
    """The statements and items of a cell, cut where a semicolon or a closing brace ends one."""
    start, depth, braced, plain = None, 0, True, bare(code)
    stream = list(tokens(code))
    for n, (at, token) in enumerate(stream):
        if start is None:
            start, item = at, ITEM.match(plain, at)
            braced = not (item and item.group(1) in ("use", "type", "static", "const"))
        depth += token in "([{" and token != "literal"
        depth -= token in ")]}" and token != "literal"
        following = code[stream[n + 1][0] : stream[n + 1][0] + 6] if n + 1 < len(stream) else ""
        closes = token == "}" and braced and not re.match(r"else\b|[.?;),=<>&|+*/-]", following)
        if depth <= 0 and (token == ";" or closes):
            yield code[start : at + 1]
            start, depth = None, 0
    if start is not None:
        yield code[start:]


def items(code):
    """The cell's items, each as (kind, name, text)."""
    code = "\n".join("" if line.startswith((":", "!")) else line for line in code.split("\n"))
    for chunk in chunks(code):
        found = ITEM.match(bare(chunk))
        if found:
            kind, name = found.groups()
            yield kind, name if kind not in ("use", "impl") else chunk, chunk


class NoNotebook(Exception):
    """The file is no notebook that can be read; the text says what to do."""


def text_of(source):
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def read(path):
    """The notebook's code cells, each as (id, code)."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise NoNotebook("it is UTF-16: save it as UTF-8")
    try:
        notebook = json.loads(data.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise NoNotebook(f"it is not JSON: {error}") from None
    if not isinstance(notebook, dict):
        raise NoNotebook("it has no cells")
    if "worksheets" in notebook:
        raise NoNotebook("its format is 3: `jupyter nbconvert --to notebook --nbformat 4` makes it one of today")
    found = notebook.get("cells")
    if not isinstance(found, list):
        raise NoNotebook("it has no cells")
    code = [cell for cell in found if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    # A lone half of a pair of UTF-16 cannot be sent to a kernel.
    clean = lambda text: text.encode("utf-8", "replace").decode()
    return [(str(cell.get("id", "")), clean(text_of(cell.get("source")))) for cell in code]


def lab_of(cells, labs):
    """The lab with which the notebook has most exercises in common."""
    names = {cell for cell, _ in cells} | {name for _, code in cells for kind, name, _ in items(code) if kind == "fn"}
    best = max(labs, key=lambda lab: len(names & set(lab["exercises"])))
    if not names & set(best["exercises"]):
        raise NoNotebook("it has no exercise of any lab")
    return best


FLAGS = re.compile(
    r"\b(unsafe|extern|no_mangle|link_section|asm|libc|evcxr_display|Displayed|std::(?:process|fs|env|os|net|thread))\b"
)


def flags(texts):
    """What in the learner's code someone should look at, whatever the verdict."""
    return sorted({found for text in texts for found in FLAGS.findall(bare(text))})


def answers(cells, names):
    """The learner's function for each exercise, and all their other items in order.

    What stands in the exercise's own cell counts, unless it is still to do: the cell may have been copied, moved or
    split. Of several the last counts.
    """
    best, others = {}, {}
    for cell, code in cells:
        for kind, name, text in items(code):
            if kind == "fn" and name in names:
                rank = ("todo!(" not in bare(text), cell == name)
                if name not in best or rank >= best[name][0]:
                    best[name] = (rank, text)
            else:
                others.pop((kind, name), None)
                others[kind, name] = text
    return {name: text for name, (_, text) in best.items()}, others


# --- The kernel ------------------------------------------------------------------------------------------------------


class Trouble(Exception):
    """The kernel cannot go on; the text says why."""


class Kernel:
    """A kernel that has loaded the helper crate and knows the learner's items."""

    def __init__(self, job, texts):
        self.job, self.texts, self.manager, self.refused = job, texts, None, {}

    def begin(self):
        from jupyter_client.manager import KernelManager

        self.manager = KernelManager(kernel_name="convlab")
        self.manager.start_kernel(cwd=self.job["folder"], stdout=2, stderr=2)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        status, _, text = self.run(self.job["load"], 300)
        if status != "ok":
            raise RuntimeError(f"the helper crate cannot be loaded: {text}")
        self.define()

    def define(self):
        """Everything in one cell if it compiles; else one by one, twice for what stands before what it needs."""
        if self.run("\n".join(self.texts.values()), self.limit(60))[0] == "ok":
            return
        left = dict(self.texts)
        for _ in range(2):
            for key, text in list(left.items()):
                status, _, told = self.run(text, self.limit(60))
                if status == "ok":
                    del left[key]
                self.refused[key] = told
        self.refused = {key: self.refused[key] for key in left}

    def limit(self, least):
        return max(least, self.job["seconds"])

    def run(self, code, seconds):
        """Returns the reply's status, the verdict that was shown and what went wrong."""
        if self.manager is None:
            self.begin()
        request = self.client.execute(code, store_history=False)
        ends, size, verdict, errors, idle = time.monotonic() + seconds, 0, None, [], False
        while not idle:
            if time.monotonic() > ends:
                raise Trouble(f"it ran longer than {seconds} s")
            if size > MOST_OUTPUT:
                raise Trouble("it printed without end")
            try:
                message = self.client.get_iopub_msg(timeout=0.5)
            except queue.Empty:
                if not self.manager.is_alive():
                    raise Trouble("it ended the kernel") from None
                continue
            kind, content = message["msg_type"], message["content"]
            size += len(str(content))
            if message["parent_header"].get("msg_id") != request:
                continue
            if kind == "error":
                errors += content["traceback"] or [content["evalue"]]
            elif kind in ("execute_result", "display_data"):
                verdict = content["data"].get(VERDICT, verdict)
            idle = kind == "status" and content["execution_state"] == "idle"
        text = ANSI.sub("", "\n".join(errors)).strip()
        if "Subprocess terminated" in text:
            raise Trouble("it ended the process" + ended(text))
        return "error" if errors else "ok", verdict, text

    def end(self):
        """Ends the kernel and all that it and the learner's code have started."""
        if self.manager is not None:
            with contextlib.suppress(Exception):
                self.client.stop_channels()
                self.manager.shutdown_kernel(now=True)
            with contextlib.suppress(Exception):
                os.killpg(self.manager.provisioner.pgid, signal.SIGKILL)
            self.manager = None
        if self.job["isolated"]:
            # Whatever the learner's code has started: but for this one, all in this sandbox is of it.
            with contextlib.suppress(OSError):
                end_all_others()


def end_all_others():
    own = {os.getpid(), 1}
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) not in own:
            with contextlib.suppress(OSError):
                os.kill(int(name), signal.SIGKILL)


def ended(text):
    found = re.search(r"(exit status: \d+|signal: [^\n]*)", text)
    return f" ({found.group(1)})" if found else ""


def short(text):
    """The compiler's first complaint."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return next((line for line in lines if line.lower().startswith("error")), lines[0] if lines else "")


def mark(job):
    try:
        cells = read(job["notebook"])
        lab = lab_of(cells, job["labs"])
    except NoNotebook as error:
        tell(no_notebook=str(error))
        return
    names = lab["exercises"]
    texts, others = answers(cells, names)
    tell(lab=lab["lab"], exercises=names, flags=" ".join(flags([*texts.values(), *others.values()])))
    given = {}
    for code in lab["given"]:
        given.update({(kind, name): text for kind, name, text in items(code)})
    known = {**given, **others, **{("fn", name): text for name, text in texts.items()}}
    kernel = Kernel(job, known)
    for name in names:
        verdict, reason, seconds = "not attempted", "the notebook has no such function", 0.0
        if name in texts:
            # The learner may have a `check` of their own; none can take the place of the crate's.
            verdict, reason, seconds = judged(kernel, name, f"(::convlab::check::{name}({name}))")
        tell(exercise=name, verdict=verdict, reason=reason[:4000], seconds=round(seconds, 1))
    kernel.end()


def judged(kernel, name, code):
    """The verdict, its reason and the seconds; a kernel that got into trouble is replaced for the next exercise."""
    started = time.monotonic()
    try:
        if kernel.manager is None:
            kernel.begin()
        if ("fn", name) in kernel.refused:
            return "does not compile", short(kernel.refused["fn", name]), 0.0
        started = time.monotonic()
        status, verdict, text = kernel.run(code, kernel.job["seconds"])
    except Trouble as trouble:
        kernel.end()
        return "stopped", str(trouble), time.monotonic() - started
    except Exception as error:
        kernel.end()
        return "not marked", f"{type(error).__name__}: {error}", time.monotonic() - started
    seconds = time.monotonic() - started
    if isinstance(verdict, str):
        verdict = json.loads(verdict)
    if status != "ok":
        return "does not compile", short(text), seconds
    if not verdict or verdict.get("exercise") != name:
        return "stopped", "the check shows no verdict", seconds
    return verdict["verdict"], verdict["reason"], seconds


# --- Limits -----------------------------------------------------------------------------------------------------------


def tell(**facts):
    print(json.dumps(facts), flush=True)


def limited(job):
    """No single process may have more memory, write larger files or leave its image; nor may there be too many."""
    limits = {
        resource.RLIMIT_DATA: job["bytes"],
        resource.RLIMIT_FSIZE: 1 << 30,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 4096,
    }
    if job["isolated"]:
        limits[resource.RLIMIT_NPROC] = 1024
    for limit, value in limits.items():
        with contextlib.suppress(ValueError):
            resource.setrlimit(limit, (value, value))
    # Nothing of this process can be opened below /proc, whose output holds the rows.
    set_dumpable = 4
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(set_dumpable, 0)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    os.environ.update(job["environment"])
    os.makedirs(job["folder"], exist_ok=True)
    limited(job)
    mark(job)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
