"""The ceiling by hand, and which of the two binds."""

import pytest

from chipbench.workloads.training.limits.roofline import binding, roofline_of

USE = {"peak_tflops": 0.4, "memory_bandwidth_gb_per_s": 20.0, "achieved_tflops": 0.05}


@pytest.mark.parametrize(
    ("moved_bytes", "ceiling", "binds"),
    [
        (1e6, 0.16, "memory"),  # 8 operations a byte, 20 GB/s: 160 GFLOP/s
        (0.4e6, 0.4, "compute"),  # as many as the peak takes
        (0.1e6, 0.4, "compute"),
    ],
)
def test_the_lower_one_binds(moved_bytes: float, ceiling: float, binds: str) -> None:
    values = USE | roofline_of(USE, 8e6, moved_bytes)
    assert values["operational_intensity_flop_per_byte"] == pytest.approx(8e6 / moved_bytes)
    assert values["roofline_tflops"] == pytest.approx(ceiling)
    assert values["roofline_percent"] == pytest.approx(100 * 0.05 / ceiling)
    assert binding(values) == binds


def test_what_is_unknown_is_absent() -> None:
    assert roofline_of({}, 8e6, 1e6) == {"operational_intensity_flop_per_byte": 8.0}
    assert roofline_of(USE, 0.0, 0.0) == {}
    assert binding({}) is None
    unachieved = {name: USE[name] for name in USE if name != "achieved_tflops"}
    assert "roofline_percent" not in roofline_of(unachieved, 8e6, 1e6)
