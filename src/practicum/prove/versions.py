"""The versions of the packages that a verdict is about, read without importing them."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement

from practicum.runner.environment import Environment

PACKAGES = ("tensorflow", "keras", "numpy")


def installed(package: str, environment: Environment) -> str | None:
    """Return the version of a package in the environment, or None if it is not installed."""
    return environment.version(package) or environment.version(f"{package}-cpu")


def versions(environment: Environment) -> dict[str, str]:
    """Return the versions of Python and, if installed, TensorFlow, Keras and NumPy in the environment of a run."""
    found = {package: installed(package, environment) for package in PACKAGES}
    return {"python": environment.python} | {name: text for name, text in found.items() if text}


def unmet(requires: Iterable[str], environment: Environment) -> str | None:
    """Return which requirement of a subject the environment does not meet, in a few words; None if it meets all."""
    for text in requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        name = requirement.name.casefold()
        version = environment.python if name == "python" else installed(name, environment)
        if version is None:
            return f"requires {text}, which is not installed"
        if not requirement.specifier.contains(version, prereleases=True):
            return f"requires {text}; {name} {version} is installed"
    return None
