"""Reading an author's files from disk. They may be a stranger's: nothing outside the course is read."""

from __future__ import annotations

from pathlib import Path

from practicum.course.notes import Notes

LARGEST = 1 << 20
"""Bytes of the largest file that is read."""

IGNORED = {"__pycache__", "README.md", "LICENSE", "LICENSE.md", "LICENSE.txt", "evidence"}


def read_text(root: Path, path: str, notes: Notes) -> str | None:
    """A file of the course as text with `\\n` line ends, or None and a note of what is wrong with it."""
    file = root / path
    try:
        if not file.resolve().is_relative_to(root.resolve()):
            notes.add(1, "this is a link out of the course: put the file itself here")
            return None
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except (OSError, RuntimeError, ValueError) as reason:
        notes.add(1, f"cannot be read: {getattr(reason, 'strerror', None) or reason}")
        return None
    if len(data) > LARGEST:
        notes.add(1, f"is larger than {LARGEST >> 20} MiB: a course is text; split it or take out what is no text")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = data.count(b"\n", 0, reason.start) + 1
        notes.add(line, f"is not UTF-8 here (byte 0x{data[reason.start]:02x}): save the file as UTF-8")
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def entries(root: Path, folder: str) -> list[str]:
    """The names in a folder of the course, sorted, a folder's with `/` at its end; what is hidden is left out."""
    try:
        found = sorted((root / folder).iterdir(), key=lambda entry: entry.name)
    except OSError:
        return []
    return [f"{entry.name}/" if entry.is_dir() else entry.name for entry in found if not _ignored(entry.name)]


def _ignored(name: str) -> bool:
    return name.startswith(".") or name in IGNORED or name.endswith(("~", ".pyc"))
