"""Every published row as the params, metrics and tags that a measured run would have."""

from collections.abc import Iterator

from chipbench.ground import metrics, tags
from chipbench.published import ARTICLE, export_remarks, read_published
from chipbench.published.forests import forests
from chipbench.published.published_run import KEY_PREFIX, PublishedRun, reference_tags, run_name
from chipbench.published.published_work import found
from chipbench.published.trainings import sweeps, synthetics, trainings

#: As long as the clips that chipbench exports: `conf/clip/`.
_DURATIONS_S = {"small": "600", "large": "14400"}


def published_runs() -> Iterator[PublishedRun]:
    """All of them: trainings, exports, CreateML, forests, and the follow-up's sweeps."""
    yield from trainings()
    yield from _exports()
    yield from _createml()
    yield from forests()
    yield from sweeps()
    yield from synthetics()


def _exports() -> Iterator[PublishedRun]:
    for row in read_published("export_times"):
        benchmark = f"export_{row['clip']}_{row['codec']}"
        remarks = export_remarks(row["clip"], row["codec"])
        printed = "; ".join([row["export_time_printed"], *remarks])
        known = reference_tags(row["machine"], benchmark, ARTICLE, printed)
        known |= {tags.PROTOCOL: "Final Cut Pro", tags.DATA_SOURCE: "footage that is not known"}
        yield PublishedRun(
            key=f"{KEY_PREFIX}{benchmark}-{row['machine']}",
            name=run_name(row["machine"], benchmark, "Final Cut Pro"),
            params={
                "method": "final_cut_pro",
                "clip.name": row["clip"],
                "clip.duration_s": _DURATIONS_S[row["clip"]],
                "codec.name": row["codec"],
            },
            metrics={metrics.EXPORT_TIME: float(row["export_time_s"])},
            tags=known | {tags.METHOD: "Final Cut Pro"},
        )


def _createml() -> Iterator[PublishedRun]:
    for row in read_published("createml_times"):
        benchmark = f"createml_{row['dataset']}"
        seconds, epochs = 60 * float(row["train_time_min"]), int(row["epochs"])
        printed = f"{row['train_time_min']} min"
        yield PublishedRun(
            key=f"{KEY_PREFIX}{benchmark}-{row['machine']}",
            name=run_name(row["machine"], benchmark, "CreateML"),
            params={"epochs": row["epochs"], "dataset.name": row["dataset"]},
            metrics={
                metrics.TOTAL_TIME: seconds,
                metrics.TIME_PER_EPOCH: seconds / epochs,
            },
            tags=reference_tags(row["machine"], benchmark, ARTICLE, printed)
            | {tags.ENGINE: "createml", **found("createml", row["dataset"])},
        )
