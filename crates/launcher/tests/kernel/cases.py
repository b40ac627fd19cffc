"""Runs the cells of cases.json, which it reads on stdin, and says which show anything but what is expected of them.

python cases.py KERNEL HELPER    the folder of the crate that labs load

Of each cell a case expects: null, that it ends well; "text", that it ends well and shows this; "", that it shows
nothing; "error:text", that it fails and says so; a list, any of these. One kernel serves all, cleared between cases.
"""

import json
import re
import sys

from jupyter_client.manager import KernelManager

PRELUDE = f':dep convlab = {{ path = "{sys.argv[2]}" }}\nuse convlab::prelude::*;'
CONTROL = re.compile(r"\x1b\[[0-9;]*m")
# What evcxr and this kernel write around a cell is never shown.
OURS = ["evcxr_", "EVCXR_", "convlab_error_capture", "has gone missing", "file a bug"]


def run(client, code):
    """(status, all that is shown)"""
    shown = []

    def note(message):
        content = message["content"]
        if message["msg_type"] == "stream":
            shown.append(content["text"])
        elif message["msg_type"] in ("display_data", "execute_result"):
            shown.append(content["data"].get("text/plain", ""))
        elif message["msg_type"] == "error":
            shown.extend([content["ename"], content["evalue"], *content["traceback"]])

    reply = client.execute_interactive(code, timeout=300, allow_stdin=False, output_hook=note)
    return reply["content"]["status"], CONTROL.sub("", "\n".join(shown))


def fits(expected, status, shown):
    if isinstance(expected, list):
        return any(fits(one, status, shown) for one in expected)
    if expected is not None and expected.startswith("error:"):
        return status == "error" and expected.removeprefix("error:") in shown
    return status == "ok" and (expected is None or (expected in shown if expected else not shown.strip()))


def main():
    cases = json.loads(sys.stdin.read())
    manager = KernelManager(kernel_name=sys.argv[1])
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
    wrong, count = [], 0
    for case in cases:
        run(client, ":clear")
        if case.get("prelude"):
            run(client, PRELUDE)
        for code, expected in zip(case["cells"], case["expect"], strict=True):
            status, shown = run(client, code)
            count += 1
            if not fits(expected, status, shown) or any(word in shown for word in OURS):
                wrong.append(f"{case['id']}: {code!r}\n  expected {expected!r}, but {status}: {shown[-800:]!r}")
    client.stop_channels()
    manager.shutdown_kernel()
    assert not wrong, "\n".join(wrong)
    print(f"{count} cells are as expected")


main()
