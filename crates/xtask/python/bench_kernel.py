"""Times the cells of one lab in several kernels, one after the other, and prints a table.

python - NOTEBOOK OURS STOCK [PYTHON STEPS]    after kernel_cost.py

PYTHON has PyTorch; STEPS are the lab's steps in it, cells between lines `# %%`.
"""

import json
import os
import statistics
import sys
import tempfile
import time

import ipykernel
import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

RUST_PICTURE = "Tensor::arange(4, (Kind::Float, Device::Cpu)).view([2, 2])"
PYTHON_PICTURE = "torch.arange(4.).view(2, 2)"


def measure(manager, cells, picture, folder):
    """Seconds until the kernel answers and until the first tensor; of each further cell, whole and beyond its own
    computing where the kernel reports that; GB of memory in the end."""
    started = time.monotonic()
    manager.start_kernel(cwd=folder)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=300)
        ready = time.monotonic() - started

        def run(code):
            begun = time.monotonic()
            content = client.execute_interactive(code, timeout=1800, output_hook=lambda message: None)["content"]
            if content["status"] != "ok":
                sys.exit(f"{manager.kernel_name}: a cell failed: {content.get('evalue')}\n{code}")
            return time.monotonic() - begun, content.get("convlab_seconds")

        run(cells[0])
        run(picture)
        first = time.monotonic() - started
        times = [run(cell) for cell in cells[1:]]
        space = memory(manager.provisioner.pid)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return ready, first, times, space


def row(name, ready, first, times, space):
    whole = sorted(seconds for seconds, _ in times)
    beyond = [seconds - own for seconds, own in times if own is not None]
    p95 = whole[min(len(whole) - 1, round(0.95 * len(whole)))]
    compiling = f"{statistics.median(beyond):8.2f} {sum(beyond):7.1f}" if len(beyond) == len(times) else "       -       -"
    numbers = f"{ready:7.1f} {first:8.1f} {statistics.median(whole):8.2f} {p95:8.2f} {sum(whole):8.1f}"
    print(f"{name:34} {numbers} {compiling} {space:7.2f}", flush=True)


def in_python(python, folder):
    """A manager for ipykernel on another Python, which finds the packages of this one too."""
    spec = {
        "argv": [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "PyTorch", "language": "python",
        "env": {"PYTHONPATH": os.path.dirname(os.path.dirname(ipykernel.__file__))},
    }
    os.makedirs(f"{folder}/pytorch")
    with open(f"{folder}/pytorch/kernel.json", "w") as file:
        json.dump(spec, file)
    return KernelManager(kernel_name="pytorch", kernel_spec_manager=KernelSpecManager(kernel_dirs=[folder]))


def main():
    path, ours, stock, *pytorch = sys.argv[1:]
    folder = os.path.dirname(os.path.abspath(path))
    notebook = nbformat.read(path, as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    print(f"{os.path.basename(path)}, {len(cells)} code cells, seconds; {os.cpu_count()} cores")
    print(f"{'':34} {'':7} {'to first':>8} {'median':>8} {'p95':>8} {'all':>8} {'beyond computing':>16} {'GB':>7}")
    print(f"{'kernel':34} {'answers':>7} {'tensor':>8} {'cell':>8} {'cell':>8} {'cells':>8} {'median':>8} {'all':>7}")

    def rust(kernel, cells, picture=RUST_PICTURE):
        return measure(KernelManager(kernel_name=kernel), cells, picture, folder)

    changed = f" // at {time.time_ns()}"
    row("ours, every cell changed", *rust(ours, [cell + changed for cell in cells], RUST_PICTURE + changed))
    rust(ours, cells)
    row("ours, untouched", *rust(ours, cells))
    if pytorch:
        python, steps = pytorch
        with tempfile.TemporaryDirectory() as specs:
            cells_there = [cell.split("\n", 1)[1] for cell in steps.split("# %%")[1:]]
            row("ipykernel, the steps in PyTorch", *measure(in_python(python, specs), cells_there, PYTHON_PICTURE, folder))
    row("evcxr as it comes", *rust(stock, cells))


main()
