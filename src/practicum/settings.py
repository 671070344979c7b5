"""Locations of shipped courses, data and environments. `docs/reference.md` documents every setting."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

DATA = "PRACTICUM_DATA"
"""Environment variable with the data folder. `--data` takes precedence."""

ENVIRONMENTS = "PRACTICUM_ENVIRONMENTS"
"""Environment variable with the folder of environments built for courses."""

PROGRESS = "PRACTICUM_PROGRESS"
"""Environment variable: `lines` makes `practicum lab` print its progress as lines instead of a bar."""


def data_directory() -> Path:
    """Return the data folder: `$PRACTICUM_DATA`, or the user's data folder."""
    folder = os.environ.get(DATA)
    return Path(folder) if folder else Path(platformdirs.user_data_path("practicum", appauthor=False))


def environments_directory() -> Path:
    """Return the folder of built environments: `$PRACTICUM_ENVIRONMENTS`, or one in the user's cache folder."""
    folder = os.environ.get(ENVIRONMENTS)
    if folder:
        return Path(folder).absolute()
    return Path(platformdirs.user_cache_path("practicum", appauthor=False)) / "environments"


def progress_as_lines() -> bool:
    """Return whether progress is to be printed as lines, for another program to read."""
    return os.environ.get(PROGRESS) == "lines"


def shipped_courses() -> list[Path]:
    """Return the courses that come with practicum: in the wheel, or beside `src/` in a checkout."""
    package = Path(__file__).parent
    for folder in (package / "courses", package.parents[1] / "courses"):
        if courses := courses_in(folder):
            return courses
    return []


def courses_in(folder: Path) -> list[Path]:
    """Return the folder itself if it is a course, otherwise the courses directly below it, sorted by name."""
    if (folder / "course.toml").is_file():
        return [folder]
    return sorted(file.parent for file in folder.glob("*/course.toml"))
