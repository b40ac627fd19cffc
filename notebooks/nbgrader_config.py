"""For a course that uses nbgrader: this folder as source/NAME, and this file beside `source`."""

from jupyter_client.kernelspec import get_kernel_spec
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute, NbGraderPreprocessor


class HelperCrate(NbGraderPreprocessor):
    """Loads the helper crate from its checkout: nbgrader runs each learner's notebook in a folder of its own."""

    def preprocess_cell(self, cell, resources, index):
        crate = get_kernel_spec("convlab").metadata["checkout"] + "/crates/convlab"
        cell.source = cell.source.replace('"../crates/convlab"', f'"{crate}"')
        return cell, resources


class ExecuteRust(Execute):
    """evcxr's reply says only that a cell failed; nbgrader asks it for more, which stands in the cell's output."""

    def on_cell_executed(self, **kwargs):
        content = kwargs["execute_reply"]["content"]
        for key, value in [("ename", "error"), ("evalue", ""), ("traceback", ["The cell failed."])]:
            content.setdefault(key, value)
        super().on_cell_executed(**kwargs)


c = get_config()  # noqa: F821
c.ClearSolutions.code_stub = {"rust": "todo!()"}
c.Autograde.sanitize_preprocessors.append(HelperCrate)
steps = Autograde.autograde_preprocessors.default()
c.Autograde.autograde_preprocessors = [ExecuteRust if step is Execute else step for step in steps]
c.Execute.timeout = 900
c.Execute.startup_timeout = 300
