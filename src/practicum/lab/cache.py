"""What was computed, kept in a folder: arrays by their key, and the finished steps of a long work.

A file is a row of arrays as NumPy writes them, the last of them its key, and a hash of all that. It is written beside
its place and then put there, so that whoever reads sees it whole or not at all, also from another process.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import struct
import time
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

ArrayList = list[NDArray[Any]]

_DRAFT = ".practicum-{}.part"
_FORGOTTEN = 24 * 60 * 60
"""Seconds after which a draft belongs to nobody: its process was killed."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SEAL = hashlib.sha256().digest_size
_CHUNK = 2**20


class DiskFull(OSError):
    """There was no room for a file: the disk, a quota or a limit on a file's size is used up. Keeps its `errno`."""

    def __str__(self) -> str:
        return str(self.strerror)


class DiskCache(MutableMapping[str, NDArray[Any]]):
    """Arrays in a folder, one `.npy` file each, under any strings as keys. Made for `features(..., cache=)`.

    The folder is made where it is missing, and several processes may use it at once. What is read is an array of one's
    own, to the bit what was set. A damaged file is removed and counts as missing. `len` and iterating read every file.

    Setting raises TypeError for arrays that a file cannot hold without pickling (of objects, of bfloat16), and FullDisk
    where there is no room. Every other OSError passes through.
    """

    def __init__(self, folder: Path | str) -> None:
        self._files = _Files(Path(folder), ".npy")

    def __getitem__(self, key: str) -> NDArray[Any]:
        return self._files.read(key)[0]

    def __setitem__(self, key: str, array: NDArray[Any]) -> None:
        self._files.write(key, [np.asarray(array)])

    def __delitem__(self, key: str) -> None:
        self._files.remove(key)

    def __iter__(self) -> Iterator[str]:
        return self._files.keys()

    def __len__(self) -> int:
        return sum(1 for _ in self)


class CheckpointStore:
    """The finished steps of a long work, in a folder, so that it goes on where it was interrupted.

    The folder is made where it is missing. One may share it with a Disk, and with other processes.
    """

    def __init__(self, folder: Path | str) -> None:
        self._files = _Files(Path(folder), ".step")

    def done(self, key: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What `make` returned under the same key before, to the bit; or what it returns now, kept first.

        It may return a dict of None, bools, numbers, strings, lists and dicts of these, and NumPy's numbers and arrays
        of numbers, bools and strings. Raises TypeError for anything else, naming its place, and FullDisk where there is
        no room. Whatever `make` raises passes through, and nothing is kept then. A damaged file counts as no step.
        """
        try:
            return _dict(self._files.read(key))
        except KeyError:
            pass
        arrays = _arrays(make())
        self._files.write(key, arrays)
        return _dict(arrays)  # Laid out as when read: else sums may differ in the last bit.


# --- files -----------------------------------------------------------------------------------------------------------


class _Files:
    """Rows of arrays in a folder, a file for each key."""

    def __init__(self, folder: Path, suffix: str) -> None:
        self.folder, self.suffix = folder, suffix
        folder.mkdir(parents=True, exist_ok=True)
        for draft in folder.glob(_DRAFT.format("*")):
            with suppress(OSError):  # Another process may sweep too, or own it.
                if time.time() - draft.stat().st_mtime > _FORGOTTEN:
                    draft.unlink()

    def write(self, key: str, arrays: Sequence[NDArray[Any]]) -> None:
        """Put the arrays in place, whole or not at all."""
        for array in arrays:
            _check(array.dtype)
        draft = self.folder / _DRAFT.format(uuid4().hex)
        try:
            with draft.open("xb") as file:
                _write(file, [*arrays, np.frombuffer(_bytes(key), np.uint8)])
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path(key))
        except BaseException as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            if isinstance(error, OSError) and error.errno in _FULL:
                raise self._full(error, sum(array.nbytes for array in arrays)) from error
            raise

    def read(self, key: str) -> ArrayList:
        """The arrays under this key. Raises KeyError where there are none, and where they are damaged."""
        path = self._path(key)
        try:
            found, arrays = _read(path)
        except FileNotFoundError:
            raise KeyError(key) from None
        except _Damaged:
            found, arrays = None, []
        if found != key:
            path.unlink(missing_ok=True)
            raise KeyError(key)
        return arrays

    def remove(self, key: str) -> None:
        try:
            self._path(key).unlink()
        except FileNotFoundError:
            raise KeyError(key) from None

    def keys(self) -> Iterator[str]:
        """The key of each file that is whole. Files of others in the same folder are left alone."""
        for path in sorted(self.folder.glob(f"*{self.suffix}")):
            with suppress(_Damaged, FileNotFoundError):
                key, _ = _read(path)
                if path == self._path(key):
                    yield key

    def _path(self, key: str) -> Path:
        # A key may be longer than a file's name can be, hold a slash, or differ from another in capitals only.
        return self.folder / f"{hashlib.sha256(_bytes(key)).hexdigest()}{self.suffix}"

    def _full(self, error: OSError, wanted: int) -> DiskFull:
        return DiskFull(
            error.errno,
            f"there was no room for {wanted:,} bytes in {self.folder} ({error.strerror}); what was finished before is "
            "kept: make room there, or raise the limit, and start again to go on from it",
        )


class _Damaged(Exception):
    """The file is not, or no longer, as it was written."""


class _Sealed:
    """A file that is hashed while it is written.

    NumPy hands a real file to C, whose errors then lack their number: a full disk could not be told from a broken one.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self.file.write(data)


def _write(file: BinaryIO, arrays: ArrayList) -> None:
    sealed = _Sealed(file)
    for array in arrays:
        npy.write_array(sealed, array, version=(3, 0), allow_pickle=False)  # The version for any names of fields.
    file.write(sealed.digest.digest())


def _read(path: Path) -> tuple[str, ArrayList]:
    """The file's key and its arrays. Raises FileNotFoundError and _Damaged."""
    with path.open("rb") as file:
        end = os.fstat(file.fileno()).st_size - _SEAL
        if not _whole(file, end):
            raise _Damaged
        file.seek(0)
        arrays = []
        try:
            while file.tell() < end:
                arrays.append(npy.read_array(file, allow_pickle=False, max_header_size=end))
            key = arrays.pop().tobytes().decode("utf-8", "surrogatepass")
        except (ValueError, EOFError) as error:  # Whole, but none of ours.
            raise _Damaged from error
    return key, arrays


def _whole(file: BinaryIO, end: int) -> bool:
    """Whether the hash at `end` is that of all before it. An empty file holds not even the key."""
    digest, left = hashlib.sha256(), end
    while left > 0 and (chunk := file.read(min(left, _CHUNK))):
        digest.update(chunk)
        left -= len(chunk)
    return end > 0 and file.read() == digest.digest()


def _check(dtype: np.dtype[Any]) -> None:
    """Raise TypeError for what would come back as something else."""
    if dtype.hasobject or npy.descr_to_dtype(npy.dtype_to_descr(dtype)) != dtype:
        raise TypeError(
            f'an array of {dtype} cannot be kept in a file; make it one of numbers first, as in array.astype("float32")'
        )


def _bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")


# --- a step as arrays ------------------------------------------------------------------------------------------------


def _arrays(made: dict[str, Any]) -> ArrayList:
    """The step as arrays: its words as JSON in UTF-8, and then those it holds."""
    if type(made) is not dict:
        raise TypeError(f"a step must make a dict, not {type(made).__name__}")
    held: ArrayList = []
    # JSON's escapes would join two surrogates into one character.
    words = json.dumps(_told(made, "made", held), ensure_ascii=False).encode("utf-8", "surrogatepass")
    return [np.frombuffer(words, np.uint8), *held]


def _dict(arrays: ArrayList) -> dict[str, Any]:
    words, *held = arrays
    told: dict[str, Any] = _untold(json.loads(words.tobytes().decode("utf-8", "surrogatepass")), held)
    return told


def _told(value: Any, place: str, held: ArrayList) -> Any:
    """The value as JSON. An object there has one name, which says what it stands for, so that none is ambiguous."""
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return {"nan": struct.pack("<d", value).hex()} if math.isnan(value) else value
    if type(value) is list:
        return [_told(item, f"{place}[{index}]", held) for index, item in enumerate(value)]
    if type(value) is dict and all(type(name) is str for name in value):
        return {"dict": {name: _told(item, f"{place}[{name!r}]", held) for name, item in value.items()}}
    if (type(value) is np.ndarray and value.dtype.kind in "biufcU") or isinstance(value, np.bool_ | np.number):
        held.append(np.asarray(value, order="C"))
        return {"array" if isinstance(value, np.ndarray) else "number": len(held) - 1}
    raise TypeError(
        f"{place} is a {type(value).__name__}, which a step cannot keep; make it of None, bools, numbers, strings, "
        "lists, dicts with strings as keys, and NumPy arrays of numbers, bools or strings"
    )


def _untold(told: Any, held: ArrayList) -> Any:
    """The value that :func:`_told` told."""
    if isinstance(told, list):
        return [_untold(item, held) for item in told]
    if not isinstance(told, dict):
        return told
    ((kind, value),) = told.items()
    if kind == "dict":
        return {name: _untold(item, held) for name, item in value.items()}
    if kind == "nan":
        return struct.unpack("<d", bytes.fromhex(value))[0]
    return held[value] if kind == "array" else held[value][()]
