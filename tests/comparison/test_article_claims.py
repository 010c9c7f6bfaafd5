import pytest

from chipbench.comparison.article_claims import check_claims, unchecked
from chipbench.comparison.report import Report
from chipbench.comparison.terminal_report import print_comparison


def test_what_is_missing_is_said_once_for_all_claims(capsys: pytest.CaptureFixture[str]) -> None:
    claims = tuple(check_claims([]))
    assert {claim.numbers for claim in claims} == {""}
    lacking = unchecked(claims)
    assert lacking == (
        f"{len(claims)} of {len(claims)} claims cannot be checked without the published results"
    )
    print_comparison(Report("", (), claims, lacking))
    assert capsys.readouterr().out.count("chipbench.reference") == 1
