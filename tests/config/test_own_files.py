"""Files that somebody added to `conf/`: one that is wrong is named, and nothing begins."""

import shutil
from pathlib import Path

import pytest

from chipbench.config import compose
from chipbench.config.options import CONF_DIR
from chipbench.ground.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"defaults: [auto, _self_]\n\tname: x", "conf/machine/mine.yaml, line 2: the file cannot"),
        (b"name: x\nname: y", "conf/machine/mine.yaml, line 2: the file cannot be read: found dup"),
        (b"\xff\xfe", "conf/machine/mine.yaml: the file cannot be read: 'utf-8' codec"),
        (b"defaults: [atuo]", "the configuration is wrong: In 'machine/mine': Could not load"),
        (b"defaults: auto", "the configuration is wrong: Invalid defaults list in 'machine/mine'"),
        (b"defaults: [auto, _self_]\nname: ${oc.env:NOPE}", "machine.name: KeyError raised while"),
        (b"defaults: [auto, _self_]\nfacts: 700", "machine.facts=700: has no value of its own"),
        (b"", "machine.name is missing in conf/machine/mine.yaml: it must be null or a name"),
    ],
)
def test_a_file_of_ones_own_that_is_wrong_is_named_with_its_line(
    text: bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conf = shutil.copytree(CONF_DIR, tmp_path / "conf")
    (conf / "machine" / "mine.yaml").write_bytes(text)
    for module in ("compose", "options"):
        monkeypatch.setattr(f"chipbench.config.{module}.CONF_DIR", conf)
    monkeypatch.setattr(compose, "_plain", compose._plain.__wrapped__)
    with pytest.raises(ConfigurationError) as refused:
        compose.compose_config("train", ["machine=mine", "output_dir=out"])
    assert str(refused.value).startswith(said) and "\n" not in str(refused.value)
