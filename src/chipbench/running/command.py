"""How every entry point runs: command line → config → task → exit code."""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from typing import NoReturn

import hydra
from omegaconf import DictConfig

from chipbench.config.compose import check_print, compose_config, compose_run
from chipbench.config.help import usage
from chipbench.config.options import CONF_DIR
from chipbench.config.overrides import CommandLine, command_line, is_several
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.last_exit import LastExit
from chipbench.ground.reason import reason_of
from chipbench.ground.signals import Terminated, end_with_parent, install
from chipbench.terminal.messages import complain
from chipbench.terminal.quiet_libraries import quiet_logs
from chipbench.terminal.streams import STDERR, STDOUT, loss, make_lasting
from chipbench.tracking.address import forget_login
from chipbench.tracking.own_run import OwnRun
from chipbench.tracking.recorder import PARENT_VARIABLE
from chipbench.tracking.redaction import redacted

DONE = 0
FAILED = 1
BAD_CONFIGURATION = 2
UNSUPPORTED = 3
INTERRUPTED = 130

#: Hydra's own variable: with it a failure shows where it happened.
_TRACEBACK = "HYDRA_FULL_ERROR"


def run(entry: str, task: Callable[[DictConfig], object]) -> NoReturn:
    """Run `task` with the config that the command line asks for, and exit by the contract."""
    make_lasting()
    install()
    if PARENT_VARIABLE in os.environ:
        end_with_parent()
    own_run = OwnRun()
    last = LastExit() if _is_program(entry) else None
    code = _guarded(lambda: _run(entry, task, sys.argv[1:]))
    own_run.name(entry)
    if last is not None:
        last.code = code
    sys.exit(code)


def _is_program(entry: str) -> bool:
    """Whether the entry point is what this process was started for."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return spec is not None and spec.name == f"chipbench.{entry}"


def _run(entry: str, task: Callable[[DictConfig], object], words: Sequence[str]) -> int:
    line = command_line(words)
    if line.deed == "--help":
        _check(entry, line.overrides)
        print(usage(CONF_DIR, entry, line.overrides), file=STDOUT)
        return DONE
    if line.deed not in (None, "--multirun"):
        return _printed(entry, line)
    if entry == "sweep" or line.deed or is_several(line.overrides):
        # What conducts a sweep is not imported for one run.
        from chipbench.sweeping.sweep_command import conduct, split

        return conduct(*split(entry, line.overrides))
    if entry == "suite":
        from chipbench.sweeping.suites.suite_command import conduct_suite

        task = partial(conduct_suite, words=line.overrides)
    return _done(task, compose_run(entry, line.overrides))


def _check(entry: str, overrides: Sequence[str]) -> None:
    """Raise ConfigurationError as a run or a sweep with these overrides would."""
    if entry == "sweep" or is_several(overrides):
        from chipbench.sweeping.sweep_command import compose_jobs, split

        compose_jobs(*split(entry, overrides))
    else:
        compose_config(entry, overrides)


def _printed(entry: str, line: CommandLine) -> int:
    """Let Hydra print what `--cfg`, `--info`, `--hydra-help` or `--version` ask for."""
    if line.deed in ("--cfg", "--info"):
        what, package = line.options.get("--cfg"), line.options.get("--package")
        check_print(entry, line.overrides, what or "all", package)
    forget_login()  # Hydra prints the address of the store as it is
    sys.argv = [f"python -m chipbench.{entry}", *line.arguments]
    printing = hydra.main(version_base="1.3", config_path=str(CONF_DIR), config_name=entry)
    printing(lambda config: None)()
    return DONE


def _done(task: Callable[[DictConfig], object], config: DictConfig) -> int:
    """The exit code that `task` returns; most return a result, and are done."""
    if not config.get("verbose", False):
        quiet_logs()
    returned = task(config)
    return returned if isinstance(returned, int) else DONE


def _guarded(work: Callable[[], int]) -> int:
    """`work`'s exit code, or that of the error it ended with, said in one line."""
    try:
        return _shown(work())
    except ConfigurationError as error:
        return _say(BAD_CONFIGURATION, str(error))
    except UnsupportedBenchmark as error:
        return _say(UNSUPPORTED, str(error))
    except KeyboardInterrupt:
        return _say(INTERRUPTED, "interrupted; what was measured so far is kept")
    except Terminated:
        return _say(128 + signal.SIGTERM, "terminated; what was measured so far is kept")
    except Exception as error:
        if os.environ.get(_TRACEBACK):
            print(redacted(traceback.format_exc()), file=STDERR)
        return _say(FAILED, reason_of(error))


def _shown(code: int) -> int:
    """`code`, and a word where not all of what was to be read could be written."""
    lost = loss()
    if lost is not None:
        complain(f"not all could be shown: {lost.strerror}; what was recorded is whole")
    return code


def _say(code: int, message: str) -> int:
    complain(redacted(message))
    return code
