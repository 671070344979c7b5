"""Cached features equal computed ones bit for bit."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from practicum.lab import networks
from practicum.lab.features import extract_features, forward, model_hash, shared_base
from practicum.lab.shape_drawings import shapes
from practicum.lab.training import LabelledData, Trainer
from tests.lab.small import small_network

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]


def test_cached_features_equal_computed_features() -> None:
    """The second call returns the same array."""
    base, drawn = shared_base(32), shapes(24, seed=0, side=32)
    cache: dict[str, np.ndarray] = {}
    first = extract_features(base, drawn.pixels, cache=cache)

    assert first.shape == (120, 1280)
    assert np.array_equal(first, forward(base, drawn.pixels))
    assert extract_features(base, drawn.pixels.copy(), cache=cache) is first
    assert len(cache) == 1


def test_changed_images_or_weights_are_not_taken_from_the_cache() -> None:
    """One changed pixel or weight gives another key."""
    base, drawn = small_network(), shapes(2, seed=0, side=32)
    cache: dict[str, np.ndarray] = {}
    before = extract_features(base, drawn.pixels, cache=cache)
    changed = drawn.pixels.copy()
    changed[0, 0, 0, 0] ^= 1
    extract_features(base, changed, cache=cache)
    kernel = base.get_layer("conv_8").weights[0]
    kernel.assign(kernel * 2)

    assert not np.array_equal(extract_features(base, drawn.pixels, cache=cache), before)
    assert len(cache) == 3


def test_the_model_hash_ignores_names_and_freezing() -> None:
    """But not a layer's settings."""
    first, again, other = (networks.small_cnn(side, 5, seed=3) for side in (32, 32, 64))
    again.trainable = False
    added = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, "relu", kernel_initializer="zeros")])
    linear = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, kernel_initializer="zeros")])

    assert first.layers[1].name != again.layers[1].name
    assert model_hash(first) == model_hash(again)
    assert model_hash(first) != model_hash(other)
    assert model_hash(added) != model_hash(linear)


def test_features_do_not_depend_on_other_images() -> None:
    """Alone or among others, first or last."""
    base, drawn = shared_base(32), shapes(24, seed=0, side=32)
    together = forward(base, drawn.pixels)

    assert np.array_equal(forward(base, drawn.pixels[:7]), together[:7])
    assert np.array_equal(forward(base, drawn.pixels[::-1])[::-1], together)


def test_training_on_cached_features_equals_training_through_the_base() -> None:
    """Losses and weights are equal bit for bit."""
    base, drawn = shared_base(32), shapes(20, seed=0, side=32)
    ready = LabelledData(extract_features(base, drawn.pixels), drawn.labels)
    start = networks.dense_head(5, seed=1).get_weights()
    head = Trainer(networks.dense_head(5))
    whole = Trainer(keras.Sequential([base, networks.dense_head(5)]))
    on_features = head.fit(start, ready, ready, learning_rate=1e-3, epochs=3, seed=1)
    images = LabelledData(drawn.pixels, drawn.labels)
    all_weights = _with_head(whole.model, start)
    through_base = whole.fit(all_weights, images, images, learning_rate=1e-3, epochs=3, seed=1)

    assert through_base == on_features
    for one, other in zip(whole.model.layers[-1].get_weights(), head.model.get_weights(), strict=True):
        assert np.array_equal(one, other)


def _with_head(model: keras.Model, start: list[np.ndarray]) -> list[np.ndarray]:
    """The model's weights, with those of its last layer replaced."""
    model.layers[-1].set_weights(start)
    return list(model.get_weights())
