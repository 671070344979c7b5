"""Filling parameters into text: `{{ name }}` and what else Jinja2's expressions may do here."""

from __future__ import annotations

from collections.abc import Mapping

from practicum.model import Json

_SIGNS = ("{{", "{%", "{#")


class FillError(ValueError):
    """Text that cannot be filled in; `line` counts within it, from 1."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


def fill(text: str, params: Mapping[str, Json]) -> str:
    """The text with `{{ … }}` filled in. Raises FillError."""
    if not has_braces(text):
        return text
    from practicum.course import sandbox

    return sandbox.fill(text, params)


def check_page(text: str) -> None:
    """Raises FillError where a page's `{{ … }}` cannot even be parsed."""
    if has_braces(text):
        from practicum.course import sandbox

        sandbox.check_page(text)


def has_braces(text: str) -> bool:
    """Whether there is anything to fill in."""
    return any(sign in text for sign in _SIGNS)
