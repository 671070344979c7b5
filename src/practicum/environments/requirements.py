"""A course's requirements: which are met, their digest, and the lock that pins all packages. Reads only."""

from __future__ import annotations

import hashlib
import json
import sys
import sysconfig
from collections.abc import Iterable, Sequence

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from practicum.model import Requirements
from practicum.runner.environment import Environment

DIGITS = 16
"""Length of a digest, enough that no two environments share one."""


def python_version(wanted: Requirements) -> str:
    """Return the required Python, or that of this program if any will do: `3.12`."""
    return wanted.python or ".".join(map(str, sys.version_info[:2]))


def digest(wanted: Requirements) -> str:
    """Return an environment's name: a hash of Python, the platform and the lock, or the requirements without one."""
    content = {
        "python": f"{sys.implementation.name}-{python_version(wanted)}",
        "platform": sysconfig.get_platform(),
        "packages": sorted(map(_normalized, wanted.lock)) or sorted(str(Requirement(text)) for text in wanted.packages),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:DIGITS]


def _normalized(line: str) -> str:
    name, _, version = line.partition("==")
    return f"{canonicalize_name(name)}=={Version(version)}"


def unmet(wanted: Requirements, environment: Environment) -> list[str]:
    """Return the requirements that an environment does not meet: `keras>=4 (3.15.1 is installed)`."""
    missing = []
    if wanted.python and not f"{environment.python}.".startswith(f"{wanted.python}."):
        missing.append(f"Python {wanted.python} ({environment.python} is installed)")
    for text in wanted.packages:
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate(_markers(environment)):
            continue
        version = environment.version(requirement.name)
        if version is None:
            missing.append(f"{text} (not installed)")
        elif not requirement.specifier.contains(version, prereleases=True):
            missing.append(f"{text} ({version} is installed)")
    return missing


def lock(packages: Iterable[str], environment: Environment) -> tuple[tuple[str, ...], list[str]]:
    """Return `name==version` of these packages and their dependencies, sorted by name, and what is not installed.

    It follows the dependencies that the packages declare, so packages installed for other reasons are left out.
    """
    pinned: dict[str, str] = {}
    missing: list[str] = []
    visited: set[tuple[str, str]] = set()
    markers = _markers(environment)
    waiting = [(Requirement(text), "course.toml") for text in packages]
    for requirement, source in waiting:
        if not _applies(requirement, ("",), markers):
            continue
        found = environment.distribution(requirement.name)
        if found is None:
            missing.append(f"{requirement.name}, required by {source}, is not installed")
            continue
        if not requirement.specifier.contains(found.version, prereleases=True):
            missing.append(f"{requirement}, required by {source}, does not match {found.version}")
        name = str(found.metadata["Name"])
        pinned[canonicalize_name(name)] = f"{name}=={found.version}"
        for extra in ("", *sorted(requirement.extras)):
            if (canonicalize_name(name), extra) not in visited:
                visited.add((canonicalize_name(name), extra))
                needed = map(Requirement, found.requires or ())
                waiting += [
                    (_bare(dependency), name) for dependency in needed if _only_with(dependency, extra, markers)
                ]
    return tuple(pinned[name] for name in sorted(pinned)), list(dict.fromkeys(missing))


def _only_with(requirement: Requirement, extra: str, markers: dict[str, str]) -> bool:
    """Return whether a requirement comes with an extra, or with the package itself for an empty extra."""
    return _applies(requirement, (extra,), markers) and not (extra and _applies(requirement, ("",), markers))


def _applies(requirement: Requirement, extras: Sequence[str], markers: dict[str, str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**markers, "extra": extra}) for extra in extras)


def _bare(requirement: Requirement) -> Requirement:
    """Return the requirement without its marker, which has been evaluated."""
    requirement.marker = None
    return requirement


def _markers(environment: Environment) -> dict[str, str]:
    """Return the variables of markers such as `python_version < "3.12"` for that environment's Python."""
    values = {str(name): str(value) for name, value in default_environment().items()}
    short = ".".join(environment.python.split(".")[:2])
    return values | {"python_version": short, "python_full_version": environment.python}
