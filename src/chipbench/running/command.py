"""How every entry point runs: command line → config → task → exit code."""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import NoReturn

import hydra
from omegaconf import DictConfig

from chipbench.config.compose import CONF_DIR, compose_config
from chipbench.config.help import usage
from chipbench.config.overrides import hydra_arguments
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.signals import Terminated, end_with_parent, install
from chipbench.sweeping.conduct import conduct, is_several, split
from chipbench.terminal.lines import complain
from chipbench.tracking.address import forget_login
from chipbench.tracking.recorder import PARENT_VARIABLE
from chipbench.tracking.redaction import redacted

DONE = 0
FAILED = 1
BAD_CONFIGURATION = 2
UNSUPPORTED = 3
INTERRUPTED = 130

_MULTIRUN = {"-m", "--multirun"}
#: Options after which Hydra only prints something: there is no config to check first.
_PRINTING = {"--hydra-help", "--version", "-c", "--cfg", "-i", "--info"}
_HELP = {"-h", "--help"}


def run(config_name: str, task: Callable[[DictConfig], object]) -> NoReturn:
    """Run `task` with the config that the command line asks for, and exit by the contract."""
    install()
    if PARENT_VARIABLE in os.environ:
        end_with_parent()
    sys.exit(_guarded(lambda: _run(config_name, task, sys.argv[1:])))


def _run(config_name: str, task: Callable[[DictConfig], object], words: Sequence[str]) -> int:
    arguments = hydra_arguments(words)
    overrides = [word for word in arguments if not word.startswith("-")]
    if _HELP & set(arguments):
        print(usage(CONF_DIR, config_name, dict(word.split("=", 1) for word in overrides)))
        return DONE
    if _PRINTING & set(arguments):
        forget_login()  # Hydra prints the address of the store as it is
    else:
        if config_name == "sweep" or _MULTIRUN & set(arguments) or is_several(overrides):
            return conduct(*split(config_name, overrides))
        compose_config(config_name, overrides)
    return _in_hydra(config_name, task, arguments)


def _in_hydra(config_name: str, task: Callable[[DictConfig], object], arguments: list[str]) -> int:
    """Hand over to Hydra, which makes the output folder; its own error page never shows."""
    codes = [DONE]

    def job(config: DictConfig) -> None:
        codes.append(_guarded(lambda: _done(task, config)))

    sys.argv = [f"python -m chipbench.{config_name}", *arguments]
    hydra.main(version_base="1.3", config_path=str(CONF_DIR), config_name=config_name)(job)()
    return max(codes)


def _done(task: Callable[[DictConfig], object], config: DictConfig) -> int:
    """The exit code that `task` returns; most return a result, and are done."""
    returned = task(config)
    return returned if isinstance(returned, int) else DONE


def _guarded(work: Callable[[], int]) -> int:
    """`work`'s exit code, or that of the error it ended with, said in one line."""
    try:
        return work()
    except ConfigurationError as error:
        return _say(BAD_CONFIGURATION, str(error))
    except UnsupportedBenchmark as error:
        return _say(UNSUPPORTED, str(error))
    except KeyboardInterrupt:
        return _say(INTERRUPTED, "interrupted; what was measured so far is kept")
    except Terminated:
        return _say(128 + signal.SIGTERM, "terminated; what was measured so far is kept")
    except Exception as error:
        if os.environ.get("HYDRA_FULL_ERROR"):
            print(redacted(traceback.format_exc()), file=sys.stderr)
        return _say(FAILED, f"{type(error).__name__}: {error}")


def _say(code: int, message: str) -> int:
    complain(redacted(message))
    return code
