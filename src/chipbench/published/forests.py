"""The published searches of a random forest: the processors of five machines."""

from collections.abc import Iterator

from omegaconf import DictConfig

from chipbench.ground import metrics, tags
from chipbench.hardware.computing_device import CPU
from chipbench.published import ARTICLE, published_machines, read_published, short_name
from chipbench.published.published_run import KEY_PREFIX, PublishedRun, reference_tags, run_name
from chipbench.published.published_work import found

BENCHMARK = "randomforest_california_housing"
#: Its seed draws the candidates; another's are other work.
SEED = 42


def forests() -> Iterator[PublishedRun]:
    """Each row as a run of that machine's processor, which is another machine than its GPU."""
    for row in read_published("forest_times"):
        machine, seconds = row["machine"], float(row["search_time_s"])
        fits = int(row["candidates"]) * int(row["folds"]) + 1
        known = reference_tags(machine, BENCHMARK, ARTICLE, f"{row['search_time_s']} s")
        known |= {
            tags.MACHINE: f"{machine}_cpu",
            tags.MACHINE_NAME: processor_name(machine),
            tags.DEVICE_KIND: CPU,
            tags.DATA_SOURCE: "sklearn",
            tags.BACKEND: "scikit-learn",
            **found("random_forest", row["dataset"]),
        }
        known.pop(tags.PRICE, None)
        yield PublishedRun(
            key=f"{KEY_PREFIX}forest-{machine}",
            name=run_name(machine, BENCHMARK, f"{row['candidates']} x {row['folds']}"),
            params={
                "search.candidates": row["candidates"],
                "search.folds": row["folds"],
                "search.seed": str(SEED),
            },
            metrics={metrics.SEARCH_TIME: seconds, metrics.FITS_PER_SECOND: fits / seconds},
            tags=known,
        )


def processor_name(machine: str) -> str:
    """A published machine's processor, as a run there that spares its GPU is called."""
    facts = published_machines()[machine]
    cpu, gpu = facts.get("cpu"), short_name(machine)
    if cpu is None:
        return f"{gpu}, CPU"
    own = str(cpu)
    beside = f"{own} machine, CPU" if gpu.startswith(own) else f"{gpu} machine, CPU {own}"
    return f"{beside} ({facts['cpu_cores']} cores)"


def published_forests(config: DictConfig) -> list[tuple[str, float]]:
    """Machines and their seconds, of the search that `config` asks for; none of other work."""
    if config.dataset.max_examples is not None or config.search.seed != SEED:
        return []
    return [
        (processor_name(row["machine"]), float(row["search_time_s"]))
        for row in read_published("forest_times")
        if (int(row["candidates"]), int(row["folds"]))
        == (config.search.candidates, config.search.folds)
    ]
