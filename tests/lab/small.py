"""A small network and image set with which the lab's tests take moments."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from practicum.lab.backbone_split import SplitBackbone, split_backbone
from practicum.lab.image_set import ImageSet
from practicum.lab.near_duplicates import find_near_duplicates
from practicum.lab.prepared_set import PreparedSet, prepare_set
from practicum.lab.progress import StepProgress
from practicum.lab.shape_drawings import shapes

SIDE = 32
DRAWN = shapes(8, seed=0, side=SIDE, difficulty=0.6)
"""Forty images without near duplicates."""


def small_network(seed: int = 0) -> keras.Model:
    """Four stages of one convolution and BatchNorm, initialised from `seed`: pixels (n, 32, 32, 3) to features (n,
    32). It has two levels, of 16 and 24 channels, and a cut at the second. All layers have names, so that the same
    network built again has the same hash."""
    image = keras.Input((SIDE, SIDE, 3), name="image")
    x = layers.Rescaling(1 / 128, offset=-1, name="preprocess")(image)
    for width in (8, 16, 24, 32):
        draw = keras.initializers.HeNormal(seed=1000 * seed + width)
        x = layers.Conv2D(width, 3, 2, padding="same", kernel_initializer=draw, name=f"conv_{width}")(x)
        x = layers.ReLU(name=f"relu_{width}")(layers.BatchNormalization(name=f"norm_{width}")(x))
    return keras.Model(image, layers.GlobalAveragePooling2D(name="features")(x), name="small")


def without_levels() -> SplitBackbone:
    """A network of one stage, which has neither levels nor a cut."""
    image = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(8, 3, strides=2)(layers.Rescaling(1 / 128, offset=-1)(image))
    return split_backbone(keras.Model(image, layers.GlobalAveragePooling2D()(x)))


def ignore_progress(_doing: str, _done: int, _of: int) -> None:
    """Does nothing."""


def prepared_for(
    network: SplitBackbone,
    images: ImageSet = DRAWN,
    *,
    groups: NDArray[np.int64] | None = None,
    seed: int = 0,
    cache: MutableMapping[str, Any] | None = None,
    on_progress: StepProgress = ignore_progress,
) -> PreparedSet:
    """The prepared images, with a cache of their own by default."""
    return prepare_set(
        images,
        network,
        find_near_duplicates(images.pixels),
        groups=groups,
        seed=seed,
        cache={} if cache is None else cache,
        on_progress=on_progress,
    )
