"""`[environment]` of `course.toml`, and the lock beside it: what a course's runs import."""

from __future__ import annotations

import re

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from practicum.course.diagnostics import Notes
from practicum.course.toml_tables import EnvironmentTable, Lines
from practicum.model import Requirements

LOCK = "environment.txt"
"""The lock's name: beside `course.toml`."""
OLDEST = (3, 11)
"""The first Python in which the runner's own code can run."""

_PYTHON = re.compile(r"3\.(\d+)")


def read_environment(
    table: EnvironmentTable | None, lines: Lines, notes: Notes, lock: str | None, locked: Notes
) -> Requirements | None:
    """What the table asks for, pinned by the lock's text where there is one. Mistakes are noted and left out."""
    if table is None:
        if lock is not None:
            locked.add(1, "pins packages that no one asks for: name them in `course.toml`, `[environment]`")
        return None
    asked = _asked(table.packages, lines("environment.packages"), notes)
    pins = _pins(lock or "", locked)
    for name, requirement in asked.items():
        _compare(name, requirement, pins, lock is not None, locked)
    python = table.python
    if python and not ((match := _PYTHON.fullmatch(python)) and (3, int(match[1])) >= OLDEST):
        oldest = ".".join(map(str, OLDEST))
        message = f'`python` must be a version such as "3.12", of Python {oldest} or later, not "{python}"'
        notes.add(lines("environment.python"), message)
        python = None
    lock_lines = tuple(f"{name}=={version}" for name, (version, _) in sorted(pins.items()))
    return Requirements(tuple(map(str, asked.values())), python, lock_lines)


def _asked(packages: list[str], line: int, notes: Notes) -> dict[str, Requirement]:
    found: dict[str, Requirement] = {}
    for text in packages:
        try:
            requirement = Requirement(text)
        except InvalidRequirement as reason:
            why = str(reason).split("\n")[0].strip()
            notes.add(line, f'`packages`: "{text}" names no package: write it like "keras>=3.10" ({why})')
            continue
        name = canonicalize_name(requirement.name)
        if requirement.url:
            notes.add(line, f'`packages`: "{text}" has an address: name the package and its version only')
        elif name in found:
            notes.add(line, f'`packages`: "{requirement.name}" stands there twice: join both, as in "keras>=3.10,<4"')
        else:
            found[name] = requirement
    return found


def _pins(text: str, notes: Notes) -> dict[str, tuple[str, int]]:
    """By canonical name, the version and its line."""
    pins: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(text.split("\n"), 1):
        said = line.partition("#")[0].strip()
        if not said:
            continue
        name, _, version = (part.strip() for part in said.partition("=="))
        try:
            exact = str(Version(version))
            plain = Requirement(name)
            if plain.extras or plain.specifier or plain.url or plain.marker:
                raise InvalidRequirement
        except (InvalidVersion, InvalidRequirement):
            notes.add(number, f"`{said}` pins nothing: a line is `name==version`, as `practicum env build` writes it")
            continue
        canonical = canonicalize_name(name)
        if canonical in pins:
            notes.add(number, f"`{name}` stands there for the second time")
        else:
            pins[canonical] = (exact, number)
    return pins


def _compare(
    name: str, requirement: Requirement, pins: dict[str, tuple[str, int]], is_locked: bool, notes: Notes
) -> None:
    """A lock that does not fit what is asked for is of an earlier time."""
    remedy = "delete this file, and `practicum env build` writes it anew"
    if name in pins:
        version, line = pins[name]
        if not requirement.specifier.contains(version, prereleases=True):
            notes.add(line, f"`{name}=={version}` is not what `course.toml` asks for, `{requirement}`: {remedy}")
    elif is_locked and not requirement.marker:
        notes.add(1, f"`{requirement.name}` is missing, which `course.toml` asks for: {remedy}")
