"""Pictures made ready to be learned from: which of them belong together, and what the network makes of each."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import keras
import numpy as np
from numpy.typing import NDArray

from practicum.lab.augmentation import augment
from practicum.lab.backbone_split import SplitBackbone
from practicum.lab.features import Features, content_hash, extract_features, model_hash
from practicum.lab.image_set import ImageSet
from practicum.lab.linear_probe import ProbeTrainer
from practicum.lab.near_duplicates import DuplicatePair
from practicum.lab.near_duplicates import group_duplicates as grouped
from practicum.lab.splits import Split, cross_validation_folds

StepProgress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""

PROCEDURE_VERSION = 1
"""Raised when the same call would no longer give the same result, so that nothing kept from before is taken for it."""
CHUNK_IMAGES = 200
"""Pictures whose features are kept together: so many at most are computed again after an interruption."""
FOLDS = 5
MAX_REPEATS = 5
ENOUGH_PREDICTIONS = 1200
"""Predictions of pictures from which on another repeat of the cross-validation would steady little."""


class TooFewImages(ValueError):
    """A class has too few different pictures. The message names it and says what to do."""


@dataclass(frozen=True)
class PreparedSet:
    """Everything that ways of learning start from. Rows are pictures, in the order of `images`."""

    images: ImageSet
    twins: tuple[DuplicatePair, ...]
    groups: NDArray[np.int64]
    """(n,): rows of one group are never on both sides of a split."""
    network: SplitBackbone
    seed: int
    cache: MutableMapping[str, Features]
    tell: StepProgress

    @property
    def labels(self) -> NDArray[np.int64]:
        return self.images.labels

    @property
    def classes(self) -> int:
        return len(self.images.classes)

    @cached_property
    def features(self) -> Features:
        """Of all depths, (n, d)."""
        return self.made(self.network.whole, 0, "looking at each picture")

    @property
    def own(self) -> Features:
        """The network's own features, (n, k)."""
        return self.features[:, -self.network.own :]

    @cached_property
    def probing(self) -> ProbeTrainer:
        """The features of all depths, ready for probes."""
        return ProbeTrainer(self.features, self.labels, self.classes)

    @cached_property
    def own_probing(self) -> ProbeTrainer:
        """The network's own features, ready for probes."""
        return (
            self.probing
            if self.network.whole is self.network.base
            else ProbeTrainer(self.own, self.labels, self.classes)
        )

    @cached_property
    def validations(self) -> list[list[Split]]:
        """Cross-validations, each the splits of one repeat; fewer where there are many pictures."""
        k = min(FOLDS, len(np.unique(self.groups)))
        repeats = min(MAX_REPEATS, max(1, ENOUGH_PREDICTIONS // len(self.labels)))
        found = cross_validation_folds(self.labels, self.groups, k, repeats, self.seed)
        return [found[start : start + k] for start in range(0, len(found), k)]

    @property
    def splits(self) -> list[Split]:
        """Those of all repeats, one after the other."""
        return [split for validation in self.validations for split in validation]

    @cached_property
    def key(self) -> str:
        """What results depend on: pictures, labels, groups, network and seed."""
        held = content_hash(self.images.pixels, self.labels, self.groups, "|".join(self.images.classes))
        return f"{PROCEDURE_VERSION}-{held[:24]}-{model_hash(self.network.base)[:24]}-{self.seed}"

    def made(self, model: keras.Model, number: int, doing: str, *, keep: bool = True) -> Features:
        """What the model makes of view `number` of all pictures, part by part; kept on disk unless told not to."""
        parts, n, known = [], len(self.labels), model_hash(model)
        for start in range(0, n, CHUNK_IMAGES):
            pixels = augment(self.images.pixels[start : start + CHUNK_IMAGES], number, self.seed)

            def progress(done: int, _of: int, start: int = start) -> None:
                self.tell(doing, start + done, n)

            parts.append(
                extract_features(model, pixels, cache=self.cache if keep else {}, known=known, progress=progress)
            )
        return np.concatenate(parts)


def prepare_set(
    images: ImageSet,
    network: SplitBackbone,
    alike: Sequence[DuplicatePair],
    *,
    groups: NDArray[np.int64] | None = None,
    seed: int,
    cache: MutableMapping[str, Features],
    tell: StepProgress,
) -> PreparedSet:
    """Keep near duplicates together (`practicum.lab.near_duplicates`), and see that each class can be split.

    `groups` (n,) say which pictures belong together besides.

    Raises TooFew where a class has fewer than two different pictures.
    """
    together = grouped(len(images), list(alike))
    if groups is not None:
        if len(groups) != len(images):
            raise ValueError(
                f"groups must name one for each of the {len(images)} pictures that were read, in the order of their "
                f"`names`; got {len(groups)}"
            )
        together = _joined(together, groups)
    for number, name in enumerate(images.classes):
        if len(np.unique(together[images.labels == number])) < 2:
            count = images.counts[number]
            held = "one picture" if count == 1 else f"{count} pictures that are one picture, or belong to one thing"
            raise TooFewImages(
                f"class {name} has {held}; at least 2 different ones are needed, one to learn from and one to test on: "
                "add some, or leave the class out"
            )
    return PreparedSet(images, tuple(alike), together, network, seed, cache, tell)


def _joined(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows are in one group where either says so, directly or through others."""
    order: dict[tuple[int, int], int] = {}
    links = []
    for row, pair in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        for side, name in enumerate(pair):
            links.append(DuplicatePair(order.setdefault((side, name), row), row, False, 0.0))
    return grouped(len(first), links)
