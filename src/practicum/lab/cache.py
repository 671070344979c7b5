"""Cache arrays and the results of finished steps in a folder.

A file holds arrays in NumPy's format, the last of them its key, and a hash of all that. It is written under another
name and then renamed, so that every reader, also in another process, sees it whole or not at all.
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

from practicum.lab.errors import LabError

ArrayList = list[NDArray[Any]]

_DRAFT = ".practicum-{}.part"
_FORGOTTEN = 24 * 60 * 60
"""Seconds after which a draft is abandoned: its process was killed."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DIGEST_SIZE = hashlib.sha256().digest_size
_CHUNK = 2**20


class DiskFull(LabError):
    """There is no room for a file: the disk, a quota or a limit on the file size is used up. Has the system's `errno`.

    Code: `disk-full`.
    """

    def __init__(self, error: OSError, size: int, folder: Path) -> None:
        super().__init__(
            "disk-full",
            f"There is no room for {size:,} bytes in {folder} ({error.strerror}). Finished steps are kept: free some "
            "space there, or raise the limit, and run the same again to continue.",
        )
        self.errno = error.errno


class DiskCache(MutableMapping[str, NDArray[Any]]):
    """A mapping from strings to arrays, stored in a folder with one `.npy` file each, for `extract_features`.

    The folder is created if it is missing, and several processes may use it at once. Reading returns a new array with
    exactly the bits that were set. A damaged file is removed and counts as missing. `len` and iteration read all files.

    Raises:
        TypeError: On setting an array that a file cannot hold without pickling (of objects, of bfloat16).
        DiskFull: On setting, if there is no room. Other OSErrors pass through.
    """

    def __init__(self, folder: Path | str) -> None:
        self._files = _ArrayFiles(Path(folder), ".npy")

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
    """The results of finished steps in a folder, so that an interrupted computation can be resumed.

    The folder is created if it is missing. It may be shared with a DiskCache and with other processes.
    """

    def __init__(self, folder: Path | str) -> None:
        self._files = _ArrayFiles(Path(folder), ".step")

    def get_or_compute(self, key: str, compute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the stored result of this key, bit for bit, or compute and store it.

        Args:
            key: Must name everything that the result depends on.
            compute: Returns a dict of None, bools, numbers, strings, lists and dicts of these, and NumPy's numbers and
                arrays of numbers, bools and strings. Its exceptions pass through, and nothing is stored then.

        Raises:
            TypeError: The result holds something else. The message names its place.
            DiskFull: There is no room.
        """
        try:
            return _from_arrays(self._files.read(key))
        except KeyError:
            pass
        arrays = _to_arrays(compute())
        self._files.write(key, arrays)
        return _from_arrays(arrays)  # In the same memory layout as when read: else sums may differ in the last bit.


# --- files -----------------------------------------------------------------------------------------------------------


class _ArrayFiles:
    """Lists of arrays in a folder, one file per key."""

    def __init__(self, folder: Path, suffix: str) -> None:
        self.folder, self.suffix = folder, suffix
        folder.mkdir(parents=True, exist_ok=True)
        for draft in folder.glob(_DRAFT.format("*")):
            with suppress(OSError):  # Another process may delete it too, or own it.
                if time.time() - draft.stat().st_mtime > _FORGOTTEN:
                    draft.unlink()

    def write(self, key: str, arrays: Sequence[NDArray[Any]]) -> None:
        """Store the arrays, whole or not at all."""
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
                raise DiskFull(error, sum(array.nbytes for array in arrays), self.folder) from error
            raise

    def read(self, key: str) -> ArrayList:
        """Return the arrays of this key. Raises KeyError if there are none or they are damaged."""
        path = self._path(key)
        try:
            stored_key, arrays = _read(path)
        except FileNotFoundError:
            raise KeyError(key) from None
        except _Damaged:
            stored_key, arrays = None, []
        if stored_key != key:
            path.unlink(missing_ok=True)
            raise KeyError(key)
        return arrays

    def remove(self, key: str) -> None:
        try:
            self._path(key).unlink()
        except FileNotFoundError:
            raise KeyError(key) from None

    def keys(self) -> Iterator[str]:
        """Return the key of each intact file. Other files in the same folder are ignored."""
        for path in sorted(self.folder.glob(f"*{self.suffix}")):
            with suppress(_Damaged, FileNotFoundError):
                key, _ = _read(path)
                if path == self._path(key):
                    yield key

    def _path(self, key: str) -> Path:
        # A key may be longer than a file name can be, hold a slash, or differ from another in case only.
        return self.folder / f"{hashlib.sha256(_bytes(key)).hexdigest()}{self.suffix}"


class _Damaged(Exception):
    """The file is not, or no longer, as it was written."""


class _HashingFile:
    """A file that is hashed while it is written.

    NumPy passes a real file to C code, whose errors lack their number: a full disk would look like a broken one.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self.file.write(data)


def _write(file: BinaryIO, arrays: ArrayList) -> None:
    hashing = _HashingFile(file)
    for array in arrays:
        npy.write_array(hashing, array, version=(3, 0), allow_pickle=False)  # This version allows any field names.
    file.write(hashing.digest.digest())


def _read(path: Path) -> tuple[str, ArrayList]:
    """Return the file's key and its arrays. Raises FileNotFoundError and _Damaged."""
    with path.open("rb") as file:
        end = os.fstat(file.fileno()).st_size - _DIGEST_SIZE
        if not _is_intact(file, end):
            raise _Damaged
        file.seek(0)
        arrays = []
        try:
            while file.tell() < end:
                arrays.append(npy.read_array(file, allow_pickle=False, max_header_size=end))
            key = arrays.pop().tobytes().decode("utf-8", "surrogatepass")
        except (ValueError, EOFError) as error:  # Intact, but not one of this cache.
            raise _Damaged from error
    return key, arrays


def _is_intact(file: BinaryIO, end: int) -> bool:
    """Return whether the hash at `end` matches the contents before it. No valid file is empty: it holds its key."""
    digest, remaining = hashlib.sha256(), end
    while remaining > 0 and (chunk := file.read(min(remaining, _CHUNK))):
        digest.update(chunk)
        remaining -= len(chunk)
    return end > 0 and file.read() == digest.digest()


def _check(dtype: np.dtype[Any]) -> None:
    """Raise TypeError if arrays of this type would be read back as another type."""
    if dtype.hasobject or npy.descr_to_dtype(npy.dtype_to_descr(dtype)) != dtype:
        raise TypeError(
            f'an array of {dtype} cannot be stored in a file; convert it to numbers, as in array.astype("float32")'
        )


def _bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")


# --- the result of a step as arrays ----------------------------------------------------------------------------------


def _to_arrays(result: dict[str, Any]) -> ArrayList:
    """The result as arrays: first its JSON in UTF-8, then the arrays that it holds."""
    if type(result) is not dict:
        raise TypeError(f"a step must return a dict, not {type(result).__name__}")
    stored: ArrayList = []
    # The escapes of JSON would join two surrogates into one character.
    text = json.dumps(_to_json(result, "result", stored), ensure_ascii=False).encode("utf-8", "surrogatepass")
    return [np.frombuffer(text, np.uint8), *stored]


def _from_arrays(arrays: ArrayList) -> dict[str, Any]:
    text, *stored = arrays
    result: dict[str, Any] = _from_json(json.loads(text.tobytes().decode("utf-8", "surrogatepass")), stored)
    return result


def _to_json(value: Any, place: str, stored: ArrayList) -> Any:
    """The value as JSON. Every object there has a single key, which names the type that it stands for."""
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return {"nan": struct.pack("<d", value).hex()} if math.isnan(value) else value
    if type(value) is list:
        return [_to_json(item, f"{place}[{index}]", stored) for index, item in enumerate(value)]
    if type(value) is dict and all(type(name) is str for name in value):
        return {"dict": {name: _to_json(item, f"{place}[{name!r}]", stored) for name, item in value.items()}}
    if (type(value) is np.ndarray and value.dtype.kind in "biufcU") or isinstance(value, np.bool_ | np.number):
        stored.append(np.asarray(value, order="C"))
        return {"array" if isinstance(value, np.ndarray) else "number": len(stored) - 1}
    raise TypeError(
        f"{place} is a {type(value).__name__}, which cannot be stored; use None, bools, numbers, strings, "
        "lists, dicts with strings as keys, and NumPy arrays of numbers, bools or strings"
    )


def _from_json(encoded: Any, stored: ArrayList) -> Any:
    """The inverse of :func:`_to_json`."""
    if isinstance(encoded, list):
        return [_from_json(item, stored) for item in encoded]
    if not isinstance(encoded, dict):
        return encoded
    ((kind, value),) = encoded.items()
    if kind == "dict":
        return {name: _from_json(item, stored) for name, item in value.items()}
    if kind == "nan":
        return struct.unpack("<d", bytes.fromhex(value))[0]
    return stored[value] if kind == "array" else stored[value][()]
