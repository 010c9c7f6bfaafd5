"""A trained model in MLflow's format."""

import pytest

from chipbench.tracking.saved_model import requirements


@pytest.mark.parametrize(
    ("backend", "versions", "needed"),
    [
        (
            "tensorflow",
            {"tensorflow-macos": "2.12.0", "keras": "2.12.0"},
            ["tensorflow-macos==2.12.0", "keras==2.12.0"],
        ),
        (
            "torch",
            {"torch": "2.14.0", "tensorflow": "2.21.0", "keras": "3.15.1"},
            ["torch==2.14.0", "keras==3.15.1"],
        ),
    ],
)
def test_it_needs_the_framework_by_the_name_of_its_package(
    backend: str, versions: dict[str, str], needed: list[str]
) -> None:
    assert requirements(backend, versions) == needed
