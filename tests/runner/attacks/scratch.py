"""Finds what is left of jobs' scratch folders."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

CLEANUP_TIMEOUT = 30.0
"""Seconds that cleaning up may take on a busy machine."""


def left(name: str) -> list[Path]:
    """Return scratch folders that still contain this name, or cannot be read, after waiting for the cleanup.

    In bare mode they are in a folder of the zygote; in full mode each is a tmpfs that ends with its job.
    """
    until = time.monotonic() + CLEANUP_TIMEOUT
    while (found := _find(name)) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def _find(name: str) -> list[Path]:
    tops = [path for path in _below(Path(tempfile.gettempdir())) if path.name.startswith("practicum-")]
    return [folder for top in tops for folder in _below(top) if "-" in folder.name and _holds(folder, name)]


def _below(folder: Path) -> list[Path]:
    """Return the folder's entries; none if it is no folder or was removed, as other tests use the same parent."""
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _holds(folder: Path, name: str) -> bool:
    try:
        return name in {path.name for path in _below(folder)}
    except PermissionError:
        return True
