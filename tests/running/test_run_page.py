"""The note on top of a run's page: numbers with units, how it stands, what speaks against it."""

from collections.abc import Callable
from dataclasses import replace

from omegaconf import DictConfig

from chipbench.comparison.run_remarks import training_beside
from chipbench.ground.finding import Finding
from chipbench.measure.result import COMPLETED, FAILED, Result
from chipbench.running.run_page import note_of

RESULT = Result(
    benchmark="tinyvgg_cifar10",
    machine="Test machine",
    fingerprint="f",
    status=COMPLETED,
    end=COMPLETED,
    reason=None,
    metrics={"total_time_s": 71.6, "val_accuracy": 0.5, "unknown": 1.0},
    tags={"optimizer_used": "adam", "data_source": "tfds"},
    caveats=(Finding("on <battery>", "plug it in"),),
)


def test_numbers_place_and_doubts_are_told(compose: Callable[..., DictConfig]) -> None:
    beside = training_beside(RESULT, compose("experiment=tinyvgg_cifar10"))
    headline, table, standing, doubts = _parts(note_of(RESULT, "**71.6 s**", beside))
    assert headline == "**71.6 s**"
    assert table.splitlines()[2:] == [
        "| `total_time_s` | 71.60 s | all epochs, training and validation |",
        "| `val_accuracy` | 0.5000 | validation accuracy, share of 1 |",
    ]
    assert standing.startswith("**Beside the published machines**\n- place 3 of 8 with the")
    assert doubts == ("**What speaks against it**\n- caution: on &lt;battery&gt;: plug it in")


def _parts(note: str) -> list[str]:
    """Its paragraphs, each title with its list."""
    return note.replace("**\n\n- ", "**\n- ").split("\n\n")


def test_a_failed_run_says_why() -> None:
    note = note_of(replace(RESULT, status=FAILED, reason="`x` | y"), "**no epoch finished**")
    assert "**failed**: \\`x\\` \\| y" in note
    assert "Beside" not in note
