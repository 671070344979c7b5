"""Saves Keras objects in one process and loads them in the other.

Only Keras's own classes and those of the problem's setup can be loaded: a class that the learner wrote could lie about
itself.
"""

from __future__ import annotations

import json
import os
import tempfile

from practicum.runner.inside.message_format import CannotCross
from practicum.runner.inside.value_encoding import shorten

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import Any


def keras_kind(value: object) -> str | None:
    """Return `model`, or `part` for a layer, optimizer, loss or metric; None for anything that cannot be saved."""
    import keras

    try:
        if isinstance(value, keras.Model):
            return "model"
        if isinstance(
            value, keras.layers.Layer | keras.optimizers.Optimizer | keras.losses.Loss | keras.metrics.Metric
        ):
            return "part" if str(type(value).__module__).startswith("keras.") else None
    except Exception:  # the job may have changed these classes
        return None
    return None


def save_model(model: Any) -> bytes:
    """Return the model as the bytes of a `.keras` file. Raises CannotCross."""
    import keras

    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "model.keras")
    try:
        keras.saving.save_model(model, path)
        with open(path, "rb") as file:
            return file.read()
    except Exception as error:
        raise CannotCross(f"it cannot be saved: {shorten(str(error), 300)}") from None
    finally:
        _remove(path, folder)


def load_model(data: bytes, own: dict[str, Any]) -> Any:
    """Load a model from the bytes of a `.keras` file, with Keras's classes and those in `own`. Raises CannotCross."""
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


def serialize_part(value: Any) -> tuple[bytes, bytes, list[Any]]:
    """Return config and build config as JSON, and a layer's weights as arrays. Raises CannotCross."""
    import keras

    try:
        config = json.dumps(keras.saving.serialize_keras_object(value)).encode()
        if not isinstance(value, keras.layers.Layer):
            return config, b"null", []
        build = json.dumps(value.get_build_config() if value.built else None).encode()
        return config, build, value.get_weights()
    except Exception as error:
        raise CannotCross(f"it cannot be saved: {shorten(str(error), 300)}") from None


def deserialize_part(config: bytes, build: bytes, weights: list[Any], own: dict[str, Any]) -> Any:
    """Return the object that `serialize_part` serialized. Raises CannotCross."""
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
    """Return whether `value` is a model or layer, which is sent as a copy whose changes must be sent back."""
    import keras

    return isinstance(value, keras.layers.Layer) and keras_kind(value) is not None


def mutable_state(value: Any) -> tuple[list[bool], list[Any], str]:
    """Return what a call can change in place: each layer's `trainable`, the weights, and the compile config."""
    config = value.get_compile_config() if getattr(value, "compiled", False) else None
    return [bool(layer.trainable) for layer in value._flatten_layers()], value.get_weights(), json.dumps(config)


def state_fingerprint(value: Any) -> object:
    """Return a comparable copy of the mutable state, or None if it cannot be read."""
    try:
        flags, weights, config = mutable_state(value)
        return flags, [(array.shape, array.tobytes()) for array in weights], config
    except Exception:
        return None


def restore_state(value: Any, flags: list[bool], weights: list[Any], config: str) -> None:
    """Set the mutable state of a model or layer. Raises ValueError or TypeError if it does not fit."""
    layers = list(value._flatten_layers())
    # Outermost first: setting a model's flag sets those of its layers.
    for layer, flag in zip(layers, flags, strict=True):
        layer.trainable = bool(flag)
    if weights:
        value.set_weights(weights)
    compile_config = json.loads(config)
    if compile_config is not None:
        value.compile_from_config(compile_config)


def _first_sentence(error: Exception) -> str:
    return shorten(str(error).split("\n")[0].split(". ")[0], 300)


def _remove(path: str, folder: str) -> None:
    try:
        if os.path.exists(path):
            os.unlink(path)
        os.rmdir(folder)
    except OSError:
        return
