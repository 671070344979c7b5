"""What the braces of authors' texts consist of, and the error for braces that cannot be filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from practicum.errors import CodedError
from practicum.model import Json

_OPENINGS = ("{{", "{%")


class PlaceholderError(CodedError):
    """Braces that cannot be filled in.

    Args:
        line: The line within the text, from 1.
    """

    def __init__(self, code: str, message: str, line: int = 1) -> None:
        super().__init__(code, message)
        self.line = line


@dataclass(frozen=True)
class PageQuery:
    """One call in a page's braces. Its arguments are literals, so it is known before anything runs."""

    function: str
    positional: tuple[Json, ...]
    named: Mapping[str, Json]
    line: int
    """The line within the text, from 1."""


def has_placeholders(text: str) -> bool:
    """Whether there is anything to fill in."""
    return any(opening in text for opening in _OPENINGS)
