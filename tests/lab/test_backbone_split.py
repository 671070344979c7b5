"""A network taken apart computes what it computed whole, and is seen at the ends of its stages."""

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


def _seen(model: keras.Model, inputs: NDArray[Any]) -> NDArray[np.float32]:
    """What the model makes of them, layer by layer: a graph of each would take longer to make than to run."""
    made: NDArray[np.float32] = model(inputs.astype(np.float32), training=False).numpy()
    return made


@pytest.fixture(scope="module", params=ENDS)
def network(request: pytest.FixtureRequest) -> tuple[str, SplitBackbone]:
    """Its name, and the network taken apart; without learned weights, which need a download."""
    name = request.param
    base = efficientnet_lite0(SIDE, weights="random") if name == LITE0 else _build_application(name, SIDE, weights=None)
    return name, split_backbone(base)


def test_lower_then_upper_is_the_whole(network: tuple[str, SplitBackbone]) -> None:
    """To the bit; and each of them takes and gives one row a picture."""
    taken = network[1]
    whole, passed = _seen(taken.whole, PIXELS), _seen(taken.lower, PIXELS)

    assert passed.ndim == whole.ndim == 2
    assert np.array_equal(_seen(taken.upper, passed), whole)


def test_the_last_of_the_whole_are_the_networks_own_features(network: tuple[str, SplitBackbone]) -> None:
    """To the bit, and before them come those of the ends of its stages."""
    name, taken = network
    whole = _seen(taken.whole, PIXELS)

    assert np.array_equal(whole[:, -taken.own :], _seen(taken.base, PIXELS))
    assert whole.shape[1] == sum(ENDS[name]) + taken.own


def test_enough_lies_above_the_cut_and_not_all(network: tuple[str, SplitBackbone]) -> None:
    """Weights to tune above, and layers below whose work need not be done again."""
    taken = network[1]

    assert MIN_SHARE_ABOVE < taken.upper.count_params() / taken.base.count_params() < 1
    assert taken.lower.count_params() + taken.upper.count_params() == taken.base.count_params()


def test_each_depth_is_the_mean_of_the_map_where_a_stage_ends() -> None:
    """In EfficientNet-Lite0: of the last layer that gives a map so wide."""
    taken = split_backbone(efficientnet_lite0(32, weights="random"))
    seen = _seen(taken.whole, PIXELS[:, :32, :32])
    start = 0
    for width in ENDS[LITE0]:
        end = [layer.output for layer in taken.base.layers if layer.output.shape[-1] == width][-1]
        map_there = _seen(keras.Model(taken.base.inputs[0], end), PIXELS[:, :32, :32])

        assert seen[:, start : start + width] == pytest.approx(map_there.mean(axis=(1, 2)), rel=1e-4, abs=1e-6)
        start += width


def test_the_cut_is_where_maps_are_still_larger_than_the_last() -> None:
    """In EfficientNet-Lite0 before its last stride: 4 × 4 × 112 numbers pass, and two depths that lie below."""
    taken = split_backbone(efficientnet_lite0(SIDE, weights="random"))

    assert taken.lower.output_shape == (None, 4 * 4 * 112 + 80 + 112)


def test_asking_again_gives_the_same() -> None:
    """Taking a network apart leaves it as it was, to be taken apart again."""
    base = efficientnet_lite0(32, weights="random")
    layers_before = [layer.name for layer in base.layers]
    one, other = split_backbone(base), split_backbone(base)
    pixels = PIXELS[:, :32, :32]

    assert [layer.name for layer in base.layers] == layers_before
    assert np.array_equal(_seen(one.whole, pixels), _seen(other.whole, pixels))
    assert np.array_equal(_seen(other.upper, _seen(one.lower, pixels)), _seen(other.whole, pixels))


def _normed(side: int | None = 32) -> keras.Model:
    image = keras.Input((side, side, 3))
    x = layers.Conv2D(4, 3, strides=2)(image)
    x = layers.BatchNormalization()(x)
    return keras.Model(image, layers.Conv2D(8, 3, strides=2)(x))


# HDF5 asks Keras's weights for an array in a way that NumPy 2 warns of.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_network_inside_another_has_no_depths_and_no_cut(tmp_path: Path) -> None:
    """As the one of a file: its layers cannot be told apart, and it is taken as it is."""
    _normed().save(tmp_path / "own.keras")
    base = load_backbone(str(tmp_path / "own.keras")).build(32)

    assert split_backbone(base) == SplitBackbone(base, base, None, None)


def test_a_network_of_one_stage_has_none_either() -> None:
    """There is nothing between its pixels and its features."""
    image = keras.Input((32, 32, 3))
    base = keras.Model(image, layers.GlobalAveragePooling2D()(layers.Conv2D(8, 3, strides=2)(image)))

    assert split_backbone(base) == SplitBackbone(base, base, None, None)


def test_where_little_lies_above_there_is_no_cut_but_there_are_depths() -> None:
    """A network whose weights lie in its first layers can be seen, not tuned."""
    image = keras.Input((32, 32, 3))
    x = image
    for width, kernel in ((64, 9), (64, 9), (16, 1), (32, 1), (8, 1), (16, 1), (8, 1)):
        x = layers.Conv2D(width, kernel, strides=2 if width == 8 or kernel == 9 else 1, padding="same")(x)
    taken = split_backbone(keras.Model(image, layers.GlobalAveragePooling2D()(x)))

    assert taken.lower is taken.upper is None
    assert taken.whole.output_shape[1] > taken.own == 8


def test_every_norm_is_held_however_deep_it_lies() -> None:
    """And nothing else."""
    inner = _normed()
    model = keras.Sequential([keras.Input((32, 32, 3)), keras.Sequential([inner]), layers.BatchNormalization()])
    freeze_batch_norm(model)
    every = [layer for layer in model._flatten_layers(include_self=False) if not isinstance(layer, keras.Model)]
    norms = [layer for layer in every if isinstance(layer, layers.BatchNormalization)]

    assert len(norms) == 2
    assert not any(layer.trainable for layer in norms)
    assert all(layer.trainable for layer in every if layer not in norms)
