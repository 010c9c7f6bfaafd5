"""Whether protocol=tuned learns what protocol=article learns: validation losses over seeds.

Run as `python tests/benchmarks/bench_learning.py [SEEDS [EXAMPLES]]`. A batch that is computed in
slices sums in another order, which moves a training as far as another seed does, and no farther:
ends non-zero if the losses' ratio, over the seeds, has a 95 % interval that does not contain 1.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, stdev

import pandas as pd
from rows import keep

from chipbench.measure.statistics import ratio

_SEEDS, _EXAMPLES, _EPOCHS = 5, 4_000, 5


def losses(protocol: str, seed: int, examples: int) -> list[float]:
    """The validation loss after each epoch."""
    with tempfile.TemporaryDirectory() as folder:
        words = (
            f"protocol={protocol}", f"seed={seed}", f"dataset.max_examples={examples}",
            f"epochs={_EPOCHS}", "tracking=none", f"hydra.run.dir={folder}",
        )  # fmt: skip
        subprocess.run(
            [sys.executable, "-m", "chipbench.train", *words], check=True, capture_output=True
        )
        return [float(loss) for loss in pd.read_csv(Path(folder, "epochs.csv"))["val_loss"]]


def shown(values: Sequence[float]) -> str:
    """Mean and standard deviation."""
    return f"{fmean(values):.4f} ± {stdev(values):.4f}"


def main() -> int:
    """Print the curves; 1 if they differ by more than the spread over seeds."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else _SEEDS
    examples = int(sys.argv[2]) if len(sys.argv) > 2 else _EXAMPLES
    curves = {
        protocol: [losses(protocol, seed, examples) for seed in range(seeds)]
        for protocol in ("article", "tuned")
    }
    keep(
        "learning",
        [
            {"examples": examples, "side": name, "seed": seed, "epoch": epoch, "val_loss": loss}
            for name, runs in curves.items()
            for seed, run in enumerate(runs)
            for epoch, loss in enumerate(run, 1)
        ],
    )
    print(f"validation loss, mean ± standard deviation over {seeds} seeds")
    print("epoch   article            tuned              tuned / article")
    differs = False
    for epoch in range(_EPOCHS):
        article, tuned = ([run[epoch] for run in curves[name]] for name in ("article", "tuned"))
        found = ratio(tuned, article)
        differs = bool(found.differs)  # the last epoch's verdict counts
        interval = f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"
        print(f"{epoch + 1:>5}   {shown(article):18} {shown(tuned):18} {interval}")
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
