"""The mistakes found in one file, gathered while reading goes on, so that an author sees all of them at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from practicum.model import Mistake


class Notes:
    """What is wrong in the file at `path` (relative to the course)."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.mistakes: list[Mistake] = []

    def add(self, line: int, message: str) -> None:
        """Note a mistake; the same one twice (in two variants, say) counts once."""
        mistake = Mistake(self.path, max(line, 1), message)
        if mistake not in self.mistakes:
            self.mistakes.append(mistake)

    def __bool__(self) -> bool:
        return bool(self.mistakes)


def suggestion(word: str, known: Iterable[str]) -> str:
    """`: did you mean …?`, or what there is to choose from."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    return f": did you mean `{near[0]}`?" if near else f"; there is {', '.join(f'`{name}`' for name in names)}"
