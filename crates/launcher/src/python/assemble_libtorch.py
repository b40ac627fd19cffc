"""Puts a libtorch folder together from the wheels that pip fetches.

python assemble_libtorch.py VERSION FOLDER DOWNLOADS

On Linux the package index's wheel is built for CUDA and drags in gigabytes; what a processor needs of it is its
headers, the libraries that libtorch_cpu names, and two small ones of CUDA's that it names too. Elsewhere the wheel is
a CPU build already and is taken whole.
"""

import glob
import os
import platform
import shutil
import subprocess
import sys
import zipfile

version, folder, downloads = sys.argv[1:]
small = platform.system() == "Linux"
libraries = {"libtorch_cpu.so", "libc10.so", "libgomp.so.1", "libcupti.so.13", "libcudart.so.13"}
if platform.machine() == "aarch64":
    libraries |= {"libarm_compute.so", "libarm_compute_graph.so"}
    libraries |= {f"libnvpl_{part}.so.0" for part in ("blas_core", "blas_lp64_gomp", "lapack_core", "lapack_lp64_gomp")}
# The versions that torch 2.13.0 asks for.
wheels = [f"torch=={version}"]
if small:
    wheels += ["nvidia-cuda-cupti==13.0.85", "nvidia-cuda-runtime==13.0.96"]
subprocess.run(
    [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    + ["--no-cache-dir", "--only-binary", ":all:", "--dest", downloads]
    + wheels,
    check=True,
)


def target(member):
    """Where a wheel's member goes, or None."""
    name = os.path.basename(member)
    if member.startswith("torch/include/"):
        return member.removeprefix("torch/")
    if small:
        return f"lib/{name}" if name in libraries else None
    return member.removeprefix("torch/") if member.startswith("torch/lib/") else None


for wheel in glob.glob(os.path.join(downloads, "*.whl")):
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            place = None if member.is_dir() else target(member.filename)
            if place is None:
                continue
            place = os.path.join(folder, place)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with archive.open(member) as source, open(place, "wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)

if small:
    missing = libraries - set(os.listdir(os.path.join(folder, "lib")))
    if missing:
        sys.exit(f"the wheels hold no {', '.join(sorted(missing))}")
    # The wheel's own libtorch.so asks for CUDA: a linker script stands in for it.
    with open(os.path.join(folder, "lib", "libtorch.so"), "w") as script:
        script.write("INPUT(libtorch_cpu.so)\n")
with open(os.path.join(folder, "build-version"), "w") as stamp:
    stamp.write(version + "\n")
