"""Output as a terminal would show it in the end: of a progress bar, its last state."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"\x1b(?:\[([0-9;:<=>?]*)[ -/]*([@-~])"  # control sequences: colours, moving about, erasing
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles, links
    r"|[ -/]*[0-~])"
)
_EDITS = re.compile(r"[\r\b\x1b]")
WIDTH = 10_000
"""Columns beyond which a moved cursor is not followed: no line is that long, and padding it would cost memory."""


def shown(text: str) -> str:
    """`text` without colours, each line as its carriage returns and backspaces leave it."""
    if not _EDITS.search(text):
        return text
    return "\n".join(map(_line, text.replace("\r\n", "\n").split("\n")))


def _line(line: str) -> str:
    if not _EDITS.search(line):
        return line
    cells: list[str] = []
    at = place = 0
    while at < len(line):
        letter = line[at]
        if letter == "\r":
            place = 0
        elif letter == "\b":
            place = max(0, place - 1)
        elif letter == "\x1b" and (found := _ESCAPE.match(line, at)):
            place = _obey(found, cells, place)
            at = found.end()
            continue
        elif letter != "\x1b":
            cells[place : place + 1] = [letter]
            place += 1
        at += 1
    return "".join(cells).rstrip(" ") if "\r" in line or "\b" in line else "".join(cells)


def _obey(found: re.Match[str], cells: list[str], place: int) -> int:
    """Carry out what a sequence says about this line, and give the cursor's place; colours say nothing."""
    argument, letter = found[1], found[2]
    count = int(argument) if argument and argument.isdecimal() and len(argument) < 6 else 0
    if letter == "K":  # erase: to the end, to the beginning, all of it
        if count == 0:
            del cells[place:]
        else:
            cells[: place if count == 1 else len(cells)] = " " * (place if count == 1 else len(cells))
    elif letter == "D":
        return max(0, place - max(1, count))
    elif letter == "G":
        place = min(max(1, count) - 1, WIDTH)
    elif letter == "C":
        place = min(place + max(1, count), WIDTH)
    cells.extend(" " * (place - len(cells)))
    return place
