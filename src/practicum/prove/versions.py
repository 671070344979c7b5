"""Which versions a verdict is about, read without importing anything heavy."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from functools import cache
from importlib import metadata

from packaging.requirements import InvalidRequirement, Requirement

PACKAGES = ("tensorflow", "keras", "numpy")


@cache
def installed(package: str) -> str | None:
    """The version of an installed package, or None."""
    for name in (package, f"{package}-cpu"):
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return None


@cache
def versions() -> dict[str, str]:
    """The versions of Python and, where installed, TensorFlow, Keras and NumPy."""
    found = {package: installed(package) for package in PACKAGES}
    return {"python": platform.python_version()} | {name: text for name, text in found.items() if text}


def unmet(requires: Iterable[str]) -> str | None:
    """Why a problem is not about what is installed: `not for keras 2.15`. None where it is."""
    for text in requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        name = requirement.name.casefold()
        version = platform.python_version() if name == "python" else installed(name)
        if version is None:
            return f"needs {text}, which is not installed"
        if not requirement.specifier.contains(version, prereleases=True):
            return f"not for {name} {version}: needs {text}"
    return None
