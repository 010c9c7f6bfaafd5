import pytest

from chipbench.checks.check import OK, WARNING, Check, alone


@pytest.mark.parametrize(
    "error",
    [
        OSError(5, "Input/output error", "/home/jane/x"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        RuntimeError("NVML: Unknown Error"),
        KeyError("uid not found"),
        RecursionError("too deep"),
        MemoryError(),
    ],
)
def test_a_check_that_fails_is_one_of_its_own(error: Exception) -> None:
    def look() -> Check:
        raise error

    (check,) = alone("power", look)
    assert (check.name, check.status) == ("power", WARNING)
    assert type(error).__name__ in check.found and "/home" not in check.found


def test_checks_that_do_well_are_as_they_are() -> None:
    one = Check("power", OK, "mains")
    assert alone("power", lambda: one) == [one]
    assert alone("conditions", lambda: iter([one, one])) == [one, one]
