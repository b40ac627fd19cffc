"""For a course that uses nbgrader: this folder as source/NAME, and this file beside `source`.

nbgrader autograde gives the points of `cargo lab grade`: it runs no code of a learner itself.
"""

import csv
import os
import subprocess
import tempfile
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import get_kernel_spec
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute


class Grade(Execute):
    """Puts below each check what `cargo lab grade` says of its exercise, in place of running the notebook."""

    def preprocess(self, nb, resources):
        rows = self.rows(nb)
        for cell in nb.cells:
            check = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if cell.cell_type == "code" and check.startswith("check-"):
                row = rows.get(check.removeprefix("check-"), {"verdict": "not marked", "reason": "it has no row"})
                # nbgrader gives a cell its points unless it finds something on stderr.
                stream = "stdout" if row["verdict"] == "right" else "stderr"
                text = f"{row['verdict']}: {row['reason']}\n"
                cell.outputs = [nbformat.v4.new_output("stream", name=stream, text=text)]
        return nb, resources

    def rows(self, nb):
        spec = get_kernel_spec("convlab")
        with tempfile.TemporaryDirectory() as folder:
            notebook, table = Path(folder, "notebook.ipynb"), Path(folder, "marks.csv")
            nbformat.write(nb, notebook)
            command = ["cargo", "lab", "grade", "--csv", str(table), str(notebook)]
            cache = {"CONVLAB_CACHE": spec.env["CONVLAB_CACHE"]}
            ended = subprocess.run(
                command, cwd=spec.metadata["checkout"], env=os.environ | cache, capture_output=True, text=True
            )
            rows = list(csv.DictReader(table.open(encoding="utf-8", newline=""))) if table.exists() else []
        if not rows:
            raise RuntimeError(ended.stderr)
        return {row["exercise"]: row for row in rows}


c = get_config()  # noqa: F821
c.ClearSolutions.code_stub = {"rust": "todo!()"}
steps = Autograde.autograde_preprocessors.default()
c.Autograde.autograde_preprocessors = [Grade if step is Execute else step for step in steps]
