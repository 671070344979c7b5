"""Locations of shipped courses, data and environments. `docs/reference.md` documents every setting."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path

import platformdirs

from practicum.errors import InvalidSetting

DATA = "PRACTICUM_DATA"
"""Environment variable with the data folder. `--data` takes precedence."""

DATABASE_URL = "PRACTICUM_DATABASE_URL"
"""Environment variable with the URL of the database. `--database-url` takes precedence."""

DATABASE_CONNECTIONS = "PRACTICUM_DATABASE_CONNECTIONS"
"""Environment variable: the maximum number of connections to the database."""

CONNECTIONS = "PRACTICUM_CONNECTIONS"
"""Environment variable: the maximum number of open connections of clients."""

HEADER_SECONDS = "PRACTICUM_HEADER_SECONDS"
"""Environment variable: the time in which the headers of a request must arrive."""

COOKIE_KEY = "PRACTICUM_COOKIE_KEY"
"""Environment variable: a secret that signs cookies, for several services behind one address."""

METRICS_TOKEN = "PRACTICUM_METRICS_TOKEN"
"""Environment variable: the secret with which a monitor on another machine reads the metrics."""

ENVIRONMENTS = "PRACTICUM_ENVIRONMENTS"
"""Environment variable with the folder of environments built for courses."""

READINGS = "PRACTICUM_READINGS"
"""Environment variable with the folder of what was read from courses before."""

AUDITS = "PRACTICUM_AUDITS"
"""Environment variable with the folder of what audits of question banks found before."""

PROGRESS = "PRACTICUM_PROGRESS"
"""Environment variable: `lines` makes `practicum lab` print its progress as lines instead of a bar."""

TIME_FACTOR = "PRACTICUM_TIME_FACTOR"
"""Environment variable: a number by which the time limits of learners' runs are multiplied."""

SESSIONS = "PRACTICUM_SESSIONS"
"""Environment variable: how many interpreters are kept for the next cell of a page."""

SESSION_MEMORY = "PRACTICUM_SESSION_MEMORY"
"""Environment variable: the megabytes above which such an interpreter is not kept."""

SESSION_IDLE = "PRACTICUM_SESSION_IDLE"
"""Environment variable: the seconds after which an unused one is ended."""


MODEL_URL = "PRACTICUM_MODEL_URL"
"""Environment variable: the address of a language model that `practicum propose --ask` asks."""

MODEL = "PRACTICUM_MODEL"
"""Environment variable: the name of that model."""

MODEL_KEY = "PRACTICUM_MODEL_KEY"
"""Environment variable: the secret that it requires."""


def model_url() -> str | None:
    """Return the base address of a language model, such as `http://localhost:11434/v1`, or None.

    Raises:
        InvalidSetting: It is not an address of HTTP.
    """
    url = os.environ.get(MODEL_URL) or None
    if url is not None and not re.fullmatch(r"https?://[^\s/@]+(?:/\S*)?", url):
        raise InvalidSetting("invalid-setting", f"{MODEL_URL} must be an address such as `http://localhost:11434/v1`.")
    return url


def model_name() -> str | None:
    """Return `$PRACTICUM_MODEL`, the name of the language model, or None."""
    return os.environ.get(MODEL) or None


def model_key() -> str | None:
    """Return `$PRACTICUM_MODEL_KEY`, or None for a language model that needs no key.

    Raises:
        InvalidSetting: It contains characters that no header can.
    """
    key = os.environ.get(MODEL_KEY) or None
    if key is not None and not (key.isascii() and key.isprintable()):
        raise InvalidSetting("invalid-setting", f"{MODEL_KEY} may contain printable ASCII characters only.")
    return key


def sessions() -> int:
    """Return how many interpreters are kept between the runs of cells: `$PRACTICUM_SESSIONS`, or 8.

    Raises:
        InvalidSetting: It is not a whole number from 0 to 1000.
    """
    number = _whole_number(SESSIONS, 0, 1000)
    return 8 if number is None else number


def session_memory() -> int:
    """Return the bytes above which an interpreter is not kept: `$PRACTICUM_SESSION_MEMORY` megabytes, or 1 GB.

    Raises:
        InvalidSetting: It is not a whole number from 16 to 65536.
    """
    return (_whole_number(SESSION_MEMORY, 16, 65_536) or 1024) << 20


def session_idle() -> float:
    """Return the seconds after which an unused interpreter is ended: `$PRACTICUM_SESSION_IDLE`, or 600.

    Raises:
        InvalidSetting: It is not a number from 1 to 86400.
    """
    return _number(SESSION_IDLE, 1, 86_400) or 600.0


def time_factor() -> float:
    """Return by how much learners' runs may take longer than usual: `$PRACTICUM_TIME_FACTOR`, or 1.

    Raises:
        InvalidSetting: It is not a number from 0.1 to 1000.
    """
    return _number(TIME_FACTOR, 0.1, 1000) or 1.0


def data_directory() -> Path:
    """Return the data folder: `$PRACTICUM_DATA`, or the user's data folder."""
    folder = os.environ.get(DATA)
    return Path(folder) if folder else Path(platformdirs.user_data_path("practicum", appauthor=False))


def database_url() -> str | None:
    """Return `$PRACTICUM_DATABASE_URL`, or None: progress is then in a SQLite file in the data folder."""
    return os.environ.get(DATABASE_URL) or None


def database_connections() -> int | None:
    """Return how many connections to the database may be open: `$PRACTICUM_DATABASE_CONNECTIONS`, or None.

    Raises:
        InvalidSetting: It is not a whole number from 2 to 1000.
    """
    return _whole_number(DATABASE_CONNECTIONS, 2, 1000)


def connections() -> int | None:
    """Return how many clients may be connected to the service: `$PRACTICUM_CONNECTIONS`, or None.

    Raises:
        InvalidSetting: It is not a whole number from 16 to 50000.
    """
    return _whole_number(CONNECTIONS, 16, 50_000)


def header_seconds() -> float | None:
    """Return in how many seconds the headers of a request must arrive: `$PRACTICUM_HEADER_SECONDS`, or None.

    Raises:
        InvalidSetting: It is not a number from 1 to 600.
    """
    return _number(HEADER_SECONDS, 1, 600)


def cookie_secret() -> str | None:
    """Return `$PRACTICUM_COOKIE_KEY`, or None: the key is then in a file in the data folder.

    Raises:
        InvalidSetting: It is shorter than 32 characters, and so can be guessed.
    """
    secret = os.environ.get(COOKIE_KEY) or None
    if secret is not None and len(secret) < 32:
        raise InvalidSetting("invalid-setting", f"{COOKIE_KEY} must have at least 32 characters.")
    return secret


def metrics_token() -> str | None:
    """Return `$PRACTICUM_METRICS_TOKEN`, or None: only this machine may read the metrics.

    Raises:
        InvalidSetting: It is shorter than 16 characters, and so can be guessed.
    """
    token = os.environ.get(METRICS_TOKEN) or None
    if token is not None and len(token) < 16:
        raise InvalidSetting("invalid-setting", f"{METRICS_TOKEN} must have at least 16 characters.")
    return token


def environments_directory() -> Path:
    """Return the folder of built environments: `$PRACTICUM_ENVIRONMENTS`, or one in the user's cache folder."""
    folder = os.environ.get(ENVIRONMENTS)
    if folder:
        return Path(folder).absolute()
    return Path(platformdirs.user_cache_path("practicum", appauthor=False)) / "environments"


def readings_directory() -> Path:
    """Return the folder of what was read from courses: `$PRACTICUM_READINGS`, or one in the user's cache folder."""
    folder = os.environ.get(READINGS)
    if folder:
        return Path(folder).absolute()
    return Path(platformdirs.user_cache_path("practicum", appauthor=False)) / "readings"


def audits_directory() -> Path:
    """Return the folder of what audits found: `$PRACTICUM_AUDITS`, or one in the user's cache folder."""
    folder = os.environ.get(AUDITS)
    if folder:
        return Path(folder).absolute()
    return Path(platformdirs.user_cache_path("practicum", appauthor=False)) / "audits"


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


def _whole_number(name: str, low: int, high: int) -> int | None:
    text = os.environ.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise InvalidSetting("invalid-setting", f"{name} must be a whole number from {low} to {high}, not {text!r}.")
    return int(text)


def _number(name: str, low: float, high: float) -> float | None:
    text = os.environ.get(name)
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not low <= number <= high:
        raise InvalidSetting("invalid-setting", f"{name} must be a number from {low:g} to {high:g}, not {text!r}.")
    return number
