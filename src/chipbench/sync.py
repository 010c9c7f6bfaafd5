"""Deliver what earlier runs could not: `mlflow run . -e sync` or `python -m chipbench.sync`."""

from collections import Counter
from collections.abc import Sequence

from omegaconf import DictConfig

from chipbench.config.options import project_dir
from chipbench.ground.cache import named_folder
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.plural import counted
from chipbench.running import command
from chipbench.terminal.messages import say
from chipbench.tracking.journal import find_journals
from chipbench.tracking.redelivery import COMPLETE, UNREADABLE, WAITING, Redelivery, deliver
from chipbench.tracking.store import Store, configured_store


class UndeliveredError(Exception):
    """Some runs could not be delivered; exit code 1. A later sync goes on from there."""


def sync(config: DictConfig) -> None:
    """Deliver the journals below the configured folder, saying what becomes of each."""
    store = configured_store(config.tracking, project_dir())
    if store is None:
        raise ConfigurationError(
            "tracking=none: nothing to deliver to; use tracking=local or server"
        )
    folder = named_folder("journals", config.journals)
    if not folder.is_dir():
        raise ConfigurationError(f"journals={folder}: no such folder; name one that holds runs")
    outcomes = []
    for outcome in deliver(find_journals(folder), store, config.everything):
        outcomes.append(outcome)
        if outcome.what != COMPLETE:
            for line in lines_of(outcome):
                say(line)
    say(summary_of(outcomes, store))
    waiting = [outcome for outcome in outcomes if outcome.what == WAITING]
    if waiting:
        raise UndeliveredError(f"{waiting[0].error}; run sync again when that is mended")
    unreadable = [outcome for outcome in outcomes if outcome.what == UNREADABLE]
    if unreadable:
        raise UndeliveredError(
            f"{len(unreadable)} of {counted(len(outcomes), 'journal')} cannot be read; the others "
            "were seen to"
        )


def lines_of(outcome: Redelivery) -> list[str]:
    """What became of one journal, and the reasons why anything of it is not in the store."""
    records = f" ({counted(outcome.records, 'record')})" if outcome.records else ""
    lines = [f"{outcome.folder.name} {outcome.what.one}{records}"]
    if outcome.error is not None:
        lines.append(f"  {outcome.error}")
    return lines + [f"  refused: {why}" for why in outcome.refused]


def summary_of(outcomes: Sequence[Redelivery], store: Store) -> str:
    """All journals in one line."""
    kinds = Counter(outcome.what for outcome in outcomes)
    became = "".join(f"; {counted(number, *what)}" for what, number in kinds.items())
    records = counted(sum(outcome.records for outcome in outcomes), "record")
    return f"{counted(len(outcomes), 'run')} found{became}; {records} went to {store.address}"


if __name__ == "__main__":
    command.run("sync", sync)
