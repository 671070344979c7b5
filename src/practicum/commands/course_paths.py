"""The courses that a command works on if it is given none."""

from __future__ import annotations

from pathlib import Path

from practicum import settings
from practicum.course import find_course_root


def default_paths() -> list[Path]:
    """Return the course around this folder, or else those in it, in its `courses/`, or those that are shipped."""
    here = Path.cwd()
    if find_course_root(here):
        return [here]
    return settings.courses_in(here) or settings.courses_in(here / "courses") or settings.shipped_courses()
