"""Where things are: shipped courses, the data folder, environments. `docs/operation.md` documents every setting."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

DATA = "PRACTICUM_DATA"
"""The environment variable that names the data folder; `--data` goes before it."""

ENVIRONMENTS = "PRACTICUM_ENVIRONMENTS"
"""The environment variable that names the folder of the environments built for runs."""

PROGRESS = "PRACTICUM_PROGRESS"
"""The environment variable that asks `practicum lab` for its progress as `lines`, where there is no terminal."""


def data_directory() -> Path:
    """Where sittings are kept: `$PRACTICUM_DATA`, or the user's data folder."""
    named = os.environ.get(DATA)
    return Path(named) if named else Path(platformdirs.user_data_path("practicum", appauthor=False))


def environments_directory() -> Path:
    """Where the environments of runs are kept: `$PRACTICUM_ENVIRONMENTS`, or in the user's cache folder."""
    named = os.environ.get(ENVIRONMENTS)
    if named:
        return Path(named).absolute()
    return Path(platformdirs.user_cache_path("practicum", appauthor=False)) / "environments"


def progress_as_lines() -> bool:
    """Whether a program reads how far we are, and wants lines instead of a bar."""
    return os.environ.get(PROGRESS) == "lines"


def shipped_courses() -> list[Path]:
    """The courses that come with practicum: inside the wheel, or beside `src/` in a checkout."""
    package = Path(__file__).parent
    for folder in (package / "courses", package.parents[1] / "courses"):
        if found := courses_in(folder):
            return found
    return []


def courses_in(folder: Path) -> list[Path]:
    """The folder itself if it is a course, else the courses right below it, by name."""
    if (folder / "course.toml").is_file():
        return [folder]
    return sorted(file.parent for file in folder.glob("*/course.toml"))
