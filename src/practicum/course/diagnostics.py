"""The mistakes found in one file, gathered while reading goes on, so that an author sees all of them at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from practicum.model import Mistake

MOST = 200
"""Mistakes of one file that are told."""

LONGEST = 400
"""Characters of a message: what it quotes may be a whole file."""


class Notes:
    """What is wrong in the file at `path` (relative to the course), or in one that belongs to it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._found: dict[Mistake, None] = {}

    @property
    def mistakes(self) -> list[Mistake]:
        """All of them, in the order in which they were found."""
        return list(self._found)

    def add(self, line: int, message: str, path: str = "") -> None:
        """Note a mistake; the same one twice (in two variants, say) counts once. `path` is another file's."""
        if len(self._found) < MOST:
            self._found[Mistake(printable(path or self.path), max(line, 1), _short(printable(message)))] = None

    def __bool__(self) -> bool:
        return bool(self._found)


def suggestion(word: str, known: Iterable[str]) -> str:
    """`: did you mean …?`, or what there is to choose from."""
    names = list(known)
    near = closest(word, names)
    return f": did you mean `{near}`?" if near else f"; there is {', '.join(f'`{name}`' for name in names)}"


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    near = difflib.get_close_matches(word[:100].casefold(), list(known), n=1, cutoff=0.6)
    return near[0] if near else None


def printable(text: str) -> str:
    """Text that is safe on a terminal and stays on its line, whatever bytes a stranger put into it."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
