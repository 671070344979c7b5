"""Read the tensors of a PyTorch weights file without PyTorch and without trusting the file.

Such a file is a pickle, and a pickle can name any function to be called while it is loaded. This reader accepts
four names, and calls nothing but :class:`collections.OrderedDict` and two small classes of its own.

Format: the legacy format of `torch.save` (before 1.6): magic number, protocol, machine, the pickled tensors, the
pickled list of storage keys, and for each key its length (int64) and its raw numbers.
Source: `torch/serialization.py`, `_legacy_load`.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from practicum.lab.errors import LabError

MAGIC = 0x1950A86A20F9469CFC6C
"""The number at the start of every legacy file."""


class UnreadableWeights(LabError):
    """The file is not a legacy PyTorch file, is damaged, or holds something other than plain tensors.

    Codes: `forbidden-name` and `forbidden-storage` for what the reader refuses, `not-a-torch-file`, `not-tensors`,
    `truncated`, `out-of-bounds` and `damaged`.
    """


@dataclass(frozen=True)
class _Storage:
    """A block of numbers that tensors are views of, referred to by its key until its numbers are read."""

    dtype: str
    key: str
    length: int


@dataclass(frozen=True)
class _View:
    """A tensor: a view of a storage."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    requires_grad: bool = False
    hooks: object = None


_KNOWN = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _View,
    ("torch", "FloatStorage"): "<f4",
    ("torch", "LongStorage"): "<i8",
}


class _TensorsOnly(pickle.Unpickler):
    """Loads tensors and refuses every other name in the pickle."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _KNOWN[module, name]
        except KeyError:
            raise UnreadableWeights(
                "forbidden-name", f"The file refers to {module}.{name}, which is not a tensor and is not loaded."
            ) from None

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, _device, length, view = pid
        if kind != "storage" or view is not None:
            raise UnreadableWeights("forbidden-storage", f"The file refers to {kind!r}, which is not a plain storage.")
        return _Storage(dtype, key, length)


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Return every tensor of the file by name: float32 or int64 arrays in the shapes of the file.

    Raises:
        UnreadableWeights: The file is not a valid weights file. Nothing that it names is ever called.
    """
    with path.open("rb") as file:
        try:
            return _read(file)
        except UnreadableWeights as error:
            raise UnreadableWeights(error.code, f"{path.name} cannot be read. {error.message}") from None
        except Exception as error:  # a damaged pickle can fail in any way, and each means the same to the caller
            reason = f"{type(error).__name__}: {error}"
            raise UnreadableWeights("damaged", f"{path.name} is damaged ({reason}).") from error


def _read(file: IO[bytes]) -> dict[str, NDArray[Any]]:
    magic, _protocol, _machine, views, keys = (_TensorsOnly(file).load() for _ in range(5))
    if magic != MAGIC:
        raise UnreadableWeights("not-a-torch-file", "It does not start as a PyTorch weights file does.")
    if not isinstance(views, dict) or not all(isinstance(view, _View) for view in views.values()):
        raise UnreadableWeights("not-tensors", "It holds something other than named tensors.")
    storages = {view.storage.key: view.storage for view in views.values()}
    numbers = {key: _numbers(file, storages[key]) for key in keys}
    return {name: _array(view, numbers[view.storage.key]) for name, view in views.items()}


def _numbers(file: IO[bytes], storage: _Storage) -> NDArray[Any]:
    length = int.from_bytes(file.read(8), "little")
    dtype = np.dtype(storage.dtype)
    raw = file.read(length * dtype.itemsize) if length == storage.length else b""
    if len(raw) != storage.length * dtype.itemsize:
        raise UnreadableWeights("truncated", f"It ends inside a tensor (storage {storage.key}).")
    return np.frombuffer(raw, dtype)


def _array(view: _View, numbers: NDArray[Any]) -> NDArray[Any]:
    last = view.offset + sum((length - 1) * stride for length, stride in zip(view.shape, view.strides, strict=True))
    if min(view.offset, *view.strides, *view.shape, 0) < 0 or last >= len(numbers):
        raise UnreadableWeights("out-of-bounds", "It holds a tensor that reaches outside its storage.")
    strides = [stride * numbers.itemsize for stride in view.strides]
    return np.lib.stride_tricks.as_strided(numbers[view.offset :], view.shape, strides, writeable=False)
