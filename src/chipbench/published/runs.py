"""Every published row as the params, metrics and tags that a measured run would have."""

from collections.abc import Iterator

from chipbench.ground import metrics, tags
from chipbench.measure.fingerprint import createml_fingerprint, fingerprint
from chipbench.published import ARTICLE, export_remarks, read_published
from chipbench.published.run import KEY_PREFIX, PublishedRun, reference_tags, run_name
from chipbench.published.trainings import FingerprintOf, sweeps, trainings, transformers


def published_runs(fingerprint_of: FingerprintOf) -> Iterator[PublishedRun]:
    """All of them: trainings, exports, CreateML, and the follow-up's sweeps."""
    yield from trainings(fingerprint_of)
    yield from _exports()
    yield from _createml()
    yield from sweeps(fingerprint_of)
    yield from transformers()


def _exports() -> Iterator[PublishedRun]:
    for row in read_published("export_times"):
        benchmark = f"export_{row['clip']}_{row['codec']}"
        parts = {"kind": "export", "benchmark": benchmark, "method": "final_cut_pro"}
        remarks = export_remarks(row["clip"], row["codec"])
        printed = "; ".join([row["export_time_printed"], *remarks])
        known = reference_tags(row["machine"], benchmark, ARTICLE, printed)
        known |= {tags.PROTOCOL: "Final Cut Pro", tags.DATA_SOURCE: "footage that is not known"}
        yield PublishedRun(
            key=f"{KEY_PREFIX}{benchmark}-{row['machine']}",
            name=run_name(row["machine"], benchmark, "Final Cut Pro"),
            params={"clip.name": row["clip"], "codec.name": row["codec"]},
            metrics={metrics.EXPORT_TIME: float(row["export_time_s"])},
            tags=known | {tags.FINGERPRINT: fingerprint(parts), tags.METHOD: "Final Cut Pro"},
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
            | {tags.FINGERPRINT: createml_fingerprint(benchmark), tags.ENGINE: "createml"},
        )
