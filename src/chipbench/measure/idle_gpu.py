"""Whether the GPU that a framework says it computes on did compute."""

from collections.abc import Iterator, Sequence

from chipbench.ground import metrics
from chipbench.ground.finding import Finding
from chipbench.measure.sensor_sample import Reading

#: A work of less readings may lie between two of them.
_FEWEST_READINGS = 3
#: A large matrix product runs on the slowest GPU that trains several times as fast.
_LEAST_TFLOPS = 0.15
_REMEDY = (
    "the framework says it used the GPU, and something else computed; see `make doctor`, or "
    "measure the CPU with machine.accelerator=cpu"
)


def of_gpus(
    places: Sequence[int], readings: Sequence[Reading], peak_tflops: float | None
) -> Iterator[Finding]:
    """What shows that none of the GPUs at `places` computed: such a number is no GPU's.

    The first reading tells of the time before the work.
    """
    names = [metrics.gpu_metric(place, metrics.GPU_UTILIZATION) for place in places]
    uses = [r.values[name] for r in readings[1:] for name in names if name in r.values]
    if len(uses) >= _FEWEST_READINGS and max(uses) == 0:
        said = f"the GPU was at 0 % in all {len(uses)} readings of its use"
        yield Finding(said, _REMEDY, rules_out=True)
    if peak_tflops is not None and peak_tflops < _LEAST_TFLOPS:
        said = f"a matrix product ran at {peak_tflops:.3f} TFLOP/s, which is no GPU's peak"
        yield Finding(said, _REMEDY, rules_out=True)
