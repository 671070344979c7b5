"""Reading an author's files from disk. They may be a stranger's, so nothing outside the course is read."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

from practicum.course.diagnostics import Diagnostics
from practicum.errors import CodedError

MAX_FILE_SIZE = 128 << 10
"""Bytes of the largest file that is read."""

IGNORED = {"__pycache__", "README.md", "LICENSE", "LICENSE.md", "LICENSE.txt", "evidence"}

LINK_OUTSIDE = "this link leads out of the course: replace it by the file itself"


class UnusableFile(CodedError):
    """A file that cannot be read; the code is that of the mistake."""


def read_bytes(root: Path, path: str, limit: int) -> bytes:
    """Return a file of the course that is not text, or its first `limit + 1` bytes if it is larger.

    Raises:
        FileNotFoundError: There is no such file.
        UnusableFile: It cannot be read, is no regular file, or lies outside the course.
    """
    try:
        if is_outside(root, path):
            raise UnusableFile("link-outside", LINK_OUTSIDE)
        if not stat.S_ISREG((root / path).stat().st_mode):  # opening a pipe would block forever
            raise UnusableFile("not-a-file", f"`{path}` is not a regular file: put the file itself there")
        with (root / path).open("rb") as stream:
            return stream.read(limit + 1)
    except FileNotFoundError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnusableFile("unreadable-file", f"`{path}` cannot be read: {reason}") from error


def read_text(root: Path, path: str, diagnostics: Diagnostics) -> str | None:
    """Read a file of the course as text with `\\n` line ends. None if it cannot be read, which is then a mistake."""
    data = _read_bytes(root, path, diagnostics)
    if data is None:
        return None
    if len(data) > MAX_FILE_SIZE:
        limit = f"{MAX_FILE_SIZE >> 10} KiB"
        diagnostics.add("file-too-large", 1, f"is larger than {limit}: split it, or remove what is not text", path)
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"is not UTF-8 here (byte 0x{data[error.start]:02x}): save the file as UTF-8"
        diagnostics.add("not-utf-8", line, message, path)
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_bytes(root: Path, path: str, diagnostics: Diagnostics) -> bytes | None:
    file = f"{root}/{path}"  # not a Path, which takes longer to make than the file to open
    try:
        status = _status_without_links(root, path)
        if status is None:
            if is_outside(root, path):
                diagnostics.add("link-outside", 1, LINK_OUTSIDE, path)
                return None
            status = os.stat(file)  # noqa: PTH116
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would block forever
            diagnostics.add("not-a-file", 1, "is not a regular file: put a text file here", path)
            return None
        with open(file, "rb", buffering=0) as stream:  # noqa: PTH123
            return _read_up_to(stream, MAX_FILE_SIZE + 1, status.st_size + 1)
    except (OSError, RuntimeError, ValueError) as error:
        diagnostics.add("unreadable-file", 1, f"cannot be read: {getattr(error, 'strerror', None) or error}", path)
        return None


def _read_up_to(stream: io.FileIO | io.BytesIO, limit: int, expected: int) -> bytes:
    """Return the content of a file, or its first `limit` bytes; the first read is for the bytes that are expected."""
    parts = [stream.read(min(limit, expected))]
    while parts[-1] and (rest := limit - sum(map(len, parts))):
        parts.append(stream.read(rest))
    return b"".join(parts)


def is_outside(root: Path, path: str) -> bool:
    """Whether a path of the course leads out of it. Raises OSError or RuntimeError for circular links."""
    return _status_without_links(root, path) is None and not (root / path).resolve().is_relative_to(root.resolve())


def _status_without_links(root: Path, path: str) -> os.stat_result | None:
    """Return the status of a path in the course; None if it or a folder above it is a link, or cannot be examined."""
    current, status = os.fspath(root), None
    try:
        for name in path.split("/"):
            current = f"{current}{os.sep}{name}"
            status = os.lstat(current)
            if name in ("", os.curdir, os.pardir) or stat.S_ISLNK(status.st_mode):
                return None
    except (OSError, ValueError):
        return None
    return status


def list_entries(root: Path, folder: str) -> list[str]:
    """The names in a folder of the course, sorted, a folder's with `/` at its end; hidden ones are left out."""
    try:
        with os.scandir(root / folder) as entries:
            found = sorted((entry for entry in entries if not _is_ignored(entry.name)), key=lambda entry: entry.name)
    except OSError:
        return []
    return [f"{entry.name}/" if _is_folder(entry) else entry.name for entry in found]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder or a link to one. A circular link is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or name in IGNORED or name.endswith(("~", ".pyc"))
