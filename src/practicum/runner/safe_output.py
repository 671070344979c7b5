"""Output of untrusted code for a terminal: its colours, but nothing else that a terminal would carry out."""

from __future__ import annotations

import re

_COLOUR = r"\x1b\[[0-9;:]{0,60}m"
_SEQUENCE = re.compile(
    rf"({_COLOUR})"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # control sequences: cursor movement, erasing, modes
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # titles, links, the clipboard
    r"|\x1b[ -/]*[0-~]"
    r"|[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
"""The first group matches what may stay. Line ends, carriage returns, tabs and backspaces match nothing."""
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]{0,60}[ -/]{0,9})?\Z")


class SafeOutput:
    """Makes one stream safe, piece by piece."""

    def __init__(self) -> None:
        self._held = ""
        """The beginning of a sequence whose end may follow."""

    def write(self, text: str) -> str:
        """Add a piece and return what may be shown of it. A part of a longer sequence may be shown as plain text."""
        text = self._held + text
        unfinished = _UNFINISHED.search(text)
        self._held = unfinished[0] if unfinished else ""
        return safe_output(text[: unfinished.start()] if unfinished else text)


def safe_output(text: str) -> str:
    """Return a whole text without control characters and sequences, except colours."""
    return _SEQUENCE.sub(lambda found: found[1] or "", text)
