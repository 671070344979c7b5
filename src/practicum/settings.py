"""Where things are: the shipped courses, and the data folder. `docs/operation.md` documents every setting."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

DATA = "PRACTICUM_DATA"
"""The environment variable that names the data folder; `--data` goes before it."""


def data_directory() -> Path:
    """Where sittings are kept: `$PRACTICUM_DATA`, or the user's data folder."""
    named = os.environ.get(DATA)
    return Path(named) if named else Path(platformdirs.user_data_path("practicum", appauthor=False))


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
