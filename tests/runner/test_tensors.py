"""Tensors of frameworks that practicum does not know: here by classes with the same protocols."""

from __future__ import annotations

import sys
import types
from typing import Any

import numpy as np
import pytest

from practicum.model import Opaque
from practicum.runner.inside.deserialize import Deserializer
from practicum.runner.inside.message_format import ReferenceTable
from practicum.runner.inside.serialize import Serializer
from practicum.runner.inside.value_encoding import encode_value
from practicum.runner.value_decoding import decode_value


class JaxArray:
    """As JAX's: NumPy reads it by its protocol."""

    def __init__(self, content: object, dtype: str = "float32") -> None:
        self.content = np.asarray(content, dtype)
        self.dtype = self.content.dtype

    def __array__(self, dtype: object = None, copy: object = None) -> Any:
        return self.content

    def __dlpack__(self) -> None: ...


class TorchTensor(JaxArray):
    """As PyTorch's with `requires_grad`: NumPy may not read it, only `numpy(force=True)`."""

    def __array__(self, dtype: object = None, copy: object = None) -> Any:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")

    def numpy(self, *, force: bool = False) -> Any:
        return self.content if force else self.__array__()


class Tracer(JaxArray):
    """As JAX's while it traces a function: it has no value."""

    def __array__(self, dtype: object = None, copy: object = None) -> Any:
        raise TypeError("the tracer has no concrete value")


class Table:
    """As a table of pandas: NumPy can read it, and it is no tensor."""

    def __array__(self, dtype: object = None, copy: object = None) -> Any:
        return np.zeros(3)


JaxArray.__module__ = Tracer.__module__ = "jaxlib._jax"
TorchTensor.__module__ = "torch"


def travelled(value: object) -> Any:
    return decode_value(encode_value(value))


@pytest.mark.parametrize("kind", [JaxArray, TorchTensor])
@pytest.mark.parametrize(
    ("content", "dtype", "value"),
    [([0, 1, 2], "int32", [0, 1, 2]), (0.1, "float32", 0.1), ([[True]], "bool", [[True]]), ([], "float16", [])],
)
def test_a_tensor_is_the_value_that_it_contains(kind: Any, content: object, dtype: str, value: object) -> None:
    """As NumPy's arrays are, in containers too."""
    assert travelled(kind(content, dtype)) == value
    assert travelled({"a": (kind(content, dtype),)}) == {"a": (value,)}


@pytest.mark.parametrize("value", [Tracer(1.0), Table(), JaxArray, TorchTensor])
def test_what_has_no_value_is_opaque(value: object) -> None:
    """A traced tensor, a table, a class."""
    assert isinstance(travelled(value), Opaque)


def test_a_large_tensor_is_opaque() -> None:
    """As a large array is."""
    assert isinstance(travelled(JaxArray(np.zeros(100_000))), Opaque)


def sent(value: object) -> Any:
    """What arrives in the other process of a check."""
    serializer = Serializer(ReferenceTable())
    message = serializer.message(serializer.serialize(value))
    reader = Deserializer(ReferenceTable(), message, lambda *proxy: proxy)
    return reader.deserialize(reader.content)


@pytest.mark.parametrize("value", [JaxArray([1, 2]), TorchTensor([1, 2])])
def test_a_check_gets_an_array_if_it_does_not_import_the_framework(value: object) -> None:
    """It can be compared, computed with, and asked for `.numpy()`."""
    array = sent(value)

    assert isinstance(array, np.ndarray)
    assert array.dtype == "float32"
    assert array.numpy().tolist() == [1, 2]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("value", "name"), [(JaxArray([1, 2]), "jax"), (TorchTensor([1, 2]), "torch")])
def test_a_check_that_imports_the_framework_gets_its_own_tensor(
    value: object, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the framework's functions take it."""
    library: Any = types.ModuleType(name)
    library.from_numpy = lambda array: ("own", array.tolist())
    library.numpy = types.SimpleNamespace(asarray=library.from_numpy)
    monkeypatch.setitem(sys.modules, name, library)

    assert sent(value) == ("own", [1, 2])


def test_other_objects_stay_where_they_are() -> None:
    """A traced tensor and a table are represented by proxies."""
    assert [sent(value)[1] for value in (Tracer(1.0), Table())] == ["Tracer", "Table"]
