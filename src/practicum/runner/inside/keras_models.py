"""Keras objects on their way between a job and its check: saved where they are, loaded anew where they go.

Only classes that Keras itself brings, and those of the problem's setup, can be loaded: a class that the learner wrote
could say of itself what it likes.
"""

from __future__ import annotations

import json
import os
import tempfile

from practicum.runner.inside.transfer import CannotCross
from practicum.runner.inside.value_encoding import short

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import Any


def kind(value: object) -> str | None:
    """`model`, `part` (a layer, optimizer, loss or metric), or none of Keras's that can be saved."""
    import keras

    try:
        if isinstance(value, keras.Model):
            return "model"
        if isinstance(
            value, keras.layers.Layer | keras.optimizers.Optimizer | keras.losses.Loss | keras.metrics.Metric
        ):
            return "part" if str(type(value).__module__).startswith("keras.") else None
    except Exception:  # the job may have changed them
        return None
    return None


def save(model: Any) -> bytes:
    """The model as the bytes of a `.keras` file. Raises :class:`CannotCross`."""
    import keras

    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "model.keras")
    try:
        keras.saving.save_model(model, path)
        with open(path, "rb") as file:
            return file.read()
    except Exception as error:
        raise CannotCross(f"it cannot be saved: {short(str(error), 300)}") from None
    finally:
        _remove(path, folder)


def load(data: bytes, own: dict[str, Any]) -> Any:
    """The model of such bytes, of Keras's own classes and those in `own`. Raises :class:`CannotCross`."""
    import keras

    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "model.keras")
    try:
        with open(path, "wb") as file:
            file.write(data)
        return keras.saving.load_model(path, custom_objects=own, safe_mode=True)
    except Exception as error:
        raise CannotCross(f"it cannot be loaded again: {_first_sentence(error)}") from None
    finally:
        _remove(path, folder)


def take_apart(value: Any) -> tuple[bytes, bytes, list[Any]]:
    """A layer, optimizer, loss or metric: its config and build config as JSON, and a layer's weights as arrays."""
    import keras

    try:
        config = json.dumps(keras.saving.serialize_keras_object(value)).encode()
        if not isinstance(value, keras.layers.Layer):
            return config, b"null", []
        build = json.dumps(value.get_build_config() if value.built else None).encode()
        return config, build, value.get_weights()
    except Exception as error:
        raise CannotCross(f"it cannot be saved: {short(str(error), 300)}") from None


def put_together(config: bytes, build: bytes, weights: list[Any], own: dict[str, Any]) -> Any:
    """What `take_apart` took apart. Raises :class:`CannotCross`."""
    import keras

    try:
        value = keras.saving.deserialize_keras_object(json.loads(config), custom_objects=own, safe_mode=True)
        if json.loads(build) is not None:
            if not value.built:
                value.build_from_config(json.loads(build))
            value.set_weights(weights)
    except Exception as error:
        raise CannotCross(f"it cannot be loaded again: {_first_sentence(error)}") from None
    return value


def has_state(value: Any) -> bool:
    """Whether it is a model or layer that crosses as a copy, so that what a call does to it must be told."""
    import keras

    return isinstance(value, keras.layers.Layer) and kind(value) is not None


def state(value: Any) -> tuple[list[bool], list[Any], str]:
    """What a call can change in place: for each layer whether it is trainable, the weights, how it is compiled."""
    config = value.get_compile_config() if getattr(value, "compiled", False) else None
    return [bool(layer.trainable) for layer in value._flatten_layers()], value.get_weights(), json.dumps(config)


def state_print(value: Any) -> object:
    """To be compared; None if the state cannot be told."""
    try:
        flags, weights, config = state(value)
        return flags, [(array.shape, array.tobytes()) for array in weights], config
    except Exception:
        return None


def restore(value: Any, flags: list[bool], weights: list[Any], config: str) -> None:
    """Give a model or layer that state. Raises `ValueError` or `TypeError` where it does not fit."""
    layers = list(value._flatten_layers())
    # From the outside in: to set a model's flag sets those of its layers.
    for layer, flag in zip(layers, flags, strict=True):
        layer.trainable = bool(flag)
    if weights:
        value.set_weights(weights)
    told = json.loads(config)
    if told is not None:
        value.compile_from_config(told)


def _first_sentence(error: Exception) -> str:
    return short(str(error).split("\n")[0].split(". ")[0], 300)


def _remove(path: str, folder: str) -> None:
    try:
        if os.path.exists(path):
            os.unlink(path)
        os.rmdir(folder)
    except OSError:
        return
