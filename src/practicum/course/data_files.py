"""Reads the data files of a course: files that its code opens by name, in the folder in which it runs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from practicum.course import files
from practicum.errors import CodedError
from practicum.model import DataFile

FOLDER = "data"
"""The folder of a topic that holds data files for all its texts."""
MAX_FILE_SIZE = 1 << 20
"""Bytes of a data file."""
MAX_FILES = 8
"""Data files of a problem."""
MAX_TOPIC_FILES = 32
"""Data files in the folder of a topic."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_CODE = (".py", ".pyc", ".pth", ".md")


class DataFileError(CodedError):
    """A data file that cannot be used; the code is that of the mistake."""


class DataFolder:
    """The folders in which a problem looks for its data files, the first one first."""

    def __init__(self, root: Path, folders: Sequence[str]) -> None:
        self._root = root
        self._folders = folders
        self.listed: set[str] | None = None
        """The names that the problem lists; None while they are not known."""

    def load(self, name: str) -> DataFile:
        """Return the data file of that name. Raises DataFileError."""
        if not is_data_name(name):
            raise _wrong_name(name)
        for folder in self._folders:
            path = f"{folder}/{name}"
            if (self._root / path).exists() or (self._root / path).is_symlink():
                return read_data_file(self._root, path)
        places = " or ".join(f"`{folder}/`" for folder in self._folders)
        raise DataFileError("missing-data-file", f"there is no file `{name}` in {places}: put it there")


NO_DATA = DataFolder(Path("/nonexistent"), ("data",))
"""For a text that belongs to no folder."""


def is_data_name(name: str) -> bool:
    """Whether a data file may have this name."""
    return bool(_NAME.fullmatch(name)) and not name.lower().endswith(_CODE)


def _wrong_name(name: str) -> DataFileError:
    message = f"`{name}` cannot be the name of a data file: use letters, digits, `-`, `_`, `.`, and not `.py` or `.md`"
    return DataFileError("data-name", message)


def read_data_file(root: Path, path: str) -> DataFile:
    """Return a data file of a course. Raises DataFileError."""
    name = path.rpartition("/")[2]
    if not is_data_name(name):
        raise _wrong_name(name)
    try:
        content = files.read_bytes(root, path, MAX_FILE_SIZE)
    except FileNotFoundError as error:
        raise DataFileError("unreadable-file", f"`{path}` cannot be read: {error.strerror}") from error
    except files.UnusableFile as error:
        raise DataFileError(error.code, str(error)) from error
    if len(content) > MAX_FILE_SIZE:
        limit = f"{MAX_FILE_SIZE >> 20} MiB"
        raise DataFileError("data-too-large", f"`{path}` is larger than {limit}: leave out what the code does not need")
    return DataFile(name, hashlib.sha256(content).hexdigest(), content)
