"""Extract features of images with a network, and cache them by the contents of both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from practicum.lab.backbones import Weights, efficientnet_lite0
from practicum.lab.determinism import PARALLEL_OPERATIONS, make_deterministic
from practicum.lab.progress import CountProgress

CHUNK_SIZE = 20
"""Images per forward pass: few enough that a small set uses all cores. It is constant, so that the features of an image
never depend on the other images."""

Features = NDArray[np.float32]
IGNORED_CONFIG_KEYS = ("name", "trainable", "initializer")
"""Endings of layer settings that do not affect what the layer computes."""
MEMORY_CACHE: dict[str, Features] = {}
"""Features by content hash, for the life of the process."""


@cache
def shared_base(side: int, weights: Weights = "imagenet", seed: int = 0) -> keras.Model:
    """Return EfficientNet-Lite0 without its top, frozen, built once per process. Do not train it."""
    base = efficientnet_lite0(side, weights=weights, seed=seed)
    base.trainable = False
    return base


def extract_features(
    base: keras.Model,
    pixels: NDArray[Any],
    *,
    cache: MutableMapping[str, Features] = MEMORY_CACHE,
    base_hash: str | None = None,
    on_progress: CountProgress | None = None,
) -> Features:
    """Return the output of `base` for each image, float32 (n, …), from the cache if possible.

    Args:
        base: The network.
        pixels: (n, side, side, 3).
        cache: Any mapping from a content hash to an array, such as :class:`practicum.lab.cache.DiskCache`.
        base_hash: `model_hash(base)`, if it is known.
        on_progress: Called after each chunk of images.
    """
    key = f"{base_hash or model_hash(base)}-{content_hash(pixels)}"
    try:
        cached = cache[key]
    except KeyError:
        computed = cache[key] = forward(base, pixels, on_progress=on_progress)
        return computed
    if on_progress is not None:
        on_progress(len(pixels), len(pixels))
    return cached


def forward(
    model: keras.Model, inputs: NDArray[Any], *, on_progress: CountProgress | None = None
) -> NDArray[np.float32]:
    """Return the model's outputs in inference mode, computed in chunks of one size, the last one padded.

    Chunks run in parallel, each on one thread and so with the same result as alone.
    """
    make_deterministic()
    if not len(inputs):
        return np.zeros((0, *model.output_shape[1:]), np.float32)
    infer = _inference_function(model)

    def run_chunk(start: int) -> NDArray[np.float32]:
        chunk = inputs[start : start + CHUNK_SIZE].astype(np.float32)
        padding = np.zeros((CHUNK_SIZE - len(chunk), *chunk.shape[1:]), np.float32)
        outputs: NDArray[np.float32] = infer(np.concatenate([chunk, padding])).numpy()[: len(chunk)]
        return outputs

    chunks = []
    with ThreadPoolExecutor(PARALLEL_OPERATIONS) as threads:
        for outputs in threads.map(run_chunk, range(0, len(inputs), CHUNK_SIZE)):
            chunks.append(outputs)
            if on_progress is not None:
                on_progress(min(len(chunks) * CHUNK_SIZE, len(inputs)), len(inputs))
    return np.concatenate(chunks)


def _inference_function(model: keras.Model) -> Any:
    """The model as a graph, traced once and stored on the model: a separate cache would keep the model alive."""
    if "lab_inference" not in model.__dict__:
        # Setting it as an attribute would make Keras track it as a layer's state.
        model.__dict__["lab_inference"] = tf.function(lambda inputs: model(inputs, training=False), autograph=False)
    return model.__dict__["lab_inference"]


def model_hash(model: keras.Model) -> str:
    """Return a hash of the model's architecture and weights.

    Layer names that Keras assigned, initializers and what is frozen do not count: the same network built twice has one
    hash, and a trained one has another.
    """
    numbers = {layer.name: number for number, layer in enumerate(model.layers)}

    def normalize(config: Any) -> Any:
        if isinstance(config, dict):
            return {
                key: normalize(value)
                for key, value in config.items()
                if key == "class_name" or not key.endswith(IGNORED_CONFIG_KEYS)
            }
        if isinstance(config, list | tuple):
            return [normalize(value) for value in config]
        return numbers.get(config, config) if isinstance(config, str) else config

    return content_hash(json.dumps(normalize(model.get_config())), *model.get_weights())


def content_hash(*parts: str | NDArray[Any]) -> str:
    """Return a hash of strings and arrays, including their types and shapes."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(part.encode())
        else:
            digest.update(f"{part.dtype} {part.shape}".encode())
            digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()
