"""A split network computes what the whole network computes, and its levels are the ends of its stages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from numpy.typing import NDArray

from practicum.lab.backbone_split import MIN_SHARE_ABOVE, SplitBackbone, split_backbone
from practicum.lab.backbones import efficientnet_lite0
from practicum.lab.networks import freeze_batch_norm
from practicum.lab.pretrained_models import _build_application, load_backbone
from practicum.lab.shape_drawings import shapes

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

SIDE = 64
PIXELS = shapes(1, seed=0, side=SIDE).pixels
LITE0 = "EfficientNet-Lite0"
ENDS = {
    LITE0: [80, 112, 192, 320],
    "MobileNetV2": [64, 96, 160, 320],
    "ResNet50": [256, 512, 1024],
    "VGG16": [128, 256],
    "DenseNet121": [128, 256, 512],
    "MobileNetV3Small": [24, 40, 48, 96],
}
"""How wide the maps are at the ends of each network's stages, the last four before its own features."""


def _run(model: keras.Model, inputs: NDArray[Any]) -> NDArray[np.float32]:
    """The output of the model, layer by layer: tracing a graph for each model would take longer than running it."""
    made: NDArray[np.float32] = model(inputs.astype(np.float32), training=False).numpy()
    return made


@pytest.fixture(scope="module", params=ENDS)
def network(request: pytest.FixtureRequest) -> tuple[str, SplitBackbone]:
    """A name and the split network, without pretrained weights, which need a download."""
    name = request.param
    base = efficientnet_lite0(SIDE, weights="random") if name == LITE0 else _build_application(name, SIDE, weights=None)
    return name, split_backbone(base)


def test_lower_then_upper_equals_the_whole(network: tuple[str, SplitBackbone]) -> None:
    """Bit for bit; each part takes and returns one row per image."""
    split = network[1]
    whole, passed = _run(split.multi_level, PIXELS), _run(split.lower, PIXELS)

    assert passed.ndim == whole.ndim == 2
    assert np.array_equal(_run(split.upper, passed), whole)


def test_the_final_features_come_last(network: tuple[str, SplitBackbone]) -> None:
    """Bit for bit, after those of the stage ends."""
    name, split = network
    whole = _run(split.multi_level, PIXELS)

    assert np.array_equal(whole[:, -split.final_features :], _run(split.base, PIXELS))
    assert whole.shape[1] == sum(ENDS[name]) + split.final_features


def test_the_cut_is_neither_too_high_nor_too_low(network: tuple[str, SplitBackbone]) -> None:
    """There are weights to train above it, and layers below whose outputs need not be computed again."""
    split = network[1]

    assert MIN_SHARE_ABOVE < split.upper.count_params() / split.base.count_params() < 1
    assert split.lower.count_params() + split.upper.count_params() == split.base.count_params()


def test_each_level_is_the_mean_map_at_the_end_of_a_stage() -> None:
    """In EfficientNet-Lite0, that of the last layer with this many channels."""
    split = split_backbone(efficientnet_lite0(32, weights="random"))
    seen = _run(split.multi_level, PIXELS[:, :32, :32])
    start = 0
    for width in ENDS[LITE0]:
        end = [layer.output for layer in split.base.layers if layer.output.shape[-1] == width][-1]
        map_there = _run(keras.Model(split.base.inputs[0], end), PIXELS[:, :32, :32])

        assert seen[:, start : start + width] == pytest.approx(map_there.mean(axis=(1, 2)), rel=1e-4, abs=1e-6)
        start += width


def test_the_cut_is_before_the_last_stride() -> None:
    """In EfficientNet-Lite0, 4 × 4 × 112 numbers pass it, and two levels below it."""
    split = split_backbone(efficientnet_lite0(SIDE, weights="random"))

    assert split.lower.output_shape == (None, 4 * 4 * 112 + 80 + 112)


def test_splitting_again_gives_the_same() -> None:
    """Splitting does not change the network."""
    base = efficientnet_lite0(32, weights="random")
    layers_before = [layer.name for layer in base.layers]
    one, other = split_backbone(base), split_backbone(base)
    pixels = PIXELS[:, :32, :32]

    assert [layer.name for layer in base.layers] == layers_before
    assert np.array_equal(_run(one.multi_level, pixels), _run(other.multi_level, pixels))
    assert np.array_equal(_run(other.upper, _run(one.lower, pixels)), _run(other.multi_level, pixels))


def _normed(side: int | None = 32) -> keras.Model:
    image = keras.Input((side, side, 3))
    x = layers.Conv2D(4, 3, strides=2)(image)
    x = layers.BatchNormalization()(x)
    return keras.Model(image, layers.Conv2D(8, 3, strides=2)(x))


# HDF5 asks Keras's weights for an array in a way that NumPy 2 warns of.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_nested_network_has_no_levels_and_no_cut(tmp_path: Path) -> None:
    """Its layers cannot be separated, as for the network of a file."""
    _normed().save(tmp_path / "own.keras")
    base = load_backbone(str(tmp_path / "own.keras")).build(32)

    assert split_backbone(base) == SplitBackbone(base, base, None, None)


def test_a_network_of_one_stage_has_no_levels() -> None:
    """There is nothing between its pixels and its features."""
    image = keras.Input((32, 32, 3))
    base = keras.Model(image, layers.GlobalAveragePooling2D()(layers.Conv2D(8, 3, strides=2)(image)))

    assert split_backbone(base) == SplitBackbone(base, base, None, None)


def test_without_weights_above_there_are_levels_but_no_cut() -> None:
    """The weights of the network are in its first layers."""
    image = keras.Input((32, 32, 3))
    x = image
    for width, kernel in ((64, 9), (64, 9), (16, 1), (32, 1), (8, 1), (16, 1), (8, 1)):
        x = layers.Conv2D(width, kernel, strides=2 if width == 8 or kernel == 9 else 1, padding="same")(x)
    split = split_backbone(keras.Model(image, layers.GlobalAveragePooling2D()(x)))

    assert split.lower is split.upper is None
    assert split.multi_level.output_shape[1] > split.final_features == 8


def test_freezes_nested_batch_norm_layers() -> None:
    """And no other layer."""
    inner = _normed()
    model = keras.Sequential([keras.Input((32, 32, 3)), keras.Sequential([inner]), layers.BatchNormalization()])
    freeze_batch_norm(model)
    every = [layer for layer in model._flatten_layers(include_self=False) if not isinstance(layer, keras.Model)]
    norms = [layer for layer in every if isinstance(layer, layers.BatchNormalization)]

    assert len(norms) == 2
    assert not any(layer.trainable for layer in norms)
    assert all(layer.trainable for layer in every if layer not in norms)
