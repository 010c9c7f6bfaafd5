"""What the import contracts of pyproject.toml cannot say of the source."""

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "chipbench"
FILES = sorted(SOURCE.rglob("*.py"))
#: How code asks which platform or vendor it runs on.
PLATFORM = re.compile(r"sys\.platform|os\.uname|darwin|pynvml|macmon|amdgpu|ioreg|nvidia-smi", re.I)


def test_only_hardware_knows_a_platform_or_a_vendor() -> None:
    knowing = {path for path in FILES if PLATFORM.search(path.read_text(encoding="utf-8"))}
    assert {path.relative_to(SOURCE).parts[0] for path in knowing} == {"hardware"}


def test_no_file_is_too_long_to_read_at_a_sitting() -> None:
    lengths = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: lines for name, lines in lengths.items() if lines > 250} == {}


def test_the_top_holds_entry_points_alone() -> None:
    entries = {path for path in SOURCE.glob("*.py") if path.name != "__init__.py"}
    assert all("run(" in path.read_text(encoding="utf-8") for path in entries)
    assert len(entries) < 13
