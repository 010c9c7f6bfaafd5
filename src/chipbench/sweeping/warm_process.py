"""The process that a sweep's jobs are forks of: it has imported what they need, and opened nothing.

Run as `python -m chipbench.sweeping.warm_process ENTRY [BACKEND [verbose]]`, see `ground.forks`.
"""

import os
import sys
from importlib import import_module

from chipbench.backends import backend
from chipbench.config.compose import compose_config
from chipbench.ground import standby_fork
from chipbench.ground.forks import serve
from chipbench.ground.last_exit import LastExit
from chipbench.tracking.client import load as load_mlflow

#: What a job imports when it comes to that.
_LATER = (
    "chipbench.tracking.delivery_process",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "scipy.stats",
)
#: And by its back end: with the others, what reads data must not find TensorFlow.
_LATER_WITH = {
    "tensorflow": ("chipbench.backends.model_building", "sklearn.datasets", "tensorflow_datasets"),
    "torch": ("sklearn.datasets",),
    "jax": ("sklearn.datasets",),
}


def main() -> None:
    """Import, serve; in a fork be the entry point."""
    entry, *framework = sys.argv[1:]
    last = LastExit()
    given = dict(os.environ)
    if framework:
        backend(framework[0]).load(verbose=framework[1:] == ["verbose"])
    load_mlflow()
    program = import_module(f"chipbench.{entry}")
    for name in (*_LATER, *_LATER_WITH.get(framework[0] if framework else "", ())):
        import_module(name)
    compose_config(entry, ["output_dir=none"])  # Hydra looks for its plug-ins once
    packet = serve()
    os.environ.clear()  # of what importing has set, a job sets its own again
    os.environ.update(given | packet["environment"])
    try:
        standby_fork.keep()
        sys.argv = [str(program.__file__), *packet["words"]]
        program.command.run(entry, getattr(program, entry))
    except SystemExit as end:
        if isinstance(end.code, int):
            last.code = end.code
        raise


if __name__ == "__main__":
    main()
