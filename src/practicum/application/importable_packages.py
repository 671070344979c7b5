"""The packages that the runs of a course can import, as its learners know them."""

from __future__ import annotations

import re

from practicum.model import Course
from practicum.prove.catalogue import Catalogue

KNOWN = ("numpy", "pandas", "scipy", "sklearn", "matplotlib", "PIL", "keras", "tensorflow", "torch", "jax")
"""Names that learners import. An environment has hundreds of others, which such packages need for themselves."""

_NAME = re.compile(r"[A-Za-z0-9_.-]+")


def importable_packages(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the names to import of the packages that the course requires, and of well-known ones that are there too.

    Empty if the environment of the course is not installed.
    """
    from practicum.environments.selection import NoEnvironment, choose

    try:
        environment = choose(catalogue.course, catalogue.root)
    except NoEnvironment:
        return ()
    return tuple(name for name in _candidates(catalogue.course) if environment.has(name))


def _candidates(course: Course) -> list[str]:
    required = course.environment.packages if course.environment else ()
    names = [found[0].replace("-", "_") for requirement in required if (found := _NAME.match(requirement))]
    return list(dict.fromkeys([*KNOWN, *names]))
