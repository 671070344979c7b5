"""The folder that keeps what was built: one folder an environment, named by its digest, with a manifest in it."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from practicum import settings
from practicum.runner.environment import Environment
from practicum.runner.sandbox import Interpreter

MANIFEST = "environment.json"
USED = "used"
"""A file with the name of the course that took the environment last; its time is when."""
UNUSED = 30 * 86_400
"""Seconds after which nobody is thought to need an environment any more."""
_LEFT_OVER = 86_400
"""Seconds after which a half-built folder is nobody's work."""


class Unknown(LookupError):
    """No environment has that digest; the text says so."""


@dataclass(frozen=True)
class Built:
    """An environment on disk, and what its manifest says."""

    folder: Path
    environment: Environment
    packages: tuple[str, ...]
    """What was asked for."""
    lock: tuple[str, ...]
    """`name==version` of all that was installed."""
    built: str
    """The day and time, UTC, as in ISO 8601."""
    size: int
    """Bytes."""

    @property
    def used(self) -> tuple[float, str] | None:
        """When a run last took it (seconds since 1970), and for which course; None if none did."""
        file = self.folder / USED
        try:
            return file.stat().st_mtime, file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None

    def mark_used(self, course: str) -> None:
        """Remember that a run takes it now. Nothing depends on it, so a folder that cannot be written is no error."""
        with contextlib.suppress(OSError):
            (self.folder / USED).write_text(course + "\n", "utf-8")


def find(digest: str) -> Built | None:
    """The environment of that digest, if it was built and its Python is still there."""
    return _read(settings.environments_directory() / digest)


def find_by_prefix(prefix: str) -> Built:
    """The one environment whose digest begins so. Raises Unknown."""
    found = [one for one in all_built() if one.environment.digest.startswith(prefix)] if prefix else []
    if not found:
        raise Unknown(f"no environment here is called {prefix}: `practicum env list` names those that are")
    if len(found) > 1:
        raise Unknown(f"{len(found)} environments begin with {prefix}: give more of its digits")
    return found[0]


def all_built() -> list[Built]:
    """All there are, the newest first."""
    found = [built for folder in _folders() if (built := _read(folder))]
    return sorted(found, key=lambda one: one.built, reverse=True)


def remove(digest: str) -> None:
    """Take an environment away, at once for whoever looks. Raises OSError."""
    folder = settings.environments_directory() / digest
    doomed = tempfile.mkdtemp(prefix=f".{digest}-", dir=folder.parent)
    folder.rename(Path(doomed, "gone"))
    _has_gone(Path(doomed))


def remove_unused() -> list[str]:
    """Take away what nobody has used for 30 days, and what was left half-built. The digests of the former."""
    now = time.time()
    gone = []
    for one in all_built():
        last = max(_changed(one.folder / MANIFEST), one.used[0] if one.used else 0.0)
        if now - last > UNUSED:
            remove(one.environment.digest)
            gone.append(one.environment.digest)
    for folder in settings.environments_directory().glob(".*-*"):
        if folder.is_dir() and now - _changed(folder) > _LEFT_OVER:
            _has_gone(folder)
    return gone


def measure(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(Path(top, name).lstat().st_size for top, _, names in os.walk(folder) for name in names)


def write_manifest(built: Built) -> None:
    """Say in the folder what it is. Its own paths are written relative to it, so that the cache can be moved."""
    python = built.environment.interpreter
    told = {
        "python": built.environment.python,
        "program": python.program,
        "library": list(python.library),
        "site": [os.path.relpath(path, os.path.realpath(built.folder)) for path in python.packages],
        "packages": list(built.packages),
        "lock": list(built.lock),
        "built": built.built,
        "size": built.size,
    }
    (built.folder / MANIFEST).write_text(json.dumps(told, indent=1) + "\n", "utf-8")


def _read(folder: Path) -> Built | None:
    file = folder / MANIFEST
    try:
        return _parsed(folder, file.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError, TypeError):
        return None


@functools.lru_cache(64)
def _parsed(folder: Path, changed: int) -> Built:
    told: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    if not os.access(told["program"], os.X_OK):
        raise OSError("its Python is gone")
    site = tuple(os.path.realpath(folder / path) for path in told["site"])
    python = Interpreter(told["program"], tuple(told["library"]), site)
    environment = Environment(folder.name, told["python"], python)
    return Built(folder, environment, tuple(told["packages"]), tuple(told["lock"]), told["built"], told["size"])


def _folders() -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from (path for path in settings.environments_directory().iterdir() if not path.name.startswith("."))


def _has_gone(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
