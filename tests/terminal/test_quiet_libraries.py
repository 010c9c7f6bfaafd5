import os

import pytest

from chipbench.ground.signals import Terminated
from chipbench.terminal.quiet_libraries import quiet_stderr

NOISE = b"I0000 oneDNN custom operations are on\n"


def shown(error: BaseException, capfd: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(type(error)), quiet_stderr(verbose=False):
        os.write(2, NOISE)
        raise error
    return capfd.readouterr().err


def test_what_a_library_wrote_before_it_failed_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    assert shown(ImportError("undefined symbol"), capfd) == NOISE.decode()


@pytest.mark.parametrize("end", [KeyboardInterrupt(), Terminated()], ids=["Ctrl-C", "SIGTERM"])
def test_who_ends_it_hears_nothing_of_a_library(
    end: BaseException, capfd: pytest.CaptureFixture[str]
) -> None:
    assert shown(end, capfd) == ""
