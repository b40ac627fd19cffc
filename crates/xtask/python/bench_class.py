"""Runs one lab in many kernels at once, as a class would, and prints what each learner waits and takes.

python - NOTEBOOK KERNEL COUNT [COUNT ...]    after kernel_cost.py

`idle` is after the first cell, `most` is the most that was seen in a look each half second while the lab ran.
Processor seconds are those of a kernel and its compilers for the whole lab.
"""

import concurrent.futures
import os
import statistics
import sys
import threading
import time

import nbformat
from jupyter_client.manager import KernelManager


class Watch(threading.Thread):
    """The most memory that a kernel was seen with."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most, self.over = pid, 0, threading.Event()

    def run(self):
        while not self.over.wait(0.5):
            self.most = max(self.most, memory(self.pid))


def learner(kernel, cells, folder, all_ready):
    """One kernel's ready, first cell, lab in seconds; idle and most memory in GB; processor seconds."""
    begun = time.monotonic()
    manager = KernelManager(kernel_name=kernel)
    manager.start_kernel(cwd=folder)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=600)
        ready = time.monotonic() - begun

        def run(code):
            reply = client.execute_interactive(code, timeout=1800, output_hook=lambda message: None)
            if reply["content"]["status"] != "ok":
                raise RuntimeError(f"a cell failed: {code.splitlines()[0]}")

        run(cells[0])
        first = time.monotonic() - begun
        pid = manager.provisioner.pid
        all_ready.wait(timeout=600)
        idle = memory(pid)
        watch = Watch(pid)
        watch.start()
        begun = time.monotonic()
        for code in cells[1:]:
            run(code)
        lab = time.monotonic() - begun
        watch.over.set()
        return ready, first, lab, idle, watch.most, processor(pid)
    except Exception:
        # The others do not wait for this one.
        all_ready.abort()
        raise
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main():
    path, kernel, *counts = sys.argv[1:]
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    folder = os.path.dirname(os.path.abspath(path))
    print(f"{os.path.basename(path)}, {len(cells)} code cells, {os.cpu_count()} cores; median, and slowest or largest")
    print("kernels  failed  ready s      first cell s  lab s          idle GB     most GB     processor s")
    for count in map(int, counts):
        all_ready = threading.Barrier(count)
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            runs = [pool.submit(learner, kernel, cells, folder, all_ready) for _ in range(count)]
            concurrent.futures.wait(runs)
        good = [run.result() for run in runs if not run.exception()]
        for fault in {str(run.exception()) for run in runs if run.exception()}:
            print(f"  {fault or 'a kernel stopped'}")
        if good:
            waits = [f"{statistics.median(values):.1f} ({max(values):.1f})" for values in list(zip(*good))[:3]]
            space = [f"{statistics.median(values):.2f} ({max(values):.2f})" for values in list(zip(*good))[3:5]]
            spent = statistics.median(run[5] for run in good)
            row = f"{waits[0]:11}  {waits[1]:12}  {waits[2]:13}  {space[0]:10}  {space[1]:10}  {spent:.0f}"
            print(f"{count:7}  {count - len(good):6}  {row}", flush=True)


main()
