"""The fingerprint of the code that reads courses: practicum's own, Python's, and that of the installed packages."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import practicum

_PACKAGE_ENDINGS = (".dist-info", ".egg-info", ".egg-link", ".pth")
"""The endings of what an installed package has in a folder of `sys.path`; the name contains its version."""
_MARGIN = 1.0
"""Seconds by which the clock of a file system may differ from ours."""


@cache
def code_fingerprint() -> bytes:
    """Return a digest of the content of practicum's modules, and of the versions of Python and of all packages."""
    root = Path(practicum.__file__).parent
    digest = hashlib.blake2b(digest_size=32)
    for text in (sys.version, *sorted(_installed_packages())):
        digest.update(hashlib.blake2b(text.encode("utf-8", "surrogateescape")).digest())
    for path in sorted(_modules(str(root))):
        digest.update(hashlib.blake2b(path.removeprefix(str(root)).encode("utf-8", "surrogateescape")).digest())
        digest.update(hashlib.blake2b(_content(path)).digest())
    return digest.digest()


def is_current() -> bool:
    """Whether this process runs the code of its fingerprint: no file of it has changed since it was started.

    The fingerprint alone does not show that, as modules are imported before it is made.
    """
    root = str(Path(practicum.__file__).parent)
    try:
        changed = max(os.stat(path).st_ctime for path in _modules(root))  # noqa: PTH116
        return changed < practicum.IMPORTED - _MARGIN and code_fingerprint() == code_fingerprint.__wrapped__()
    except OSError:
        return False


def _installed_packages() -> Iterator[str]:
    """Yield the names of the packages in the folders of `sys.path`, with their versions."""
    for folder in sys.path:
        try:
            yield from (name for name in os.listdir(folder or os.curdir) if name.endswith(_PACKAGE_ENDINGS))  # noqa: PTH208
        except OSError:
            continue


def _modules(folder: str) -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.name.endswith(".py"):
            yield entry.path
        elif entry.name not in ("__pycache__", "courses") and entry.is_dir(follow_symlinks=False):
            yield from _modules(entry.path)


def _content(path: str) -> bytes:
    with open(path, "rb") as stream:  # noqa: PTH123 - hundreds of files are read at each start
        return stream.read()
