"""What a run imports from: an interpreter and its packages, the server's own or one that was built for a course."""

from __future__ import annotations

import functools
import platform
from dataclasses import dataclass
from importlib import machinery, metadata

from practicum.runner.sandbox import Interpreter


@dataclass(frozen=True)
class Environment:
    """An interpreter and its packages, looked at from outside: nothing of it is ever imported here."""

    digest: str
    """What it was built from; nothing for the server's own."""
    python: str
    """The version of Python, as in `3.11.7`."""
    interpreter: Interpreter

    @classmethod
    def current(cls) -> Environment:
        """The one in which this program itself runs."""
        return cls("", platform.python_version(), Interpreter.current())

    def __str__(self) -> str:
        return self.digest or "the server's own"

    def distribution(self, package: str) -> metadata.Distribution | None:
        """An installed package as its `*.dist-info` describes it."""
        return next(iter(metadata.distributions(name=package, path=list(self.interpreter.packages))), None)

    def version(self, package: str) -> str | None:
        """The version of an installed package, or None."""
        return _version(self, package)

    def has(self, module: str) -> bool:
        """Whether a top-level module can be imported."""
        return _has(self.interpreter.packages, module)


@functools.cache
def _version(environment: Environment, package: str) -> str | None:
    found = environment.distribution(package)
    return found.version if found else None


@functools.cache
def _has(folders: tuple[str, ...], module: str) -> bool:
    return machinery.PathFinder.find_spec(module, list(folders)) is not None
