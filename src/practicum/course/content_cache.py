"""What was read from a course before, by the content that it was read from, so that the same text is parsed once.

A key is the digest of all content that a result depends on. Names, times and sizes of files are not part of it: files
are always read, and a changed file has another key. A cache file belongs to one version of practicum's code, and is
ignored by any other.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import gc
import hashlib
import io
import os
import pickle
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from enum import EnumType
from pathlib import Path
from types import MappingProxyType
from typing import Any

from practicum import model
from practicum.course.code_fingerprint import code_fingerprint, is_current

Key = bytes

ENDING = ".reading"
"""The ending of the names of cache files. No other file is ever removed."""

_DIGEST_SIZE = 32
_MAX_AGE = 30 * 24 * 3600
"""Seconds after which a file that was not written again is removed: its course may be gone."""

_RECORDS: tuple[type, ...] = (
    *(each for each in vars(model).values() if is_dataclass(each) and isinstance(each, type)),
    *(each for each in vars(model).values() if isinstance(each, EnumType) and each.__module__ == model.__name__),
    *(datetime.date, datetime.datetime, datetime.time, datetime.timedelta, datetime.timezone),  # of TOML
)
"""The classes of what is stored: the model's, and those of TOML's values. A file with another object is not loaded."""


def content_key(*parts: str | bytes) -> Key:
    """Return the key of a result that depends on these parts, and on nothing else but practicum's code."""
    encoded = [part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in parts]
    sizes = ",".join([str(len(part)) for part in encoded])  # so that no two lists of parts have the same text
    return _digest(b"".join([sizes.encode(), b":", *encoded]))


class ContentCache:
    """The results of reading a course, by the keys of their content. Without a file it holds nothing."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._found: Mapping[Key, Any] = _load(file) if file else {}
        self._used: dict[Key, Any] = {}

    def get(self, key: Key) -> Any:
        """Return the result with this key, or None if there is none."""
        result = self._found.get(key)
        if result is not None:
            self._used[key] = result
        return result

    def put(self, key: Key, result: Any) -> None:
        """Remember a result, which must not be None."""
        if self._file:
            self._used[key] = result

    def save(self) -> None:
        """Write what was used since the cache was opened, and forget the rest. Where that fails, nothing is written."""
        if self._file is None or self._used.keys() == self._found.keys():
            return
        with contextlib.suppress(OSError, pickle.PickleError, TypeError, AttributeError, RecursionError):
            payload = _dump(self._used)
            if is_current():
                _write(self._file, _header(payload) + payload)
                _remove_old(self._file.parent)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST_SIZE).digest()


def _header(payload: bytes) -> bytes:
    """Return the fingerprint of the code and the digest of the payload, with which a file begins."""
    return code_fingerprint() + _digest(payload)


def _load(file: Path) -> Mapping[Key, Any]:
    """Return what a file holds; nothing if it is damaged, of other code, or could have been written by another user."""
    try:
        with open(file, "rb", opener=_open_file) as stream:
            if not _is_private(os.fstat(stream.fileno())):
                return {}
            data = stream.read()
        size = len(code_fingerprint()) + _DIGEST_SIZE
        if data[:size] != _header(data[size:]):
            return {}
        with _uncollected():
            found = _Unpickler(io.BytesIO(data[size:])).load()
        return found if isinstance(found, dict) else {}
    except Exception:  # a pickle can fail with any exception
        return {}


def _open_file(path: str, flags: int) -> int:
    """Open a file that is no link, without waiting for a pipe's other end."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _is_private(status: os.stat_result) -> bool:
    """Whether a file is a regular file of this user that no other user can write or read."""
    own = not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & 0o077)
    return stat.S_ISREG(status.st_mode) and own


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=ENDING)  # with mode 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _remove_old(folder: Path) -> None:
    for entry in os.scandir(folder):
        is_ours = entry.name.endswith(ENDING) and entry.is_file(follow_symlinks=False)
        if is_ours and time.time() - entry.stat().st_mtime > _MAX_AGE:
            Path(entry).unlink(missing_ok=True)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Keep what is created from the garbage collector, which would search all of it again and again and find nothing.

    These are records without cycles, so each is freed when nothing refers to it any more. Only the first file of a
    process is exempt for good, since cycles of others, which exist by then, are exempt with it.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        _freeze_once()
        if was_enabled:
            gc.enable()


@functools.cache
def _freeze_once() -> None:
    gc.freeze()


def _view(mapping: Mapping[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(mapping)


def _dump(results: Mapping[Key, Any]) -> bytes:
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {MappingProxyType: lambda view: (_view, (dict(view),))}  # the default of many fields
    pickler.dump(results)
    return stream.getvalue()


_ALLOWED: Mapping[tuple[str, str], Any] = {
    **{(each.__module__, each.__qualname__): each for each in _RECORDS},
    (_view.__module__, _view.__qualname__): _view,
}


class _Unpickler(pickle.Unpickler):
    """Loads records of the model, and nothing that could run code."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is not stored in a cache") from None
