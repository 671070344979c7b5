"""What a network makes of pictures, computed once: the cache that makes training on a frozen base quick."""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping
from functools import cache
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from practicum.lab.backbones import Weights, efficientnet_lite0
from practicum.lab.repeat import repeatable

CHUNK = 100
"""Pictures in one forward pass. Always this many, so that a picture's numbers never depend on its company."""

Features = NDArray[np.float32]
MEMORY: dict[str, Features] = {}
"""Features by content hash, for as long as the process lives."""


@cache
def shared_base(side: int, weights: Weights = "imagenet", seed: int = 0) -> keras.Model:
    """EfficientNet-Lite0 without its top, frozen, built once a process. Read it, never train it."""
    base = efficientnet_lite0(side, weights=weights, seed=seed)
    base.trainable = False
    return base


def features(base: keras.Model, pixels: NDArray[Any], *, cache: MutableMapping[str, Features] = MEMORY) -> Features:
    """What `base` makes of `pixels` (n, side, side, 3): float32 (n, …), computed once for the same two contents.

    `cache` may be any mapping from a content hash to an array, one on a disk for instance.
    """
    key = f"{_digest(base)}-{_hash(pixels)}"
    if key not in cache:
        cache[key] = forward(base, pixels)
    return cache[key]


def forward(model: keras.Model, inputs: NDArray[Any]) -> NDArray[np.float32]:
    """The model's outputs in inference mode, in chunks of one size: the last is filled up and cut again."""
    repeatable()
    short = -len(inputs) % CHUNK
    filled = np.concatenate([inputs, np.zeros((short, *inputs.shape[1:]), inputs.dtype)])
    chunks = [model.predict_on_batch(filled[i : i + CHUNK].astype(np.float32)) for i in range(0, len(filled), CHUNK)]
    return np.concatenate(chunks)[: len(inputs)]


def _digest(model: keras.Model) -> str:
    """What the model computes with: its architecture and every weight, so that a trained model is another one."""
    return _hash(model.to_json(), *model.get_weights())


def _hash(*parts: str | NDArray[Any]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(part.encode())
        else:
            digest.update(f"{part.dtype} {part.shape}".encode())
            digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()
