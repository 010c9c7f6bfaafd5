import sys

import pytest

from chipbench.backends.start import without


def test_a_package_is_absent_for_the_moment_and_one_that_is_imported_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with without("colorsys", "sys"):
        with pytest.raises(ImportError):
            import colorsys
        assert sys.modules["sys"] is sys
    import colorsys

    assert sys.modules["colorsys"] is colorsys


def test_the_end_of_the_block_restores_after_an_error_too() -> None:
    with pytest.raises(KeyError), without("imghdr"):
        raise KeyError
    assert "imghdr" not in sys.modules
