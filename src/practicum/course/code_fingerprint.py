"""The fingerprint of the code that reads courses: practicum's own, Python's, and that of the packages it uses."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import practicum

_PACKAGES = ("latex2mathml", "markdown-it-py", "mdit-py-plugins", "packaging", "pydantic", "pydantic-core")
"""The packages that decide how a course is read."""


@cache
def code_fingerprint() -> bytes:
    """Return a digest of the content of practicum's modules, and of the versions of Python and of the packages."""
    root = Path(practicum.__file__).parent
    digest = hashlib.blake2b(digest_size=32)
    for text in (sys.version, *map(_version, _PACKAGES)):
        digest.update(f"{text}\0".encode())
    for path in sorted(_modules(str(root))):
        digest.update(hashlib.blake2b(path.removeprefix(str(root)).encode("utf-8", "surrogateescape")).digest())
        digest.update(hashlib.blake2b(_content(path)).digest())
    return digest.digest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _modules(folder: str) -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.name.endswith(".py"):
            yield entry.path
        elif entry.name not in ("__pycache__", "courses") and entry.is_dir(follow_symlinks=False):
            yield from _modules(entry.path)


def _content(path: str) -> bytes:
    with open(path, "rb") as stream:  # noqa: PTH123 - hundreds of files are read at each start
        return stream.read()
