"""Labelled images, the form in which every part of the lab takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

DataPart = Literal["train", "validation", "test"]
"""One of the three disjoint parts that the generated sets are drawn in."""


@dataclass(frozen=True)
class ImageSet:
    """Labelled images: `pixels` uint8 (n, side, side, 3) from 0 to 255, `labels` int64 (n,) into `classes`."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    names: tuple[str, ...] = ()
    """The file of each image, relative to the dataset. Empty for generated images and arrays without files."""

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def side(self) -> int:
        """Height and width of each image, in pixels."""
        return int(self.pixels.shape[1])

    @property
    def counts(self) -> tuple[int, ...]:
        """The number of images of each class."""
        return tuple(np.bincount(self.labels, minlength=len(self.classes)).tolist())

    def select(self, rows: NDArray[np.int64]) -> ImageSet:
        """Return the images of these rows, in this order."""
        names = tuple(self.names[row] for row in rows) if self.names else ()
        return ImageSet(self.pixels[rows], self.labels[rows], self.classes, names)

    def repeat(self, times: int) -> ImageSet:
        """Return the set `times` times over, one copy after the other."""
        pixels, labels = np.concatenate([self.pixels] * times), np.concatenate([self.labels] * times)
        return ImageSet(pixels, labels, self.classes, self.names * times)


@dataclass(frozen=True)
class Remark:
    """How a file was changed, or why it was left out."""

    file: str
    text: str
    """A predicate: "is empty"."""
    code: str = ""
    """Kebab-case and stable, whatever the wording: `empty-file`."""
