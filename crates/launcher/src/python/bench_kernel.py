"""Times the cells of one lab in several kernels, one after the other, and prints a table.

python bench_kernel.py NOTEBOOK KERNEL [KERNEL ...]
"""

import os
import statistics
import sys
import time

import nbformat
from jupyter_client.manager import KernelManager

FIRST_PICTURE = "Tensor::arange(4, (Kind::Float, Device::Cpu)).view([2, 2])"


def measure(kernel, cells, folder):
    started = time.monotonic()
    manager = KernelManager(kernel_name=kernel)
    manager.start_kernel(cwd=folder)
    client = manager.client()
    client.start_channels()
    times = []
    try:
        client.wait_for_ready(timeout=300)
        ready = time.monotonic() - started

        def run(code):
            begun = time.monotonic()
            reply = client.execute_interactive(code, timeout=1800, output_hook=lambda message: None)
            if reply["content"]["status"] != "ok":
                sys.exit(f"{kernel}: a cell failed:\n{code}")
            return time.monotonic() - begun

        run(cells[0])
        run(FIRST_PICTURE)
        first = time.monotonic() - started
        times = [run(cell) for cell in cells[1:]]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    times.sort()
    p95 = times[min(len(times) - 1, round(0.95 * len(times)))]
    return ready, first, statistics.median(times), p95, sum(times)


def main():
    path, *kernels = sys.argv[1:]
    notebook = nbformat.read(path, as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    print(f"{os.path.basename(path)}, {len(cells)} code cells, seconds")
    print(f"{'kernel':16} {'ready':>7} {'first tensor':>13} {'median cell':>12} {'p95 cell':>9} {'all cells':>10}")
    for kernel in kernels:
        ready, first, median, p95, total = measure(kernel, cells, os.path.dirname(os.path.abspath(path)))
        print(f"{kernel:16} {ready:7.1f} {first:13.1f} {median:12.2f} {p95:9.2f} {total:10.1f}", flush=True)


main()
