"""Minimal wheels, and folders that look like environments. Nothing here needs the network."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from practicum.runner.environment import Environment
from practicum.runner.sandbox import Interpreter

NAME = "practicum-pebble"
"""A package that no index has."""


def wheel(folder: Path, version: str, name: str = NAME, requires: Iterable[str] = ()) -> None:
    """Write a wheel with one module, whose `VERSION` is its version."""
    module = name.replace("-", "_")
    files = {
        f"{module}/__init__.py": f"VERSION = {version!r}\n",
        **metadata(name, version, requires),
        f"{module}-{version}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{module}-{version}.dist-info/RECORD"
    files[record] = "".join(f"{path},,\n" for path in (*files, record))
    with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)


def metadata(name: str, version: str, requires: Iterable[str] = ()) -> dict[str, str]:
    """Return the `METADATA` of an installed package, by its path."""
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    dependencies = "".join(f"Requires-Dist: {each}\n" for each in requires)
    extra = "Provides-Extra: more\n" if "extra ==" in dependencies else ""
    return {f"{name.replace('-', '_')}-{version}.dist-info/METADATA": head + extra + dependencies}


def installed(folder: Path, packages: dict[str, tuple[str, tuple[str, ...]]], python: str = "3.11.7") -> Environment:
    """Return an environment that seems to have these packages, given as name to version and requirements."""
    for name, (version, requires) in packages.items():
        for path, text in metadata(name, version, requires).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
    return Environment("0" * 16, python, Interpreter("/nowhere/python", (), (str(folder),)))
