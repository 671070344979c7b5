"""Tensors out of a PyTorch weights file, without PyTorch and without trusting the file.

Such a file is a pickle, and a pickle can name any function to be called while it is read. This reader knows four
names, and calls nothing but :class:`collections.OrderedDict` and two small classes of its own.

Format: the legacy one of `torch.save` (before 1.6): magic number, protocol, machine, the pickled tensors, the pickled
list of storage keys, then for each key its length (int64) and its raw numbers.
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

MAGIC = 0x1950A86A20F9469CFC6C
"""The number every legacy file begins with."""


class UnreadableWeights(ValueError):
    """The file is no legacy PyTorch file, is damaged, or holds something other than plain tensors."""


@dataclass(frozen=True)
class _Storage:
    """A run of numbers that tensors are views of, known by its key until its numbers are read."""

    dtype: str
    key: str
    length: int


@dataclass(frozen=True)
class _View:
    """A tensor: a shape laid over a storage."""

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
    """Reads tensors and refuses every other name a pickle may ask for."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _KNOWN[module, name]
        except KeyError:
            raise UnreadableWeights(f"refused: the file asks for {module}.{name}, which is no tensor") from None

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, _device, length, view = pid
        if kind != "storage" or view is not None:
            raise UnreadableWeights(f"refused: the file refers to a {kind!r} that is no plain storage")
        return _Storage(dtype, key, length)


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Every tensor of the file by its name: float32 or int64 arrays in the file's own shapes.

    Raises UnreadableWeights where the file is not what it should be; nothing that it names is ever called.
    """
    with path.open("rb") as file:
        try:
            return _read(file)
        except UnreadableWeights as reason:
            raise UnreadableWeights(f"{path.name}: {reason}") from None
        except Exception as reason:  # a damaged pickle can fail in any way, and each means the same to the caller
            raise UnreadableWeights(f"{path.name}: damaged ({type(reason).__name__}: {reason})") from reason


def _read(file: IO[bytes]) -> dict[str, NDArray[Any]]:
    magic, _protocol, _machine, named, keys = (_TensorsOnly(file).load() for _ in range(5))
    if magic != MAGIC:
        raise UnreadableWeights("does not begin as a PyTorch weights file does")
    if not isinstance(named, dict) or not all(isinstance(view, _View) for view in named.values()):
        raise UnreadableWeights("holds something other than named tensors")
    storages = {view.storage.key: view.storage for view in named.values()}
    numbers = {key: _numbers(file, storages[key]) for key in keys}
    return {name: _array(view, numbers[view.storage.key]) for name, view in named.items()}


def _numbers(file: IO[bytes], storage: _Storage) -> NDArray[Any]:
    length = int.from_bytes(file.read(8), "little")
    dtype = np.dtype(storage.dtype)
    raw = file.read(length * dtype.itemsize) if length == storage.length else b""
    if len(raw) != storage.length * dtype.itemsize:
        raise UnreadableWeights(f"ends inside a tensor (storage {storage.key})")
    return np.frombuffer(raw, dtype)


def _array(view: _View, numbers: NDArray[Any]) -> NDArray[Any]:
    last = view.offset + sum((length - 1) * stride for length, stride in zip(view.shape, view.strides, strict=True))
    if min(view.offset, *view.strides, *view.shape, 0) < 0 or last >= len(numbers):
        raise UnreadableWeights("holds a tensor that reaches outside its storage")
    strides = [stride * numbers.itemsize for stride in view.strides]
    return np.lib.stride_tricks.as_strided(numbers[view.offset :], view.shape, strides, writeable=False)
