"""The versions of the packages that a verdict is about, read without importing them, and whether they have changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from practicum.environments.selection import NoEnvironment, choose
from practicum.model import Course
from practicum.runner.environment import Environment
from practicum.runner.job import Job, Preload
from practicum.runner.required_imports import choose_preload, imported_modules

NUMERIC = ("tensorflow", "keras", "numpy")
"""The packages that TensorFlow's interpreter imports before any run."""


def installed(package: str, environment: Environment) -> str | None:
    """Return the version of a package in the environment, or None if it is not installed."""
    return environment.version(package) or environment.version(f"{package}-cpu")


def versions(code: str, environment: Environment) -> dict[str, str]:
    """Return the versions of Python and of the packages that the code imports, in the environment of a run.

    Code that runs in TensorFlow's interpreter depends on all of `NUMERIC`, as one computes with the others.
    """
    job = Job(code, environment=environment)
    names = {name for module in imported_modules(job) for name in environment.distributions_with(module)}
    names |= {Preload.TENSORFLOW: {*NUMERIC}, Preload.NUMPY: {"numpy"}}.get(choose_preload(job), set())
    found = {name: installed(name, environment) for name in sorted(names - {"practicum"})}
    return {"python": environment.python} | {name: text for name, text in found.items() if text}


@dataclass(frozen=True)
class CourseVersions:
    """The versions that a course's runs would use now."""

    pinned: Mapping[str, str] = field(default_factory=dict)
    """By package, in normal form: those in the course's lock."""
    environment: Environment | None = None
    """The packages of its runs; None where its code cannot run."""
    _changes: dict[tuple[tuple[str, str], ...], str] = field(default_factory=dict, compare=False, repr=False)
    """What :meth:`changes` returned, by the recorded versions: most evidence of a course records the same."""

    @classmethod
    def of(cls, course: Course, root: Path) -> CourseVersions:
        """Return the versions of the course in the folder `root`."""
        lock = course.environment.lock if course.environment else ()
        pairs = (line.partition("==") for line in lock)
        pinned: dict[str, str] = {canonicalize_name(name): version for name, _, version in pairs}
        try:
            return cls(pinned, choose(course, root))
        except NoEnvironment:
            return cls(pinned)

    def changes(self, recorded: Mapping[str, str]) -> str:
        """Return in words which recorded versions runs would not use now; empty if they would use all of them."""
        key = tuple(recorded.items())
        if key not in self._changes:
            self._changes[key] = self._find_changes(recorded)
        return self._changes[key]

    def _find_changes(self, recorded: Mapping[str, str]) -> str:
        if self.environment is None:
            now = {name: self.pinned.get(canonicalize_name(name)) for name in recorded}
        else:
            now = {name: installed(name, self.environment) for name in recorded} | {"python": self.environment.python}
        return ", ".join(
            f"{name} {then} (now {now[name]})" for name, then in recorded.items() if _differs(name, then, now[name])
        )

    def has_pinned(self, recorded: Mapping[str, str]) -> bool:
        """Whether the recorded versions are those of the course's lock; also true for a course without one."""
        return not any(
            _differs(name, then, self.pinned.get(canonicalize_name(name))) for name, then in recorded.items()
        )


def _differs(name: str, then: str, now: str | None) -> bool:
    """Whether a version has changed. A patch of Python (3.12.4) does not count: it changes no behaviour on purpose."""
    if name == "python" and now is not None:
        then, now = (".".join(version.split(".")[:2]) for version in (then, now))
    return now is not None and then != now


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
