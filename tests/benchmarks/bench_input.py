"""What the input pipeline gives alone: images per second, decoded, resized and batched.

Run as `python tests/benchmarks/bench_input.py [REPEATS]`, on generated Food101. With and without
the six augmentations of the CreateML stand-in, in turn.
"""

import sys
from statistics import median

from rows import keep

from chipbench import data
from chipbench.backends import backend
from chipbench.config.compose import compose_config
from chipbench.ground.cache import cache_folder


def main() -> None:
    """Print the rates."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    words = ["dataset.source=generated", "dataset.max_examples=1010", "output_dir=none"]
    config = compose_config("createml", words)
    backend("tensorflow").start(verbose=False)
    from chipbench.backends.tensorflow.augmentation import augmentation
    from chipbench.backends.tensorflow.feed import input_rate

    loaded = data.load(config.dataset, cache_folder(config.cache_dir))
    augment = augmentation(config.augmentation, config.dataset.image_size, config.seed)
    plain, augmented = [], []
    for _ in range(repeats):
        plain.append(input_rate(loaded, config))
        augmented.append(input_rate(loaded, config, augment))
    found = {"without augmentation": plain, "with all six": augmented}
    keep(
        "input",
        [
            {"turn": turn, "side": name, "images_per_second": rate}
            for name, rates in found.items()
            for turn, rate in enumerate(rates, 1)
        ],
    )
    for name, rates in found.items():
        print(
            f"{name:20}   median {median(rates):7,.0f} images/s, "
            f"from {min(rates):,.0f} to {max(rates):,.0f}"
        )


if __name__ == "__main__":
    main()
