"""The machine that others are compared with: chosen before their times are looked at."""

from collections.abc import Mapping, Sequence

from chipbench.comparison.machine_identity import ids_of
from chipbench.measure.recorded_run import RecordedRun

#: What the article compares with: Colab, and where that could not take part, its older machine;
#: then what stands in their place among others' results, of which the T4 is a card of Colab's.
ARTICLES = ("colab_k80", "colab_cpu", "intel_mbp_16_2019", "titan_rtx_pc", "t4")


def choose_baseline(
    rows: Sequence[Sequence[RecordedRun]], wanted: str | None, names: Mapping[str, str]
) -> int | None:
    """The row of the machine asked for by id or name, else of the article's; None without them.

    `names`: the machines' as tables show them, by run id.
    """
    if len(rows) < 2 and wanted is None:
        return None
    for name in ARTICLES if wanted is None else (wanted,):
        for number, runs in enumerate(rows):
            if name in {names[runs[0].run_id], *ids_of(runs[0])}:
                return number
    return None
