"""The packages that learners are shown when an import fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from practicum.application.importable_packages import importable_packages
from practicum.model import Requirements
from practicum.prove.catalogue import Catalogue


def test_names_what_the_server_has(catalogue: Catalogue) -> None:
    """All of them can be imported, and packages that are needed only by others are left out."""
    names = importable_packages(catalogue)

    assert {"numpy", "keras", "PIL"} <= set(names)
    assert not {"pip", "torch", "absl"} & set(names)


@pytest.mark.parametrize(("package", "is_named"), [("jinja2>=3", True), ("no-such-package", False)])
def test_names_what_the_course_requires(catalogue: Catalogue, package: str, is_named: bool) -> None:
    """Nothing if its environment is not installed."""
    course = replace(catalogue.course, environment=Requirements((package,)))
    names = importable_packages(replace(catalogue, course=course))

    assert ("jinja2" in names) is is_named
    assert bool(names) is is_named
