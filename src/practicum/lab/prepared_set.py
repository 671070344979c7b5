"""An image set that is ready for training: groups of near duplicates, features and cross-validation splits."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import keras
import numpy as np
from numpy.typing import NDArray

from practicum.lab.augmentation import augment
from practicum.lab.backbone_split import SplitBackbone
from practicum.lab.errors import LabError
from practicum.lab.features import Features, content_hash, extract_features, model_hash
from practicum.lab.image_set import ImageSet
from practicum.lab.linear_probe import ProbeTrainer
from practicum.lab.near_duplicates import DuplicatePair, group_duplicates
from practicum.lab.progress import StepProgress
from practicum.lab.splits import Split, cross_validation_folds

PROCEDURE_VERSION = 1
"""Increase this when the same call would give another result, so that results cached by earlier code are ignored."""
CHUNK_IMAGES = 200
"""Images whose features are cached together: at most this many are computed again after an interruption."""
FOLDS = 5
MAX_REPEATS = 5
ENOUGH_PREDICTIONS = 1200
"""Beyond this many predictions, further repeats of the cross-validation hardly improve its precision."""


@dataclass(frozen=True)
class PreparedSet:
    """Everything that strategies start from. Rows are images, in the order of `images`."""

    images: ImageSet
    duplicates: tuple[DuplicatePair, ...]
    groups: NDArray[np.int64]
    """(n,): rows of one group are never on both sides of a split."""
    backbone: SplitBackbone
    seed: int
    cache: MutableMapping[str, Features]
    on_progress: StepProgress

    @property
    def labels(self) -> NDArray[np.int64]:
        return self.images.labels

    @property
    def classes(self) -> int:
        """The number of classes."""
        return len(self.images.classes)

    @cached_property
    def features(self) -> Features:
        """The features of all levels, (n, d)."""
        return self.compute_features(self.backbone.multi_level, 0, "extracting features")

    @property
    def final_features(self) -> Features:
        """The base's final features, (n, k)."""
        return self.features[:, -self.backbone.final_features :]

    @cached_property
    def probes(self) -> ProbeTrainer:
        """Trains linear probes on the features of all levels."""
        return ProbeTrainer(self.features, self.labels, self.classes)

    @cached_property
    def final_probes(self) -> ProbeTrainer:
        """Trains linear probes on the final features."""
        if self.backbone.multi_level is self.backbone.base:
            return self.probes
        return ProbeTrainer(self.final_features, self.labels, self.classes)

    @cached_property
    def cross_validations(self) -> list[list[Split]]:
        """The splits of each repeat; there are fewer repeats for more images."""
        k = min(FOLDS, len(np.unique(self.groups)))
        repeats = min(MAX_REPEATS, max(1, ENOUGH_PREDICTIONS // len(self.labels)))
        splits = cross_validation_folds(self.labels, self.groups, k, repeats, self.seed)
        return [splits[start : start + k] for start in range(0, len(splits), k)]

    @property
    def splits(self) -> list[Split]:
        """The splits of all repeats, one repeat after the other."""
        return [split for cross_validation in self.cross_validations for split in cross_validation]

    @cached_property
    def key(self) -> str:
        """A key of everything that results depend on: images, labels, groups, classes, network and seed."""
        data = content_hash(self.images.pixels, self.labels, self.groups, "|".join(self.images.classes))
        return f"{PROCEDURE_VERSION}-{data[:24]}-{model_hash(self.backbone.base)[:24]}-{self.seed}"

    def compute_features(self, model: keras.Model, number: int, step: str, *, keep: bool = True) -> Features:
        """Return the output of `model` for version `number` of every image, in chunks, cached if `keep` is set.

        `number` is that of :func:`practicum.lab.augmentation.augment`, `step` the name shown for the progress.
        """
        chunks, n, known_hash = [], len(self.labels), model_hash(model)
        for start in range(0, n, CHUNK_IMAGES):
            pixels = augment(self.images.pixels[start : start + CHUNK_IMAGES], number, self.seed)

            def on_progress(done: int, _total: int, start: int = start) -> None:
                self.on_progress(step, start + done, n)

            cache = self.cache if keep else {}
            chunks.append(extract_features(model, pixels, cache=cache, base_hash=known_hash, on_progress=on_progress))
        return np.concatenate(chunks)


def prepare_set(
    images: ImageSet,
    backbone: SplitBackbone,
    duplicates: Sequence[DuplicatePair],
    *,
    groups: NDArray[np.int64] | None = None,
    seed: int,
    cache: MutableMapping[str, Features],
    on_progress: StepProgress,
) -> PreparedSet:
    """Group near duplicates (`practicum.lab.near_duplicates`), and check that every class can be split.

    Args:
        images: The images.
        backbone: The network that extracts features.
        duplicates: Pairs of near duplicates among the images.
        groups: Further groups of images that belong together, (n,).
        seed: Seed of the splits and augmented images.
        cache: Cache of the features.
        on_progress: Called during long steps.

    Raises:
        LabError: `too-few-images`: a class has fewer than two different images.
        ValueError: `groups` has another length.
    """
    joined = group_duplicates(len(images), list(duplicates))
    if groups is not None:
        if len(groups) != len(images):
            raise ValueError(
                f"groups must have one entry for each of the {len(images)} images that were read, in the order of "
                f"their `names`; got {len(groups)}"
            )
        joined = _join_groups(joined, groups)
    for number, name in enumerate(images.classes):
        if len(np.unique(joined[images.labels == number])) < 2:
            count = images.counts[number]
            found = "one image" if count == 1 else f"{count} images that are duplicates or belong to one group"
            raise LabError(
                "too-few-images",
                f"Class {name} has {found}. At least 2 different images are needed, one for training and one for "
                "testing: add images, or leave the class out.",
            )
    return PreparedSet(images, tuple(duplicates), joined, backbone, seed, cache, on_progress)


def _join_groups(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Groups of rows that are connected by either grouping, directly or through others."""
    first_rows: dict[tuple[int, int], int] = {}
    links = []
    for row, numbers in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        for grouping, number in enumerate(numbers):
            links.append(DuplicatePair(first_rows.setdefault((grouping, number), row), row, False, 0.0))
    return group_duplicates(len(first), links)
