import csv
from pathlib import Path

import pytest

from chipbench.ground.csv_file import write_table


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\u00a0=1",
        "\uff1d1",
        "\uff0b1",
        "\uff20x",
        '=HYPERLINK("http://x")',
    ],
)
def test_a_strangers_text_is_no_formula(text: str, tmp_path: Path) -> None:
    write_table(tmp_path / "a.csv", [{"name": text, "value": -1.5}, {"name": "\udcff"}])
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert first == {"name": f"'{text}", "value": "-1.5"} and second["name"] == "?"
