"""For a course that uses nbgrader: this folder as source/NAME, and this file beside `source`."""

from jupyter_client.kernelspec import get_kernel_spec
from nbgrader.preprocessors import NbGraderPreprocessor


class HelperCrate(NbGraderPreprocessor):
    """Loads the helper crate from its checkout: nbgrader runs each learner's notebook in a folder of its own."""

    def preprocess_cell(self, cell, resources, index):
        crate = get_kernel_spec("convlab").metadata["checkout"] + "/crates/convlab"
        cell.source = cell.source.replace('"../crates/convlab"', f'"{crate}"')
        return cell, resources


c = get_config()  # noqa: F821
c.ClearSolutions.code_stub = {"rust": "todo!()"}
c.Autograde.sanitize_preprocessors.append(HelperCrate)
