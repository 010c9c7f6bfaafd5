"""Every published benchmark has a machine that the others are compared with."""

from support.published_store import published_recorded

from chipbench.comparison.grouping import sort_runs


def test_what_several_machines_published_has_a_baseline() -> None:
    groups = [
        (benchmark.name, group.baseline)
        for benchmark in sort_runs(published_recorded()).benchmarks
        for group in benchmark.groups
        if len(group.rows) > 1
    ]
    assert ("resnet50_noise", "NVIDIA T4") in groups
    assert all(baseline is not None for _, baseline in groups), groups
