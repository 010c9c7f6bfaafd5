"""A SQLite store below a folder of any name."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from chipbench.ground.errors import ConfigurationError
from chipbench.tracking.database_file import address_of, as_meant, check_folder, path_of

NAMES = [
    "plain",
    "a?b",
    "a?b=c",
    "50%",
    "100%41",
    "%3F?",
    "it's a blank",
    'say "x"',
    "a#b",
    "a;b",
    "a&b",
    "a@b:c",
    "${x}",
    "a\\b",
    "[a]",
    "é漢",
    "a,b=c",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_database_lies_where_its_path_says(name: str, tmp_path: Path) -> None:
    path = tmp_path / name / "mlflow.db"
    path.parent.mkdir()
    for address in (address_of(path), as_meant(f"sqlite:///{path}")):
        with create_engine(address).begin() as database:
            database.execute(text("create table if not exists a (b integer)"))
        assert path_of(address) == path
        assert [each.name for each in tmp_path.iterdir()] == [name]
        assert [each.name for each in path.parent.iterdir()] == ["mlflow.db"]


@pytest.mark.parametrize("address", ["sqlite:///x.db", "sqlite:///x.db?mode=ro&uri=true"])
def test_an_address_with_settings_stays(address: str) -> None:
    assert as_meant(address) == address
    assert path_of(address) == Path("x.db")


def test_a_folder_from_which_mlflow_makes_no_database_is_refused() -> None:
    check_folder(Path("/it's"))
    check_folder(Path('/say "x"'))
    with pytest.raises(ConfigurationError, match="rename it, or record on a server"):
        check_folder(Path('/it\'s/say "x"'))
