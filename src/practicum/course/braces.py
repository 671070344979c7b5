"""Braces in an author's text: whether there are any, and what is wrong with them."""

from __future__ import annotations

_SIGNS = ("{{", "{%", "{#")


class FillError(ValueError):
    """Text that cannot be filled in; `line` counts within it, from 1."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


def has_braces(text: str) -> bool:
    """Whether there is anything to fill in."""
    return any(sign in text for sign in _SIGNS)
