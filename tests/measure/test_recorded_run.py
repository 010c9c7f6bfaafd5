import pytest

from chipbench.measure.recorded_run import RecordedRun


@pytest.mark.parametrize(
    ("text", "size"),
    [("32", 32), ("²", None), ("٣", None), ("9" * 5000, None), ("-1", None), ("0", None),
     ("", None), ("1e3", None), ("\udcff", None), ("=1+1", None)],
)  # fmt: skip
def test_a_strangers_batch_size_is_a_number_or_none(text: str, size: int | None) -> None:
    assert RecordedRun("1", "a", "FINISHED", 0, {}, {"batch_size": text}).batch_size == size


def test_a_run_of_a_given_time_is_ranked_by_its_epochs() -> None:
    metrics = {"total_time_s": 61.0, "time_per_epoch_s": 0.5}
    for duration, ranked, epochs in (
        ("None", "total_time_s", "10"),
        ("60", "time_per_epoch_s", "122"),
    ):
        params = {"epochs": "10", "duration_s": duration}
        run = RecordedRun("1", "a", "FINISHED", 0, {}, params, metrics)
        assert (run.ranking_metric, run.epochs) == (ranked, epochs)
