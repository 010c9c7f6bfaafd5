"""Write the digest of pyproject.toml's dependencies into conda.yaml: `make conda.yaml`."""

import hashlib
import json
import re
import tomllib
from pathlib import Path

_DIGEST = re.compile(r"(?<=# dependencies )[0-9a-f]{12}")


def dependency_digest(pyproject: Path) -> str:
    """Twelve hexadecimal digits that change with what `pip install .[tensorflow]` would ask for."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["tensorflow"]]
    canonical = json.dumps(sorted(needed))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def recorded_digest(conda: Path) -> str:
    """The digest in conda.yaml. Raises ValueError where there is none."""
    found = _DIGEST.search(conda.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{conda} has no `# dependencies <digest>` after its `-e .[tensorflow]`")
    return found.group()


def write_digest(folder: Path) -> None:
    """Bring conda.yaml in `folder` up to date with the pyproject.toml beside it."""
    conda = folder / "conda.yaml"
    recorded = recorded_digest(conda)
    text = conda.read_text(encoding="utf-8")
    text = text.replace(recorded, dependency_digest(folder / "pyproject.toml"))
    conda.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_digest(Path(__file__).parents[2])
