"""Keras's optional packages, which the lab does without."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

UNUSED = ("IPython", "matplotlib", "pandas", "sklearn")
"""Keras imports each of them where it is installed. Together they take two fifths of its start."""


@contextmanager
def hide_unused_packages() -> Iterator[None]:
    """Make imports behave as if these packages were not installed, except those that are imported already."""
    hidden = [name for name in UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
