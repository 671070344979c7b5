"""Renders output with carriage returns and ANSI sequences as a terminal shows it: whole, or while it is written."""

from __future__ import annotations

import re

MAX_JUMP = 200
"""Columns past the end of a line to which the cursor can move."""
BLANKS_PER_CHARACTER = 20
"""Cells that may be blanked on a line per character written: progress bars need about one, and more would be slow."""
MAX_OPEN_LINE = 4_000
"""Characters of an unfinished line, beyond which it can no longer be overwritten."""

_SEQUENCE = re.compile(
    r"\x1b(?:\[([0-9;:<=>?]*)[ -/]*([@-~])"  # control sequences: colours, cursor movement, erasing
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles, links
    r"|[ -/]*[0-~])"
)
_INCOMPLETE_SEQUENCE = re.compile(r"\x1b(?:\[[0-9;:<=>?]*)?\Z")
_CONTROL = re.compile(r"[\r\b\x1b]")


def render(text: str) -> str:
    """Return `text` without colours, with each line as its carriage returns and backspaces leave it."""
    if not _CONTROL.search(text):
        return text
    return "\n".join(map(_render_line, text.replace("\r\n", "\n").split("\n")))


class TerminalStream:
    """Renders one output stream piece by piece."""

    def __init__(self) -> None:
        self._open_line = ""

    def write(self, text: str) -> tuple[str, str]:
        """Add a piece of output.

        Returns:
            The text that has become final since the last call, and the unfinished last line, which replaces the last
            line returned before.
        """
        *lines, rest = (self._open_line + text).replace("\r\n", "\n").split("\n")
        final = "".join(render(line) + "\n" for line in lines)
        if len(rest) > MAX_OPEN_LINE:  # of a progress bar's many states only the last is needed
            before, carriage_return, after = rest.rpartition("\r")
            rest = render(before) + carriage_return + after
        if len(rest) > MAX_OPEN_LINE:
            final, rest = final + render(rest), ""
        self._open_line = rest
        return final, render(_INCOMPLETE_SEQUENCE.sub("", rest))


def _render_line(line: str) -> str:
    if not _CONTROL.search(line):
        return line
    row, index = _Row(BLANKS_PER_CHARACTER * len(line) + MAX_JUMP), 0
    while index < len(line):
        character = line[index]
        if character == "\r":
            row.column = 0
        elif character == "\b":
            row.column = max(0, row.column - 1)
        elif character == "\x1b" and (sequence := _SEQUENCE.match(line, index)):
            row.apply(sequence[1] or "", sequence[2])
            index = sequence.end()
            continue
        elif character != "\x1b":
            row.write(character)
        index += 1
    text = "".join(row.cells)
    return text.rstrip(" ") if "\r" in line or "\b" in line else text


class _Row:
    """One line of a terminal, and the cursor's column in it."""

    def __init__(self, blanks: int) -> None:
        self.cells: list[str] = []
        self.column = 0
        self._blanks = blanks
        """Cells that may still be blanked. After that, erasing does nothing."""

    def write(self, character: str) -> None:
        self.cells[self.column : self.column + 1] = [character]
        self.column += 1

    def apply(self, argument: str, command: str | None) -> None:
        """Carry out a control sequence that erases or moves the cursor; ignore all others."""
        count = int(argument) if argument.isdecimal() and len(argument) < 6 else 0
        if command == "K":  # erase: 0 to the end, 1 to the beginning, 2 all
            if count == 0:
                del self.cells[self.column :]
            else:
                self._blank(0, self.column if count == 1 else len(self.cells))
        elif command == "D":
            self.column = max(0, self.column - max(1, count))
        elif command == "G":
            self._move_to(max(1, count) - 1)
        elif command == "C":
            self._move_to(self.column + max(1, count))

    def _move_to(self, column: int) -> None:
        column = min(column, len(self.cells) + MAX_JUMP)
        self._blank(len(self.cells), column)
        self.column = min(column, len(self.cells))

    def _blank(self, start: int, end: int) -> None:
        if 0 < end - start <= self._blanks:
            self._blanks -= end - start
            self.cells[start:end] = [" "] * (end - start)
