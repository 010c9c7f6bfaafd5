from dataclasses import replace

from chipbench.ground import metrics
from chipbench.hardware import Load, Machine
from chipbench.measure import caveats
from chipbench.measure.sensor_sample import Reading

IDLE = Machine("m", "c", 1, 1, 1, "Linux 6", "x86_64", cpu_governor="performance")
SLOWING = [10.0, 10.5, 11.0, 11.5, 12.0, 12.5]


def reading(number: int, **values: float) -> Reading:
    return Reading(float(number), number, {f"system/{k}": v for k, v in values.items()})


def test_an_idle_steady_machine_has_none() -> None:
    steady = [10.0, 10.1, 9.9, 10.05, 10.0, 9.95]
    assert list(caveats.of_machine(IDLE)) == []
    assert list(caveats.of_load(Load(1.0, 0.0), "during the work")) == []
    assert list(caveats.of_load(None, "before the work")) == []
    assert list(caveats.of_times(steady, [])) == []
    assert list(caveats.of_memory({metrics.SWAP_GROWTH: 3.0})) == []


def test_the_machine_itself() -> None:
    doubted = replace(IDLE, power_source="battery", cpu_governor="powersave")
    battery, governor = map(str, caveats.of_machine(doubted))
    assert "plug it in" in battery
    assert "governor is powersave" in governor and "performance" in governor
    (slow,) = map(str, caveats.of_machine(replace(IDLE, low_power_mode=True)))
    assert slow.startswith("in low-power mode")


def test_other_programs_and_other_guests() -> None:
    others, stolen = map(str, caveats.of_load(Load(23.4, 7.0), "before the work"))
    assert others == "not idle: other programs used 23 % of the CPU before the work"
    assert "host gave 7 % of the CPU to others" in stolen
    assert list(caveats.of_load(Load(1.0, None), "before the work")) == []


def test_slowing_down_is_told_with_clocks_and_temperatures() -> None:
    readings = [
        reading(n, gpu_0_clock_megahertz=1700 - 100 * n, cpu_temperature_celsius=60 + 5 * n)
        for n in range(6)
    ]
    first, *_ = map(str, caveats.of_times(SLOWING, readings))
    assert first.startswith("it slowed down by 22 % from the first epoch to the last (p = 0.003)")
    assert "gpu_0 1,650 to 1,250 MHz" in first
    assert "cpu 62 to 82 °C" in first


def test_a_step_down_is_told_with_its_place_in_short_runs_too() -> None:
    for steady in ([10.0] + 7 * [13.0], [10.0, 13.0, 13.1], [10.1, 13.0, 13.4], [10, 10.1, 13.2]):
        first, *_ = map(str, caveats.of_times(steady, []))
        after = 3 if steady[1] < 11 else 2
        assert "slowed down by" in first and f"% after epoch {after} (p = " in first


def test_getting_faster_is_no_throttling() -> None:
    assert not any("slowed" in caveat.what for caveat in caveats.of_times(SLOWING[::-1], []))


def test_uneven_epochs_are_not_steady() -> None:
    (caveat,) = caveats.of_times([10.0, 14.0, 9.0, 13.0, 10.0], [])
    assert str(caveat) == "not steady: half of the epochs differ from their median by 10 % or more"


def test_a_stalled_epoch_is_told_apart_from_scatter() -> None:
    (caveat,) = caveats.of_times([10.0, 10.1, 21.0, 9.9, 10.0], [])
    assert str(caveat) == "an epoch stalled: the longest took 2.1 times their median"


def test_swapping() -> None:
    (caveat,) = caveats.of_memory({metrics.SWAP_GROWTH: 4096.0})
    assert caveat.what.startswith("swap grew by 4,096 MiB")
    assert "batch_size" in str(caveat.remedy)
