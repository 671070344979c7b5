"""The mistakes found in one file, collected while reading continues, so that an author sees all of them at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from practicum.model import Mistake

MAX_MISTAKES = 200
"""Mistakes of one file that are reported."""

MAX_MESSAGE = 400
"""Characters of a message: what it quotes may be a whole file."""


class Diagnostics:
    """The mistakes in the file at `path` (relative to the course) and in files that belong to it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._found: dict[Mistake, None] = {}

    @property
    def mistakes(self) -> list[Mistake]:
        """All mistakes, in the order in which they were found."""
        return list(self._found)

    def add(self, code: str, line: int, message: str, path: str = "") -> None:
        """Add a mistake. The same one twice (in two variants, for example) counts once.

        Args:
            code: Kebab-case, stable across wordings: `unknown-key`.
            line: From 1, in the file at `path`.
            message: What is wrong, then what to write instead.
            path: Another file than this one.
        """
        if len(self._found) < MAX_MISTAKES:
            mistake = Mistake(printable(path or self.path), max(line, 1), _shorten(printable(message)), code)
            self._found[mistake] = None

    def __bool__(self) -> bool:
        return bool(self._found)


def suggestion(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: `: did you mean …?`, or a list of the known ones."""
    names = list(known)
    match = closest_match(word, names)
    return f": did you mean `{match}`?" if match else f"; known are {', '.join(f'`{name}`' for name in names)}"


def closest_match(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    matches = difflib.get_close_matches(word[:100].casefold(), list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def printable(text: str) -> str:
    """Text that is safe on a terminal and stays on its line, whatever bytes a stranger put into it."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"
