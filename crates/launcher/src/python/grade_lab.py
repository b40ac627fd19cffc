"""Marks one learner's notebook in a kernel of its own, shut off from the network and from everybody's files.

python grade_lab.py JOB

JOB is JSON: {"notebook": its path, "folder": where the kernel runs, "kernels": where kernels have their folders,
"load": the first cell, "given": [code cells of the master that hold no solution], "checks": [[exercise, code], ...],
"seconds": for each run, "bytes": of memory}.
Prints a line of JSON for each exercise, {"exercise", "verdict", "reason", "seconds"}, and {"note"} for the marker.

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
import socket
import struct
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
    r"//[^\n]*|b?r(#*)\".*?\"\1|b?\"(?:\\.|[^\"\\])*\"|b?'(?:\\[^']+|[^'\\])'|'\w+", re.DOTALL
)


# --- What a notebook holds -------------------------------------------------------------------------------------------


def end_of_comment(code, at):
    depth = 0
    for mark in re.finditer(r"/\*|\*/", code[at:]):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return at + mark.end()
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


def chunks(code):
    """The statements and items of a cell, cut where a semicolon or a closing brace ends one."""
    start, depth, braced = None, 0, True
    stream = list(tokens(code))
    for n, (at, token) in enumerate(stream):
        if start is None:
            start, item = at, ITEM.match(code, at)
            braced = not (item and item.group(1) in ("use", "type", "static", "const"))
        depth += token in "([{" and token != "literal"
        depth -= token in ")]}" and token != "literal"
        following = code[stream[n + 1][0] :] if n + 1 < len(stream) else ""
        closes = token == "}" and braced and not re.match(r"else\b|[.?;),=<>&|+*/-]", following)
        if depth <= 0 and (token == ";" or closes):
            yield code[start : at + 1]
            start, depth = None, 0
    if start is not None:
        yield code[start:]


def items(code):
    """The cell's items, each as (kind, name, text)."""
    code = "\n".join("" if line.startswith(":") else line for line in code.split("\n"))
    for chunk in chunks(code):
        found = ITEM.match(chunk)
        if found:
            kind, name = found.groups()
            yield kind, name if kind not in ("use", "impl") else chunk, chunk


def cells(path):
    with open(path, encoding="utf-8") as file:
        notebook = json.load(file)
    for cell in notebook["cells"]:
        if cell.get("cell_type") == "code":
            source = cell.get("source", "")
            yield cell.get("id", ""), source if isinstance(source, str) else "".join(source)


def answers(path, names):
    """The learner's function for each exercise, and all their other items in order.

    What stands in the exercise's own cell counts most, then what was done elsewhere: the cell may have been copied,
    moved or split. Of several the last counts, and any before a starter.
    """
    best, others = {}, {}
    for cell, code in cells(path):
        for kind, name, text in items(code):
            if kind == "fn" and name in names:
                rank = ("todo!(" not in text, cell == name)
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
        if os.getpid() == 1:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)


def ended(text):
    found = re.search(r"(exit status: \d+|signal: [^\n]*)", text)
    return f" ({found.group(1)})" if found else ""


def short(text):
    """The compiler's first complaint."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return next((line for line in lines if line.lower().startswith("error")), lines[0] if lines else "")


def mark(job):
    names = [name for name, _ in job["checks"]]
    texts, others = answers(job["notebook"], names)
    given = {}
    for code in job["given"]:
        given.update({(kind, name): text for kind, name, text in items(code)})
    known = {**given, **others, **{("fn", name): text for name, text in texts.items()}}
    kernel = Kernel(job, known)
    for name, code in job["checks"]:
        verdict, reason, seconds = "not attempted", "the notebook has no such function", 0.0
        if name in texts:
            verdict, reason, seconds = judged(kernel, name, code)
        tell(exercise=name, verdict=verdict, reason=reason, seconds=round(seconds, 1))
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


# --- Apart from the rest of the machine ------------------------------------------------------------------------------

NEW_USERS, NEW_PROCESSES, NEW_NETWORK, NEW_MOUNTS = 0x10000000, 0x20000000, 0x40000000, 0x00020000

READ_ONLY, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 32, 4096, 16384, 1 << 18
# What a mount may have been given that stays.
KEPT = {"nosuid": 2, "nodev": 4, "noexec": 8, "noatime": 1024, "nodiratime": 2048, "relatime": 1 << 21}


def apart():
    """Leaves the network and, with all that will be started, the sight of other processes; returns libc if it could."""
    user, group = os.getuid(), os.getgid()
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(NEW_USERS | NEW_PROCESSES | NEW_NETWORK | NEW_MOUNTS) != 0:
            return None
        for name, text in [("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")]:
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
        raise_loopback()
    except (AttributeError, OSError):
        return None
    return libc


def sealed(libc, folder, kernels):
    """Leaves nothing to write to but the folder, which holds what kernels write too; returns whether it could."""

    def mount(source, target, flags):
        source, target = (path and path.encode() for path in (source, target))
        return libc.mount(source, target, None, flags, None) == 0

    own = os.path.join(folder, "kernels")
    os.makedirs(own, exist_ok=True)
    os.makedirs(kernels, exist_ok=True)
    if not mount("none", "/", PRIVATE | RECURSIVE) or not mount(folder, folder, BIND) or not mount(own, kernels, BIND):
        return False
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        mounts = [(fields[4].encode().decode("unicode_escape"), fields[5]) for fields in map(str.split, file)]
    for target, options in mounts:
        if target not in (folder, kernels):
            kept = sum(KEPT.get(option, 0) for option in options.split(","))
            mount(None, target, REMOUNT | BIND | READ_ONLY | kept)
    for name in ("TMPDIR", "JUPYTER_RUNTIME_DIR"):
        os.environ[name] = folder
    return not any(os.access(place, os.W_OK) for place in (os.path.expanduser("~"), "/tmp", "/"))


def raise_loopback():
    import fcntl

    get_flags, set_flags, up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, get_flags, request))[1]
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", b"lo", flags | up))


def end_with_parent():
    """On Linux: whoever interrupts the marking ends all of it."""
    set_death_signal = 1
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)


def tell(**facts):
    print(json.dumps(facts), flush=True)


def limited(job):
    """No single process may have more memory, write larger files or leave its image."""
    resource.setrlimit(resource.RLIMIT_DATA, (job["bytes"], job["bytes"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    libc = apart()
    if libc is None:
        tell(note="this system does not let a program leave the network: it was open to the learners' code")
    elif not sealed(libc, job["folder"], job["kernels"]):
        tell(note="this system does not let a program give up its files: the learners' code could write to yours")
    end_with_parent()
    # The first process after `apart` is the first of its own world: when it ends, all others in it do.
    child = os.fork()
    if child == 0:
        end_with_parent()
        limited(job)
        mark(job)
        sys.stdout.flush()
        os._exit(0)
    whole = 600 + 2 * len(job["checks"]) * (job["seconds"] + 60)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(whole)
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status) != 0)


if __name__ == "__main__":
    main()
