from chipbench.measure.stopwatch import Stopwatch


def test_the_device_is_synchronised_before_every_reading() -> None:
    now = 0.0

    def finish_queued_work() -> None:
        nonlocal now
        now += 2.0

    stopwatch = Stopwatch(finish_queued_work, clock=lambda: now)
    stopwatch.start()
    now += 3.0
    assert stopwatch.lap() == 5.0
    assert stopwatch.lap() == 2.0
