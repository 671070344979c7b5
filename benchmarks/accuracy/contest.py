"""What all contestants are given: the same images, the same pretrained network, and how they are measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.alone import alone
from benchmarks.facts.kept import folder
from benchmarks.facts.sets import draw_images
from practicum.lab.image_set import ImageSet

SIDE = 96
FRESH = 60
"""Images of a class to test on: 300 in all."""
BATCH = 32
Result = dict[str, Any]
"""`accuracy` on the fresh images as a share of 1, `seconds` that it took, and what else is worth knowing."""


def given(kind: str, images: int, seed: int) -> tuple[ImageSet, ImageSet]:
    """Images to learn from, and 300 others to be tested on."""
    return draw_images(kind, images, seed, "train", SIDE), draw_images(kind, FRESH, seed, "test", SIDE)


def share(scores: NDArray[Any], fresh: ImageSet) -> float:
    """How many of the images have the largest of their scores, (n, classes), at their class."""
    return float(np.mean(scores.argmax(axis=1) == fresh.labels))


def base_file(side: int = SIDE) -> Path:
    """EfficientNet-Lite0 as a Keras file, as others would have it: built the lab's way, it holds them to one thread."""
    path = folder() / f"efficientnet-lite0-{side}.keras"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        alone(_save)(side=side, path=path)
    return path


def _save(side: int, path: Path) -> None:
    from practicum.lab.backbones import efficientnet_lite0

    half = path.with_suffix(".half.keras")
    efficientnet_lite0(side).save(half)
    half.replace(path)
