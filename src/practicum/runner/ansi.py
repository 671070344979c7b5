"""Output as a terminal would show it in the end: of a progress bar, its last state."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"\x1b(?:\[([0-9;:<=>?]*)[ -/]*([@-~])"  # control sequences: colours, moving about, erasing
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles, links
    r"|[ -/]*[0-~])"
)
_EDITS = re.compile(r"[\r\b\x1b]")
WIDTH = 200
"""Columns beyond its text to which a cursor can be moved on a line: no terminal is much wider."""
EFFORT = 20
"""Letters that may be blanked on a line for each that was written: bars blank about one, and more would take long."""


def shown(text: str) -> str:
    """`text` without colours, each line as its carriage returns and backspaces leave it."""
    if not _EDITS.search(text):
        return text
    return "\n".join(map(_line, text.replace("\r\n", "\n").split("\n")))


def _line(line: str) -> str:
    if not _EDITS.search(line):
        return line
    row, at = _Row(EFFORT * len(line) + WIDTH), 0
    while at < len(line):
        letter = line[at]
        if letter == "\r":
            row.place = 0
        elif letter == "\b":
            row.place = max(0, row.place - 1)
        elif letter == "\x1b" and (found := _ESCAPE.match(line, at)):
            row.obey(found[1] or "", found[2])
            at = found.end()
            continue
        elif letter != "\x1b":
            row.write(letter)
        at += 1
    text = "".join(row.cells)
    return text.rstrip(" ") if "\r" in line or "\b" in line else text


class _Row:
    """One line of the screen, and the place of the cursor on it."""

    def __init__(self, room: int) -> None:
        self.cells: list[str] = []
        self.place = 0
        self._room = room
        """Cells that may still be blanked; then nothing is blanked any more."""

    def write(self, letter: str) -> None:
        self.cells[self.place : self.place + 1] = [letter]
        self.place += 1

    def obey(self, argument: str, letter: str | None) -> None:
        """Carry out what a sequence says about this line; colours say nothing."""
        count = int(argument) if argument.isdecimal() and len(argument) < 6 else 0
        if letter == "K":  # erase: to the end, to the beginning, all of it
            if count == 0:
                del self.cells[self.place :]
            else:
                self._blank(0, self.place if count == 1 else len(self.cells))
        elif letter == "D":
            self.place = max(0, self.place - max(1, count))
        elif letter == "G":
            self._move(max(1, count) - 1)
        elif letter == "C":
            self._move(self.place + max(1, count))

    def _move(self, place: int) -> None:
        """To the right there may be nothing yet but blanks."""
        place = min(place, len(self.cells) + WIDTH)
        self._blank(len(self.cells), place)
        self.place = min(place, len(self.cells))

    def _blank(self, start: int, end: int) -> None:
        if 0 < end - start <= self._room:
            self._room -= end - start
            self.cells[start:end] = [" "] * (end - start)
