"""What it saves to compute a frozen backbone once: EfficientNetB0 feature extraction, 5 epochs.

Run as `python tests/benchmarks/bench_features.py [REPEATS [EXAMPLES]]`. Whole runs of the two
protocols in turn, on generated images and random weights, which cost what real ones cost. Ends
non-zero if tuned takes more than 0.25 times the article's total, or its accuracies differ in the
first four digits.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
from rows import keep

_REPEATS, _EXAMPLES = 2, 1010
_LIMIT = 0.25
_TIMES = ["epoch_time_s", "validation_time_s"]
_ACCURACIES = ["accuracy", "val_accuracy"]


def trained(protocol: str, folder: Path, examples: int) -> tuple[float, Any]:
    """Seconds of all epochs, and the table of each."""
    words = (
        "experiment=efficientnetb0_food101", "dataset.source=generated", "model.weights=null",
        f"dataset.max_examples={examples}", f"protocol={protocol}", f"output_dir={folder}",
        f"hydra.run.dir={folder}", "tracking=none",
    )  # fmt: skip
    subprocess.run(
        [sys.executable, "-m", "chipbench.train", *words], check=True, stdout=subprocess.DEVNULL
    )
    result = json.loads((folder / "result.json").read_text())
    return result["metrics"]["total_time_s"], pd.read_csv(folder / "epochs.csv")


def main() -> int:
    """Print the times, their ratio and the accuracies; 1 if a limit is missed."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else _REPEATS
    examples = int(sys.argv[2]) if len(sys.argv) > 2 else _EXAMPLES
    ratios, differences = [], []
    rows: list[dict[str, Any]] = []
    print("article (s)   tuned (s)   ratio")
    for turn in range(1, repeats + 1):
        with tempfile.TemporaryDirectory() as name:
            article_s, article_epochs = trained("article", Path(name, "article"), examples)
            tuned_s, tuned_epochs = trained("tuned", Path(name, "tuned"), examples)
        for side, epochs in (("article", article_epochs), ("tuned", tuned_epochs)):
            kept = epochs[["epoch", *_TIMES, *_ACCURACIES]].to_dict("records")
            rows += [{"examples": examples, "turn": turn, "side": side} | row for row in kept]
        ratios.append(tuned_s / article_s)
        article, tuned = article_epochs[_ACCURACIES], tuned_epochs[_ACCURACIES]
        differences.append((article - tuned).abs().to_numpy().max())
        print(f"{article_s:>11.1f}   {tuned_s:>9.1f}   {ratios[-1]:.3f}", flush=True)
    keep("features", rows)
    print(pd.concat({"article": article, "tuned": tuned}, axis=1).round(4).to_string())
    print(f"median ratio {median(ratios):.3f}, from {min(ratios):.3f} to {max(ratios):.3f}")
    print(f"largest difference of an accuracy: {max(differences):.6f}")
    return int(median(ratios) > _LIMIT or max(differences) >= 5e-5)


if __name__ == "__main__":
    sys.exit(main())
