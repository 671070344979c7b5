"""What a course asks for, what of it is there, and the lock that pins all of it. Nothing here fetches or writes."""

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
"""Of a digest: enough that no two environments ever share one."""


def minor(wanted: Requirements) -> str:
    """The Python that is asked for, or else the one that runs this program: `3.12`."""
    return wanted.python or ".".join(map(str, sys.version_info[:2]))


def digest(wanted: Requirements) -> str:
    """The name of the environment: of Python, the platform and the lock, or the requirements where there is no lock."""
    said = {
        "python": f"{sys.implementation.name}-{minor(wanted)}",
        "platform": sysconfig.get_platform(),
        "packages": sorted(map(_normal, wanted.lock)) or sorted(str(Requirement(text)) for text in wanted.packages),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:DIGITS]


def _normal(line: str) -> str:
    name, _, version = line.partition("==")
    return f"{canonicalize_name(name)}=={Version(version)}"


def unmet(wanted: Requirements, environment: Environment) -> list[str]:
    """What is asked for and not there, each in a few words: `keras>=4 (3.15.1 is installed)`."""
    found = []
    if wanted.python and not f"{environment.python}.".startswith(f"{wanted.python}."):
        found.append(f"Python {wanted.python} ({environment.python} is installed)")
    for text in wanted.packages:
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate(_markers(environment)):
            continue
        version = environment.version(requirement.name)
        if version is None:
            found.append(f"{text} (not installed)")
        elif not requirement.specifier.contains(version, prereleases=True):
            found.append(f"{text} ({version} is installed)")
    return found


def lock(packages: Iterable[str], environment: Environment) -> tuple[tuple[str, ...], list[str]]:
    """`name==version` of these packages and all they need, by name, as they are installed; and what is missing.

    It follows what the packages themselves say that they need, and so leaves out what is there for other reasons.
    """
    pinned: dict[str, str] = {}
    missing: list[str] = []
    seen: set[tuple[str, str]] = set()
    markers = _markers(environment)
    waiting = [(Requirement(text), "course.toml") for text in packages]
    for requirement, by in waiting:
        if not _applies(requirement, ("",), markers):
            continue
        found = environment.distribution(requirement.name)
        if found is None:
            missing.append(f"{requirement.name}, which {by} asks for")
            continue
        if not requirement.specifier.contains(found.version, prereleases=True):
            missing.append(f"{requirement}, which {by} asks for, and not {found.version}")
        name = str(found.metadata["Name"])
        pinned[canonicalize_name(name)] = f"{name}=={found.version}"
        for extra in ("", *sorted(requirement.extras)):
            if (canonicalize_name(name), extra) not in seen:
                seen.add((canonicalize_name(name), extra))
                needed = map(Requirement, found.requires or ())
                waiting += [(_bare(one), name) for one in needed if _only_with(one, extra, markers)]
    return tuple(pinned[name] for name in sorted(pinned)), list(dict.fromkeys(missing))


def _only_with(requirement: Requirement, extra: str, markers: dict[str, str]) -> bool:
    """Whether the extra (or, with none, the package itself) brings the requirement."""
    return _applies(requirement, (extra,), markers) and not (extra and _applies(requirement, ("",), markers))


def _applies(requirement: Requirement, extras: Sequence[str], markers: dict[str, str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**markers, "extra": extra}) for extra in extras)


def _bare(requirement: Requirement) -> Requirement:
    """The requirement without its marker, which has been looked at."""
    requirement.marker = None
    return requirement


def _markers(environment: Environment) -> dict[str, str]:
    """What markers such as `python_version < "3.12"` are about, for that environment's Python."""
    told = {str(name): str(value) for name, value in default_environment().items()}
    short = ".".join(environment.python.split(".")[:2])
    return told | {"python_version": short, "python_full_version": environment.python}
