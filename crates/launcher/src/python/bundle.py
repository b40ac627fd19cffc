"""Brings a bundle and takes it apart, or makes one.

python bundle.py table ADDRESS                    prints the table ADDRESS/bundles.json
python bundle.py get URL FILE SIZE SHA256         downloads, goes on where an earlier try was cut off, and verifies
python bundle.py unpack FILE FOLDER
python bundle.py pack FOLDER FILE                 prints the size and the SHA-256
"""

import gzip
import hashlib
import os
import shutil
import sys
import tarfile
import time
import urllib.error
import urllib.request

PATIENCE = 30  # seconds without a byte
TRIES = 4


def fail(reason):
    """The reason is the last line, behind all lines of progress."""
    print(reason, flush=True)
    sys.exit(1)


def sum_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(url, start=0):
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    return urllib.request.urlopen(request, timeout=PATIENCE)


def go_on(url, path, size):
    """Appends to the file what it lacks; a server that knows no ranges sends it all again."""
    start = os.path.getsize(path) if os.path.exists(path) else 0
    if start > size:
        start = 0
    if start == size:
        return
    with read(url, start) as answer, open(path, "ab" if answer.status == 206 else "wb") as file:
        while block := answer.read(1 << 20):
            file.write(block)
            print(f"{file.tell() // 1_000_000} of {size // 1_000_000} MB", flush=True)


def get(url, path, size, sha):
    size = int(size)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    for attempt in range(TRIES):
        try:
            go_on(url, path, size)
            if os.path.getsize(path) >= size:
                break
            reason = f"the server has cut it off after {os.path.getsize(path)} of {size} bytes"
        except urllib.error.HTTPError as error:
            fail(f"{url} answers {error.code}")
        except OSError as error:
            reason = f"{url} cannot be read: {error}"
        if attempt + 1 == TRIES:
            fail(reason)
        time.sleep(attempt)
    found = sum_of(path)
    if found != sha or os.path.getsize(path) != size:
        os.remove(path)
        fail(f"it has the SHA-256 {found}, and {sha} was expected")


def unpack(path, folder):
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")


def pack(folder, path):
    partial = path + ".part"
    # The same content makes the same file, whenever and by whomever it is packed.
    plain = lambda member: member.replace(uid=0, gid=0, uname="", gname="", mtime=0, deep=False)
    with open(partial, "wb") as file, gzip.GzipFile("", "wb", 6, file, 0) as packed:
        with tarfile.open(fileobj=packed, mode="w|") as archive:
            for name in sorted(os.listdir(folder)):
                archive.add(os.path.join(folder, name), name, filter=plain)
    os.replace(partial, path)
    print(os.path.getsize(path), sum_of(path))


def table(address):
    try:
        with read(f"{address.rstrip('/')}/bundles.json") as answer:
            shutil.copyfileobj(answer, sys.stdout.buffer)
    except OSError as error:
        sys.exit(f"{address} cannot be read: {error}")


verb, *words = sys.argv[1:]
{"get": get, "unpack": unpack, "pack": pack, "table": table}[verb](*words)
