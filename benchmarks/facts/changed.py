"""Augmentation: the same images, mirrored and shifted at random."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

REACH = 6
"""Pixels an image is shifted by at most, in each direction; its edge fills what falls free."""


def moved(pixels: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
    """Each of `pixels` (n, side, side, 3) shifted, and half of them mirrored from left to right."""
    side = pixels.shape[1]
    wide = np.pad(pixels, ((0, 0), (REACH, REACH), (REACH, REACH), (0, 0)), mode="edge")
    starts = rng.integers(0, 2 * REACH + 1, (len(pixels), 2))
    mirrored = rng.random(len(pixels)) < 0.5
    return np.stack(
        [
            one[top : top + side, left : left + side][:, :: -1 if turned else 1]
            for one, (top, left), turned in zip(wide, starts, mirrored, strict=True)
        ]
    )
