"""Reading an author's files from disk. They may be a stranger's: nothing outside the course is read."""

from __future__ import annotations

import stat
from pathlib import Path

from practicum.course.diagnostics import Notes

LARGEST = 128 << 10
"""Bytes of the largest file that is read."""

IGNORED = {"__pycache__", "README.md", "LICENSE", "LICENSE.md", "LICENSE.txt", "evidence"}

OUTSIDE = "this is a link out of the course: put the file itself here"


def read_text(root: Path, path: str, notes: Notes) -> str | None:
    """A file of the course as text with `\\n` line ends, or None and a note of what is wrong with it."""
    file = root / path
    try:
        if is_outside(root, path):
            notes.add(1, OUTSIDE, path)
            return None
        if not stat.S_ISREG(file.stat().st_mode):  # to open a pipe would be to wait for ever
            notes.add(1, "is no plain file: put a text file here", path)
            return None
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except (OSError, RuntimeError, ValueError) as reason:
        notes.add(1, f"cannot be read: {getattr(reason, 'strerror', None) or reason}", path)
        return None
    if len(data) > LARGEST:
        notes.add(1, f"is larger than {LARGEST >> 10} KiB: split it, or take out what is no text", path)
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = data.count(b"\n", 0, reason.start) + 1
        notes.add(line, f"is not UTF-8 here (byte 0x{data[reason.start]:02x}): save the file as UTF-8", path)
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_outside(root: Path, path: str) -> bool:
    """Whether a path of the course leads out of it. Raises OSError or RuntimeError for links in a circle."""
    return not (root / path).resolve().is_relative_to(root.resolve())


def entries(root: Path, folder: str) -> list[str]:
    """The names in a folder of the course, sorted, a folder's with `/` at its end; what is hidden is left out."""
    try:
        found = sorted((root / folder).iterdir(), key=lambda entry: entry.name)
    except OSError:
        return []
    return [f"{entry.name}/" if entry.is_dir() else entry.name for entry in found if not _ignored(entry.name)]


def _ignored(name: str) -> bool:
    return name.startswith(".") or name in IGNORED or name.endswith(("~", ".pyc"))
