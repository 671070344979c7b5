"""Separates a run's output into what Keras's progress bars printed and the rest (see `inside.progress_bars`)."""

from __future__ import annotations

import re

from practicum.runner.inside.progress_bars import BEGIN, END

_MARK = re.compile(f"({re.escape(BEGIN)}|{re.escape(END)})")
_BEGINNINGS = tuple({mark[:size] for mark in (BEGIN, END) for size in range(1, len(mark))})


class MarkedOutput:
    """One output stream of a run, taken piece by piece."""

    def __init__(self) -> None:
        self._all: list[str] = []
        self._printed: list[str] = []
        self._held = ""
        """The end of the last piece, if a mark may begin there."""
        self._in_bar = False

    def take(self, piece: str, final: bool = False) -> str:
        """Add a piece of output. Return what can be shown of it: without marks, progress bars included."""
        shown = []
        for part in _MARK.split(self._complete(piece, final)):
            if part in (BEGIN, END):
                self._in_bar = part == BEGIN
                continue
            shown.append(part)
            if not self._in_bar:
                self._printed.append(part)
        text = "".join(shown)
        self._all.append(text)
        return text

    def _complete(self, piece: str, final: bool) -> str:
        """Return the text up to a mark that may be incomplete, and hold the rest back."""
        text, self._held = self._held + piece, ""
        start = text.rfind("\x1b")
        if not final and start >= 0 and text[start:] in _BEGINNINGS:
            text, self._held = text[:start], text[start:]
        return text

    @property
    def text(self) -> str:
        """The output without marks."""
        return "".join(self._all)

    @property
    def printed(self) -> str:
        """The output without progress bars."""
        return "".join(self._printed)
