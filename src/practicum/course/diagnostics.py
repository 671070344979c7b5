"""The mistakes found in one file, collected while reading continues, so that an author sees all of them at once."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from practicum.formatting import assignments, truncate
from practicum.model import Json, Mistake

MAX_MISTAKES = 200
"""Mistakes of one file that are reported."""

MAX_MESSAGE = 400
"""Characters of a message: what it quotes may be a whole file."""


MAX_PARAMETERS = 200
"""Characters of a variant's parameters in a message."""

_COLON_OR_CODE = re.compile(r"(?<!`)`++[^`]*+`++|: ")


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

    def add_variants(self, found: Sequence[tuple[Mapping[str, Json], Diagnostics]]) -> None:
        """Add the mistakes in a problem's variants, each mistake once.

        The message about a mistake in some variants only contains the parameters of the first of them.

        Args:
            found: The parameters of each variant, and the mistakes in it.
        """
        places: dict[tuple[str, int, str, int], list[tuple[Mapping[str, Json], Mistake]]] = {}
        for params, diagnostics in found:
            seen: Counter[tuple[str, int, str]] = Counter()
            for mistake in diagnostics.mistakes:
                place = (mistake.path, mistake.line, mistake.code)
                places.setdefault((*place, seen[place]), []).append((params, mistake))
                seen[place] += 1
        for same in places.values():
            params, mistake = same[0]
            if len(same) < len(found):
                mistake = replace(mistake, message=_with_variant(mistake.message, params, len(same), len(found)))
            if len(self._found) < MAX_MISTAKES:
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


def _with_variant(message: str, params: Mapping[str, Json], count: int, total: int) -> str:
    """A message with `, with a = 2, b = 2` before its colon: the first variant with the mistake.

    Args:
        message: What is wrong, then usually a colon and what to write instead.
        params: The parameters of the first variant with the mistake.
        count: The number of variants with the mistake.
        total: The number of all variants.
    """
    colon = next((match.start() for match in _COLON_OR_CODE.finditer(message) if match[0] == ": "), len(message))
    more = f" (and in {count - 1} more of {total} variants)" if count > 1 else ""
    values = truncate(printable(assignments(params)), MAX_PARAMETERS)
    return f"{message[:colon]}, with {values}{more}{message[colon:]}"


def printable(text: str) -> str:
    """Text that is safe on a terminal and stays on its line, whatever bytes a stranger put into it."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"
