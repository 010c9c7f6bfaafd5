from collections.abc import Iterator
from pathlib import Path

import pytest

from chipbench.ground.errors import ConfigurationError
from chipbench.models.builder import builder

ODD = """
def right(classes, image_size, weights): ...
def wrong(classes, size): ...
number = 3
"""


@pytest.fixture(autouse=True)
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Files as a user would add them."""
    (tmp_path / "mine_models.py").write_text(ODD)
    (tmp_path / "broken_models.py").write_text("import a_package_that_nobody_has")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        yield


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("no_models.build", "No module named 'no_models'"),
        ("broken_models.build", "No module named 'a_package_that_nobody_has'"),
        ("mine_models.rigth", "has no attribute 'rigth'"),
        ("mine_models.wrong", "missing a required argument: 'size'"),
        ("mine_models.number", "3 is not a callable object"),
    ],
)
def test_what_builds_no_model_is_named_with_its_file(target: str, why: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        builder("mine", target, ["image_size"])
    said = str(refusal.value)
    assert said.startswith(f"model=mine: {target} cannot build it (") and why in said
    assert said.endswith("conf/model/mine.yaml names a function of classes, image_size, weights")
    assert "\n" not in said


def test_a_function_of_these_three_is_found() -> None:
    assert builder("mine", "mine_models.right", ["image_size"]).__name__ == "right"
