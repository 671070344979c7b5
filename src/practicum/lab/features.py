"""What a network makes of pictures, computed once: the cache that makes training on a frozen base quick."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from practicum.lab.backbones import Weights, efficientnet_lite0
from practicum.lab.determinism import PARALLEL_OPERATIONS, make_deterministic

CHUNK_SIZE = 20
"""Pictures in one forward pass: few enough that a small set keeps all cores busy. Always this many, so that a picture's
numbers never depend on its company."""

Features = NDArray[np.float32]
CountProgress = Callable[[int, int], None]
"""Told how many pictures are done, of how many."""
IGNORED_CONFIG_KEYS = ("name", "trainable", "initializer")
"""What settings of a layer end in that change nothing of what it computes."""
MEMORY_CACHE: dict[str, Features] = {}
"""Features by content hash, for as long as the process lives."""


@cache
def shared_base(side: int, weights: Weights = "imagenet", seed: int = 0) -> keras.Model:
    """EfficientNet-Lite0 without its top, frozen, built once a process. Read it, never train it."""
    base = efficientnet_lite0(side, weights=weights, seed=seed)
    base.trainable = False
    return base


def extract_features(
    base: keras.Model,
    pixels: NDArray[Any],
    *,
    cache: MutableMapping[str, Features] = MEMORY_CACHE,
    known: str | None = None,
    progress: CountProgress | None = None,
) -> Features:
    """What `base` makes of `pixels` (n, side, side, 3): float32 (n, …), computed once for the same two contents.

    `known` is `digest(base)`, where it was worked out before. `cache` may be any mapping from a content hash to an
    array: :class:`practicum.lab.cache.Disk` keeps them in a folder. `progress` is told how many pictures are done, of
    how many.
    """
    key = f"{known or model_hash(base)}-{content_hash(pixels)}"
    try:
        found = cache[key]
    except KeyError:
        found = cache[key] = forward(base, pixels, progress=progress)
        return found
    if progress is not None:
        progress(len(pixels), len(pixels))
    return found


def forward(model: keras.Model, inputs: NDArray[Any], *, progress: CountProgress | None = None) -> NDArray[np.float32]:
    """The model's outputs in inference mode, in chunks of one size: the last is filled up and cut again.

    Chunks run beside each other, each in the order and on the one thread that it would have alone.
    """
    make_deterministic()
    if not len(inputs):
        return np.zeros((0, *model.output_shape[1:]), np.float32)
    infer = _inference(model)

    def one(start: int) -> NDArray[np.float32]:
        chunk = inputs[start : start + CHUNK_SIZE].astype(np.float32)
        short = np.zeros((CHUNK_SIZE - len(chunk), *chunk.shape[1:]), np.float32)
        made: NDArray[np.float32] = infer(np.concatenate([chunk, short])).numpy()[: len(chunk)]
        return made

    made = []
    with ThreadPoolExecutor(PARALLEL_OPERATIONS) as lanes:
        for chunk in lanes.map(one, range(0, len(inputs), CHUNK_SIZE)):
            made.append(chunk)
            if progress is not None:
                progress(min(len(made) * CHUNK_SIZE, len(inputs)), len(inputs))
    return np.concatenate(made)


def _inference(model: keras.Model) -> Any:
    """The model as a graph, traced once and kept with it: a cache beside it would keep the model alive."""
    if "lab_inference" not in model.__dict__:
        # Reading it as the model's attribute would track it as a layer's state.
        model.__dict__["lab_inference"] = tf.function(lambda inputs: model(inputs, training=False), autograph=False)
    return model.__dict__["lab_inference"]


def model_hash(model: keras.Model) -> str:
    """What the model computes with: its architecture and every weight, so that a trained model is another one.

    Names that Keras gave, first weights and what is frozen change nothing of what it computes: the same network built
    twice has one.
    """
    numbers = {layer.name: number for number, layer in enumerate(model.layers)}

    def essence(told: Any) -> Any:
        if isinstance(told, dict):
            kept = {
                key: one for key, one in told.items() if key == "class_name" or not key.endswith(IGNORED_CONFIG_KEYS)
            }
            return {key: essence(one) for key, one in kept.items()}
        if isinstance(told, list | tuple):
            return [essence(one) for one in told]
        return numbers.get(told, told) if isinstance(told, str) else told

    return content_hash(json.dumps(essence(model.get_config())), *model.get_weights())


def content_hash(*parts: str | NDArray[Any]) -> str:
    """A hash of texts and arrays, their types and shapes included."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(part.encode())
        else:
            digest.update(f"{part.dtype} {part.shape}".encode())
            digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()
