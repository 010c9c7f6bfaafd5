"""The resizing without TensorFlow, held against TensorFlow's own."""

import numpy as np
import pytest
import tensorflow as tf

from chipbench.data.resizing import resize


@pytest.mark.parametrize(
    ("old", "new"), [((8, 8), 32), ((512, 384), 224), ((300, 512), 224), ((33, 7), 64), ((5, 5), 1)]
)
def test_it_gives_what_tensorflow_gives(old: tuple[int, int], new: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, *old, 3), dtype=np.uint8)
    expected = tf.image.resize(images, (new, new)).numpy()
    assert np.abs(resize(images, new, new) - expected).max() < 1e-3 * 255


def test_a_size_that_stays_changes_nothing() -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 9, 6, 3), dtype=np.uint8)
    assert np.array_equal(resize(images, 9, 6), images)
