"""The packages that a course's runs import: `[environment]` in `course.toml`, and the lock file beside it."""

from __future__ import annotations

import re

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from practicum.course.diagnostics import Diagnostics
from practicum.course.toml_tables import EnvironmentTable, KeyLines
from practicum.model import Requirements

LOCK = "environment.txt"
"""The name of the lock file, beside `course.toml`."""
MIN_PYTHON = (3, 11)
"""The oldest Python that can run the runner's own code."""

_PYTHON = re.compile(r"3\.(\d+)")


def read_environment(
    table: EnvironmentTable | None,
    lines: KeyLines,
    diagnostics: Diagnostics,
    lock: str | None,
    lock_diagnostics: Diagnostics,
) -> Requirements | None:
    """The requirements in a table, pinned by the lock. What is wrong is a mistake and left out.

    Args:
        table: None if the course has no `[environment]`.
        lines: Where the table's keys are written.
        diagnostics: For mistakes in the table.
        lock: The text of the lock file, or None if there is none.
        lock_diagnostics: For mistakes in the lock file.
    """
    if table is None:
        if lock is not None:
            message = "pins packages that `course.toml` does not require: list them there, in `[environment]`"
            lock_diagnostics.add("lock-without-environment", 1, message)
        return None
    required = _read_packages(table.packages, lines("environment.packages"), diagnostics)
    pins = _read_pins(lock or "", lock_diagnostics)
    for name, requirement in required.items():
        _compare(name, requirement, pins, lock is not None, lock_diagnostics)
    python = table.python
    if python and not ((match := _PYTHON.fullmatch(python)) and (3, int(match[1])) >= MIN_PYTHON):
        oldest = ".".join(map(str, MIN_PYTHON))
        message = f'`python` must be a version such as "3.12", of Python {oldest} or later, not "{python}"'
        diagnostics.add("python-version", lines("environment.python"), message)
        python = None
    lock_lines = tuple(f"{name}=={version}" for name, (version, _) in sorted(pins.items()))
    return Requirements(tuple(map(str, required.values())), python, lock_lines)


def _read_packages(packages: list[str], line: int, diagnostics: Diagnostics) -> dict[str, Requirement]:
    """The requirements by canonical name."""
    found: dict[str, Requirement] = {}
    for text in packages:
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            reason = str(error).split("\n")[0].strip()
            message = f'`packages`: "{text}" is not a requirement: write it like "keras>=3.10" ({reason})'
            diagnostics.add("invalid-package", line, message)
            continue
        name = canonicalize_name(requirement.name)
        if requirement.url:
            message = f'`packages`: "{text}" has an address: write the package and its version only'
            diagnostics.add("package-address", line, message)
        elif name in found:
            message = f'`packages`: "{requirement.name}" is listed twice: join both, as in "keras>=3.10,<4"'
            diagnostics.add("repeated-package", line, message)
        else:
            found[name] = requirement
    return found


def _read_pins(text: str, diagnostics: Diagnostics) -> dict[str, tuple[str, int]]:
    """The version and line of each pinned package, by canonical name."""
    pins: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(text.split("\n"), 1):
        pin = line.partition("#")[0].strip()
        if not pin:
            continue
        name, _, version = (part.strip() for part in pin.partition("=="))
        try:
            exact = str(Version(version))
            plain = Requirement(name)
            if plain.extras or plain.specifier or plain.url or plain.marker:
                raise InvalidRequirement
        except (InvalidVersion, InvalidRequirement):
            message = f"`{pin}` is not a pin: a line is `name==version`, as `practicum env build` writes it"
            diagnostics.add("invalid-pin", number, message)
            continue
        canonical = canonicalize_name(name)
        if canonical in pins:
            diagnostics.add("repeated-pin", number, f"`{name}` is pinned twice: keep one line")
        else:
            pins[canonical] = (exact, number)
    return pins


def _compare(
    name: str, requirement: Requirement, pins: dict[str, tuple[str, int]], is_locked: bool, diagnostics: Diagnostics
) -> None:
    """Add a mistake for a requirement that the lock does not fulfil: it is older than the requirement."""
    remedy = "delete this file, and `practicum env build` writes it again"
    if name in pins:
        version, line = pins[name]
        if not requirement.specifier.contains(version, prereleases=True):
            message = f"`{name}=={version}` is not what `course.toml` requires, `{requirement}`: {remedy}"
            diagnostics.add("stale-pin", line, message)
    elif is_locked and not requirement.marker:
        message = f"`{requirement.name}` is missing, which `course.toml` requires: {remedy}"
        diagnostics.add("missing-pin", 1, message)
