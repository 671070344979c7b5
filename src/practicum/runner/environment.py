"""An interpreter and its installed packages: the server's own, or one built for a course."""

from __future__ import annotations

import functools
import platform
from dataclasses import dataclass
from importlib import machinery, metadata

from practicum.runner.sandbox import Interpreter


@dataclass(frozen=True)
class Environment:
    """An interpreter and its packages, inspected from outside: nothing of it is imported into this process."""

    digest: str
    """Digest of the requirements it was built from; empty for the server's own."""
    python: str
    """Python version, such as `3.11.7`."""
    interpreter: Interpreter

    @classmethod
    def current(cls) -> Environment:
        """Return the environment that this process runs in."""
        return cls("", platform.python_version(), Interpreter.current())

    def __str__(self) -> str:
        return self.digest or "the server's own"

    def distribution(self, package: str) -> metadata.Distribution | None:
        """Return the metadata (`*.dist-info`) of an installed package, or None."""
        return next(iter(metadata.distributions(name=package, path=list(self.interpreter.packages))), None)

    def version(self, package: str) -> str | None:
        """Return the version of an installed package, or None."""
        return _version(self, package)

    def distributions_with(self, module: str) -> frozenset[str]:
        """Return the names of the installed packages that have this top-level module."""
        return _providers(self.interpreter.packages).get(module, frozenset())

    def has(self, module: str) -> bool:
        """Return whether a top-level module can be imported."""
        return _has(self.interpreter.packages, module)


@functools.cache
def _version(environment: Environment, package: str) -> str | None:
    distribution = environment.distribution(package)
    return distribution.version if distribution else None


@functools.cache
def _providers(folders: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """The names of the packages that have each top-level module."""
    found: dict[str, frozenset[str]] = {}
    for distribution in metadata.distributions(path=list(folders)):
        declared = (distribution.read_text("top_level.txt") or "").split()
        files = (file.parts[0].removesuffix(".py") for file in distribution.files or () if file.suffix == ".py")
        for module in declared or set(files):
            found[module] = found.get(module, frozenset()) | {str(distribution.metadata["Name"])}
    return found


@functools.cache
def _has(folders: tuple[str, ...], module: str) -> bool:
    return machinery.PathFinder.find_spec(module, list(folders)) is not None
