"""Which versions a verdict is about, read without importing anything heavy."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement

from practicum.runner.environment import Environment

PACKAGES = ("tensorflow", "keras", "numpy")


def installed(package: str, environment: Environment) -> str | None:
    """The version of a package in the environment, or None."""
    return environment.version(package) or environment.version(f"{package}-cpu")


def versions(environment: Environment) -> dict[str, str]:
    """The versions of Python and, where installed, TensorFlow, Keras and NumPy: of what ran, not of the server."""
    found = {package: installed(package, environment) for package in PACKAGES}
    return {"python": environment.python} | {name: text for name, text in found.items() if text}


def unmet(requires: Iterable[str], environment: Environment) -> str | None:
    """Why a problem is not about what is installed: `not for keras 2.15`. None where it is."""
    for text in requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        name = requirement.name.casefold()
        version = environment.python if name == "python" else installed(name, environment)
        if version is None:
            return f"needs {text}, which is not installed"
        if not requirement.specifier.contains(version, prereleases=True):
            return f"not for {name} {version}: needs {text}"
    return None
