"""Which environment the runs of a course use."""

from __future__ import annotations

import os
from pathlib import Path

from practicum.environments import cache, requirements
from practicum.model import Course
from practicum.runner.environment import Environment


class NoEnvironment(Exception):
    """A course has no environment. The message names what is missing and the command that installs it.

    Args:
        lack: What is missing, for learners: without the folder of the course.
        remedy: How the author installs it.
    """

    def __init__(self, lack: str, remedy: str) -> None:
        super().__init__(f"{lack}: {remedy}")
        self.lack = lack


def environment_for(course: Course, root: Path) -> Environment:
    """Return the environment for a run of the course, and record its use. Raises NoEnvironment."""
    chosen = choose(course, root)
    if chosen.digest and (built := cache.find(chosen.digest)):
        built.mark_used(course.slug)
    return chosen


def environment_by_prefix(prefix: str, used_by: str) -> Environment:
    """Return the environment whose digest begins with `prefix`, and record its use. Raises EnvironmentNotFound."""
    built = cache.find_by_prefix(prefix)
    built.mark_used(used_by)
    return built.environment


def choose(course: Course, root: Path) -> Environment:
    """Return the environment built for the course in the folder `root`, or the server's own if it has all packages.

    Builds nothing, since that takes minutes and downloads packages.

    Raises:
        NoEnvironment: The server's own environment lacks a package, and none was built for the course.
    """
    own = Environment.current()
    wanted = course.environment
    if wanted is None:
        return own
    built = cache.find(requirements.digest(wanted))
    if built is not None:
        return built.environment
    missing = requirements.unmet(wanted, own)
    if not missing:
        return own
    folder = os.path.relpath(root) if root.absolute().is_relative_to(Path.cwd()) else str(root)
    lack = f"{course.slug} needs {', '.join(missing)}"
    raise NoEnvironment(lack, f"`practicum env build {folder}` installs it")
