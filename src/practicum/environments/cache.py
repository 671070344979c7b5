"""The cache of environments: one folder per environment, named by its digest, with a manifest in it."""

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
from practicum.errors import CodedError
from practicum.runner.environment import Environment
from practicum.runner.sandbox import Interpreter

MANIFEST = "environment.json"
USED = "used"
"""A file with the name of the course that used the environment last; its modification time is when."""
UNUSED = 30 * 86_400
"""Seconds without use after which an environment counts as unused."""
_ABANDONED = 86_400
"""Seconds after which the folder of an unfinished build counts as abandoned."""


class EnvironmentNotFound(CodedError):
    """No single environment has that digest or prefix: `unknown-environment` or `ambiguous-prefix`."""


@dataclass(frozen=True)
class BuiltEnvironment:
    """An environment on disk, as its manifest describes it."""

    folder: Path
    environment: Environment
    packages: tuple[str, ...]
    """The requirements it was built from."""
    lock: tuple[str, ...]
    """`name==version` of all packages in it."""
    built: str
    """When it was built: ISO 8601, UTC."""
    size: int
    """In bytes."""

    @property
    def used(self) -> tuple[float, str] | None:
        """When a run last used it (seconds since 1970) and for which course; None if no run did."""
        file = self.folder / USED
        try:
            return file.stat().st_mtime, file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None

    def mark_used(self, course: str) -> None:
        """Record that a run of a course uses it now. Does nothing if the folder cannot be written."""
        with contextlib.suppress(OSError):
            (self.folder / USED).write_text(course + "\n", "utf-8")


def find(digest: str) -> BuiltEnvironment | None:
    """Return the environment of that digest, or None if it was not built or its Python is gone."""
    return _read(settings.environments_directory() / digest)


def find_by_prefix(prefix: str) -> BuiltEnvironment:
    """Return the one environment whose digest begins with `prefix`. Raises EnvironmentNotFound."""
    found = [built for built in all_built() if built.environment.digest.startswith(prefix)] if prefix else []
    if not found:
        raise EnvironmentNotFound(
            "unknown-environment", f"There is no environment {prefix}. `practicum env list` lists those there are."
        )
    if len(found) > 1:
        raise EnvironmentNotFound(
            "ambiguous-prefix", f"{len(found)} environments begin with {prefix}. Give more of the name."
        )
    return found[0]


def all_built() -> list[BuiltEnvironment]:
    """Return all environments, the newest first."""
    found = [built for folder in _folders() if (built := _read(folder))]
    return sorted(found, key=lambda environment: environment.built, reverse=True)


def remove(digest: str) -> None:
    """Remove an environment, atomically for other processes. Raises OSError."""
    folder = settings.environments_directory() / digest
    discarded = tempfile.mkdtemp(prefix=f".{digest}-", dir=folder.parent)
    folder.rename(Path(discarded, "removed"))
    _delete(Path(discarded))


def remove_unused() -> list[str]:
    """Remove environments unused for 30 days, and abandoned builds. Return the digests of the environments."""
    now = time.time()
    removed = []
    for built in all_built():
        last_use = max(_modified(built.folder / MANIFEST), built.used[0] if built.used else 0.0)
        if now - last_use > UNUSED:
            remove(built.environment.digest)
            removed.append(built.environment.digest)
    for folder in settings.environments_directory().glob(".*-*"):
        if folder.is_dir() and now - _modified(folder) > _ABANDONED:
            _delete(folder)
    return removed


def folder_size(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(Path(top, name).lstat().st_size for top, _, names in os.walk(folder) for name in names)


def write_manifest(built: BuiltEnvironment) -> None:
    """Write the manifest into the folder. Paths within the folder are relative, so that the cache can be moved."""
    python = built.environment.interpreter
    manifest = {
        "python": built.environment.python,
        "program": python.program,
        "library": list(python.library),
        "site": [os.path.relpath(path, os.path.realpath(built.folder)) for path in python.packages],
        "packages": list(built.packages),
        "lock": list(built.lock),
        "built": built.built,
        "size": built.size,
    }
    (built.folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")


def _read(folder: Path) -> BuiltEnvironment | None:
    file = folder / MANIFEST
    try:
        return _parsed(folder, file.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError, TypeError):
        return None


@functools.lru_cache(64)
def _parsed(folder: Path, modified: int) -> BuiltEnvironment:
    """Return the environment in a folder. `modified`, the time of its manifest, is part of the cache's key."""
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    if not os.access(manifest["program"], os.X_OK):
        raise OSError("its Python was removed")
    site = tuple(os.path.realpath(folder / path) for path in manifest["site"])
    python = Interpreter(manifest["program"], tuple(manifest["library"]), site)
    return BuiltEnvironment(
        folder,
        Environment(folder.name, manifest["python"], python),
        packages=tuple(manifest["packages"]),
        lock=tuple(manifest["lock"]),
        built=manifest["built"],
        size=manifest["size"],
    )


def _folders() -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from (path for path in settings.environments_directory().iterdir() if not path.name.startswith("."))


def _delete(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
