"""Edits of a snippet: a fix names lines to remove and lines to put in their place."""

from __future__ import annotations

from practicum.errors import CodedError
from practicum.model import Fix


class FixError(CodedError):
    """A fix that does not apply to its snippet. `line` counts within the diff, from 0.

    Codes: `fix-without-place`, `fix-not-found`, `fix-not-unique`, `fix-lines-apart`, `fix-without-change`,
    `fix-unmarked-line`.
    """

    def __init__(self, code: str, message: str, line: int = 0) -> None:
        super().__init__(code, message)
        self.line = line


def apply(fix: Fix, snippet: str) -> str:
    """The snippet with the fix applied.

    Raises:
        FixError: The lines that the fix names do not occur exactly once and together.
    """
    before, after = _sides(fix.diff)
    if not before:
        message = "nothing says where the added lines go: begin with a line of the snippet, preceded by a space"
        raise FixError("fix-without-place", message)
    written = snippet.rstrip("\n").split("\n")
    lines = [line.rstrip() for line in written]
    places = [at for at in range(len(lines) - len(before) + 1) if lines[at : at + len(before)] == before]
    if len(places) != 1:
        raise _misplaced(before, lines, len(places))
    at = places[0]
    return "\n".join([*written[:at], *after, *written[at + len(before) :]]) + "\n"


def _sides(diff: str) -> tuple[list[str], list[str]]:
    """The lines that a diff expects, and those that replace them."""
    before: list[str] = []
    after: list[str] = []
    for number, line in enumerate(diff.strip("\n").split("\n")):
        mark, text = line[:1] or " ", line[1:].rstrip()
        if mark not in "-+ ":
            message = f"`{line}` begins with neither `-` (remove), `+` (add) nor a space (keep)"
            raise FixError("fix-unmarked-line", message, number)
        if mark in "- ":
            before.append(text)
        if mark in "+ ":
            after.append(text)
    if before == after:
        raise FixError("fix-without-change", "the fix changes nothing: mark lines with `-` and `+`")
    return before, after


def _misplaced(before: list[str], lines: list[str], count: int) -> FixError:
    if count > 1:
        message = f"`{before[0].strip()}` occurs {count} times in the snippet: add context lines to name one of them"
        return FixError("fix-not-unique", message)
    absent = next((line for line in before if line not in lines), None)
    if absent is not None:
        message = f"`{absent.strip()}` is not a line of the snippet: copy the line exactly, with its indentation"
        return FixError("fix-not-found", message)
    message = "these lines do not follow one another in the snippet: copy them in its order, with the lines between"
    return FixError("fix-lines-apart", message)
