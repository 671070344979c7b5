"""The source of practicum's own modules that experiments may import, read without importing them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import practicum

_PACKAGES = ("practicum.lab", "practicum.statistics", "practicum.formatting")
"""What experiments may import of practicum, so that their evidence depends on its code."""


def library_source(module: str) -> str | None:
    """Return the source of a module that experiments may import, by its dotted name; None for any other module."""
    if not any(module == package or module.startswith(f"{package}.") for package in _PACKAGES):
        return None
    return _read_module(module)


@cache
def _read_module(module: str) -> str | None:
    base = Path(practicum.__file__).parent.joinpath(*module.split(".")[1:])
    file = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
    return file.read_text(encoding="utf-8") if file.is_file() else None
