"""How a run stands beside the published ones, and what speaks against its number, in sentences.

The terminal says them at the run's end, and its page in MLflow keeps them.
"""

from collections.abc import Iterator, Sequence

from omegaconf import DictConfig

from chipbench.comparison import terminal_details as details
from chipbench.ground import metrics, tags
from chipbench.measure.result import Result
from chipbench.measure.run_framework import framework
from chipbench.published import export_remarks
from chipbench.published.beside_published import Row, differences, not_comparable, published_rows
from chipbench.published.forests import published_forests
from chipbench.published.learning_curve import OUTSIDE


def training_beside(result: Result, config: DictConfig) -> Iterator[str]:
    """A training's place among the published ones, and in what it differs from them."""
    published = published_rows(config)
    reason = not_comparable(config)
    if published and reason is None:
        own = own_row(result, config)
        yield standing(own, published)
        yield f"differs: {'; '.join(differences(own, published, result.tags))}"
    elif published:
        yield f"{reason}, so the published times do not compare"
    if tags.FASTER_BACKEND in result.tags:
        yield result.tags[tags.FASTER_BACKEND]


def export_beside(result: Result, config: DictConfig) -> Iterator[str]:
    """The article's exports of a clip of the same length."""
    published = details.published_exports(config)
    if published:
        times = ", ".join(f"{machine} {time}" for machine, time in published)
        yield f"the article's Final Cut Pro exports: {times}; {details.unlike(result)}"
        for remark in export_remarks(config.clip.name, config.codec.name):
            yield f"the article: {remark}"


def createml_beside(result: Result, config: DictConfig) -> Iterator[str]:
    """The published trainings by CreateML; a stand-in stands alone."""
    published = details.published_createml(config)
    if config.createml.engine == "keras":
        yield (
            "a Keras stand-in: the same kind of model on the same images. Its times compare with "
            "other stand-in runs, and with no time of CreateML"
        )
    elif published:
        times = ", ".join(f"{machine} {time}" for machine, time in published)
        yield f"published, in whole minutes: {times}"


def forest_beside(result: Result, config: DictConfig) -> Iterator[str]:
    """A search's place among the published ones, and in what it differs from them."""
    published = published_forests(config)
    if not published:
        yield "other districts, candidates, folds or seed: the published times do not compare"
        return
    own_s = result.metrics[metrics.SEARCH_TIME]
    order = sorted([("", own_s), *published], key=lambda row: row[1])
    others = ", ".join(f"{name} {time_s / own_s:.2f}" for name, time_s in order if name)
    place = order.index(("", own_s)) + 1
    yield (
        f"place {place} of {len(order)} with the published processors; their time, this run's "
        f"being 1: {others}"
    )
    generated = config.dataset.source == "generated"
    data = ["generated districts of the same shape, so it is ranked nowhere"] if generated else []
    yield f"differs: {'; '.join([*data, f'{framework(result.tags)}, published with that of 2021'])}"


def doubts(result: Result) -> Iterator[tuple[str, str]]:
    """What a reader must know before trusting the numbers, each with its style in a terminal."""
    curve = result.tags.get(tags.LEARNING_CURVE, "")
    if curve.startswith(OUTSIDE):
        yield f"the learning curve is {curve}", "bold red"
    if tags.OPTIMIZER_FALLBACK_REASON in result.tags:
        yield (
            f"caution: optimizer={result.tags[tags.OPTIMIZER_REQUESTED]} does not train here "
            f"({result.tags[tags.OPTIMIZER_FALLBACK_REASON]}): "
            f"{result.tags[tags.OPTIMIZER_USED]} trained in its place",
            "yellow",
        )
    for caveat in result.caveats:
        yield f"caution: {caveat}", "yellow"


def standing(own: Row, published: Sequence[Row]) -> str:
    """Where `own` stands by its time per epoch, and its neighbours' times in terms of its own."""
    order = sorted([own, *published], key=lambda row: row.time_per_epoch_s)
    place = order.index(own)
    shown = [order[i] for i in sorted({0, place - 1, place + 1}) if 0 <= i < len(order)]
    others = ", ".join(
        f"{row.machine} {row.time_per_epoch_s / own.time_per_epoch_s:.2f}"
        for row in shown
        if row is not own
    )
    return (
        f"place {place + 1} of {len(order)} with the published machines; their time per epoch, "
        f"this run's being 1: {others}"
    )


def own_row(result: Result, config: DictConfig) -> Row:
    """The training as a row of the published table."""
    total_s = result.metrics[metrics.TOTAL_TIME]
    per_epoch_s = result.metrics.get(metrics.TIME_PER_EPOCH, total_s / config.epochs)
    return Row(
        machine=result.machine,
        source="this run",
        total_time_s=total_s,
        epochs=round(total_s / per_epoch_s),
        batch_size=config.batch_size,
        optimizer=result.tags[tags.OPTIMIZER_USED],
    )
