"""What a service may show of its courses, and what it keeps ready for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from practicum.application.site import Site
from practicum.prove.catalogue import load
from practicum.runner import Preload
from practicum.settings import shipped_courses
from practicum.store import Store
from tests.web.making import COURSE

KERAS, PYTHON = shipped_courses()[0], COURSE


@pytest.mark.slow
@pytest.mark.parametrize(
    ("courses", "needed"),
    [([PYTHON], Preload.PYTHON), ([KERAS], Preload.TENSORFLOW), ([PYTHON, KERAS], Preload.TENSORFLOW)],
)
def test_keeps_the_smallest_interpreter_warm_that_the_courses_need(
    courses: Sequence[Path], needed: Preload, tmp_path: Path
) -> None:
    """One course that imports Keras is enough."""
    with Store.open(tmp_path) as store:
        assert Site([load(course) for course in courses], store).preload() is needed
