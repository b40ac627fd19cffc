"""What a kernel takes of the machine; read before the programs of `cargo lab bench` that need it."""

import contextlib

import psutil


def tree(pid):
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    return []


def memory(pid):
    """The proportional set size of a kernel with all its processes, in GB: what kernels share is parted among them."""
    total = 0
    for process in tree(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += process.memory_full_info().pss
    return total / 1e9


def processor(pid):
    total = 0
    for process in tree(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:4])
    return total
