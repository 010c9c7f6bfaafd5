"""Images side by side."""

from pathlib import Path
from typing import Any

import numpy as np

from chipbench.ground.drawing.figure import new_figure, save


def draw_images(path: Path, images: np.ndarray[Any, Any], columns: int = 4) -> None:
    """A grid of images, float [n, height, width, 3] from 0 to 255."""
    rows = -(-len(images) // columns)
    figure = new_figure(2 * columns, 2 * rows)
    grid = figure.subplots(rows, columns, squeeze=False).flat
    for axes, image in zip(grid, images, strict=False):
        axes.imshow(np.clip(image, 0, 255).astype(np.uint8))
    for axes in figure.axes:
        axes.set_axis_off()
    figure.subplots_adjust(left=0.01, right=0.99, top=0.99, bottom=0.01, wspace=0.05, hspace=0.05)
    save(figure, path)
