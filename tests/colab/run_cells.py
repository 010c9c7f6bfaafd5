"""Run the notebook's cells as Colab does, but for its store of secrets: `run_cells.py REPOSITORY`.

The run trains on a few generated images, so that nothing is downloaded but packages.
"""

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

_NOTEBOOK = Path(__file__).parents[2] / "src" / "colab.ipynb"
_PLACEHOLDER = "https://github.com/your-name/chipbench"
_RUN = "-P backend=$BACKEND"
_SMALL = f"{_RUN} -P dataset.source=generated -P dataset.max_examples=640 -P epochs=1"


class Secrets(ModuleType):
    """`google.colab.userdata` of somebody who has set none."""

    SecretNotFoundError = type("SecretNotFoundError", (Exception,), {})
    NotebookAccessError = type("NotebookAccessError", (Exception,), {})

    def get(self, name: str) -> str:
        """Raises SecretNotFoundError."""
        raise self.SecretNotFoundError(name)


def main(repository: str) -> str:
    """What went wrong; nothing if every cell ran, and the last command of each ended with 0."""
    colab = ModuleType("google.colab")  # `google` itself is protobuf's
    colab.userdata = Secrets("google.colab.userdata")  # type: ignore[attr-defined]
    sys.modules["google.colab"] = colab
    shell = InteractiveShell.instance()
    shell.display_pub = CapturingDisplayPublisher(shell=shell)
    failed = []

    def run(command: str) -> None:
        command = shell.var_expand(command, depth=1)
        if subprocess.call(command, shell=True) and "nvidia-smi" not in command:
            failed.append(command)

    shell.system = run
    for cell in json.loads(_NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            code = "".join(cell["source"]).replace(_PLACEHOLDER, repository)
            print(f"\n>>> {code}", flush=True)
            if not shell.run_cell(code.replace(_RUN, _SMALL)).success:
                return "a cell failed"
            if failed:
                return f"failed: {failed[0]}"
    shown = [kind for output in shell.display_pub.outputs for kind in output["data"]]
    return "" if "image/png" in shown else "no picture was shown"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) or None)
