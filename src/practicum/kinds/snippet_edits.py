"""A fix: the lines of a snippet to take away, and the lines to put in their place."""

from __future__ import annotations

from practicum.model import Fix


class FixError(ValueError):
    """A fix that cannot be made to its snippet: `line` counts within the diff, from 0."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def apply(fix: Fix, snippet: str) -> str:
    """The snippet with the fix made. Raises FixError unless the lines it names stand there exactly once, together."""
    before, after = _sides(fix.diff)
    if not before:
        raise FixError("nothing says where the added lines go: begin with a line of the snippet, a blank before it")
    written = snippet.rstrip("\n").split("\n")
    lines = [line.rstrip() for line in written]
    places = [at for at in range(len(lines) - len(before) + 1) if lines[at : at + len(before)] == before]
    if len(places) != 1:
        raise FixError(_not_once(before, lines, len(places)))
    at = places[0]
    return "\n".join([*written[:at], *after, *written[at + len(before) :]]) + "\n"


def _sides(diff: str) -> tuple[list[str], list[str]]:
    before: list[str] = []
    after: list[str] = []
    for number, line in enumerate(diff.strip("\n").split("\n")):
        mark, text = line[:1] or " ", line[1:].rstrip()
        if mark not in "-+ ":
            message = f"`{line}` begins with neither `-` (take away), `+` (put there) nor a blank (stays as it is)"
            raise FixError(message, number)
        if mark in "- ":
            before.append(text)
        if mark in "+ ":
            after.append(text)
    if before == after:
        raise FixError("the fix changes nothing: mark lines with `-` and `+`")
    return before, after


def _not_once(before: list[str], lines: list[str], count: int) -> str:
    if count > 1:
        return f"`{before[0].strip()}` stands {count} times in the snippet: add context lines until the place is unique"
    absent = next((line for line in before if line not in lines), None)
    if absent is not None:
        return f"`{absent.strip()}` is no line of the snippet: copy the line exactly, indentation included"
    return "these lines do not follow one another in the snippet: name them as they stand there, context included"
