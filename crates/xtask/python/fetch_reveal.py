"""Takes reveal.js out of the wheel that pip fetches: python fetch_reveal.py REQUIREMENT FOLDER"""

import glob
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

requirement, folder = sys.argv[1:]
inside = "sphinx_revealjs/_static/revealjs/"
# What slides load: the player, its style and the speaker's window.
wanted = ("dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js", "LICENSE")
with tempfile.TemporaryDirectory() as downloads:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--only-binary", ":all:", "--dest", downloads, requirement], check=True)
    [wheel] = glob.glob(os.path.join(downloads, "*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        for name in wanted:
            place = os.path.join(folder, name)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with archive.open(inside + name) as source, open(place, "wb") as target:
                shutil.copyfileobj(source, target)
