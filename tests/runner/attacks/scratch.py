"""What is left of the scratch folders that jobs have had."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

PATIENCE = 3.0
"""Seconds that cleaning up may take."""


def left(name: str) -> list[Path]:
    """Scratch folders that still hold this name, or cannot be looked into, once there was time to clean up.

    In bare mode they lie in a folder of the zygote's; in full mode each is a tmpfs that ends with its job.
    """
    until = time.monotonic() + PATIENCE
    while (found := _find(name)) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def _find(name: str) -> list[Path]:
    tops = [path for path in _below(Path(tempfile.gettempdir())) if path.name.startswith("practicum-")]
    return [folder for top in tops for folder in _below(top) if "-" in folder.name and _holds(folder, name)]


def _below(folder: Path) -> list[Path]:
    """What lies in it; nothing if it is no folder, or was removed meanwhile: other tests have folders there too."""
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _holds(folder: Path, name: str) -> bool:
    try:
        return name in {path.name for path in _below(folder)}
    except PermissionError:
        return True
