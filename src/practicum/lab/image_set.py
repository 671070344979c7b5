"""Labelled pictures, as everything in the lab takes them, however they came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ImageSet:
    """Labelled pictures: `pixels` uint8 (n, side, side, 3) from 0 to 255, `labels` int64 (n,) into `classes`."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    names: tuple[str, ...] = ()
    """The file of each, relative to where the set lies; none where pictures were drawn or given."""

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def side(self) -> int:
        """Height and width of each picture, in pixels."""
        return int(self.pixels.shape[1])

    @property
    def counts(self) -> tuple[int, ...]:
        """How many pictures each class has."""
        return tuple(np.bincount(self.labels, minlength=len(self.classes)).tolist())

    def rows(self, index: NDArray[np.int64]) -> ImageSet:
        """The pictures of these rows, in this order."""
        names = tuple(self.names[row] for row in index) if self.names else ()
        return ImageSet(self.pixels[index], self.labels[index], self.classes, names)

    def copied(self, times: int) -> ImageSet:
        """The same pictures `times` over, in order: more rows, and nothing new in them."""
        pixels, labels = np.concatenate([self.pixels] * times), np.concatenate([self.labels] * times)
        return ImageSet(pixels, labels, self.classes, self.names * times)


@dataclass(frozen=True)
class Remark:
    """What was done with a file, or why it was left out, in words."""

    file: str
    what: str
