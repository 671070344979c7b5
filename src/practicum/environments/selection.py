"""Which environment the runs of a course take."""

from __future__ import annotations

import os
from pathlib import Path

from practicum.environments import cache, requirements
from practicum.model import Course
from practicum.runner.environment import Environment


class NoEnvironment(Exception):
    """There is none for a course; the text says in a sentence what is missing, and which command builds it."""


def environment_for(course: Course, root: Path) -> Environment:
    """The environment that a run of the course takes now, which is remembered. Raises NoEnvironment."""
    chosen = choose(course, root)
    if chosen.digest and (built := cache.find(chosen.digest)):
        built.mark_used(course.slug)
    return chosen


def named(prefix: str, by: str) -> Environment:
    """The one whose digest begins so, for who wants to try it; remembered as used. Raises cache.Unknown."""
    built = cache.find_by_prefix(prefix)
    built.mark_used(by)
    return built.environment


def choose(course: Course, root: Path) -> Environment:
    """The one that was built for the course in the folder `root`, else the server's own if it will do.

    Raises NoEnvironment. Nothing is built here: that takes minutes, and someone's consent.
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
    raise NoEnvironment(f"{course.slug} needs {', '.join(missing)}: `practicum env build {folder}` installs it")
