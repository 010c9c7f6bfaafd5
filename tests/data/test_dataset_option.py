from types import SimpleNamespace

import pytest

from chipbench.data import dataset_option
from chipbench.data.cifar10 import ENTRY
from chipbench.data.dataset_option import entry_of, module_of
from chipbench.ground.errors import ConfigurationError


def test_a_data_set_is_one_of_tfds_or_comes_with_a_library() -> None:
    assert entry_of("cifar10") is ENTRY
    assert entry_of("digits") is None


@pytest.mark.parametrize("name", ["mine", "places"])
def test_an_option_without_its_module_is_told_what_that_has(name: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        module_of(name)
    said = str(refusal.value)
    assert said.startswith(f"dataset={name}: src/chipbench/data/{name}.py ")
    assert said.endswith("an ENTRY, as cifar10.py has, or a load(image_size), as digits.py has")


def test_a_module_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise ImportError("No module named 'pandas_of_old'")

    monkeypatch.setattr(dataset_option, "import_module", fail)
    with pytest.raises(ConfigurationError, match="cannot be imported .*pandas_of_old"):
        module_of("cifar10")


def test_an_entry_of_another_kind_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_option, "import_module", lambda name: SimpleNamespace(ENTRY={}))
    with pytest.raises(ConfigurationError, match="says nothing of a data set"):
        module_of("cifar10")
