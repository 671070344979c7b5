"""The `{{ … }}` in authors' texts: parameters in problems, queries to the evidence in pages.

Jinja2 is slow to import and most texts have no braces: the sandbox is imported when the first text has some.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from practicum.errors import CodedError
from practicum.model import Json

_OPENINGS = ("{{", "{%", "{#")


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


def fill_parameters(text: str, params: Mapping[str, Json]) -> str:
    """Fill a problem's parameters into a text. Raises PlaceholderError."""
    if not has_placeholders(text):
        return text
    from practicum.course import template_sandbox

    return template_sandbox.fill_parameters(text, params)


def find_queries(text: str) -> tuple[PageQuery, ...]:
    """The queries in a page's prose. Raises PlaceholderError for braces that hold no valid query."""
    if not has_placeholders(text):
        return ()
    from practicum.course import template_sandbox

    return template_sandbox.find_queries(text)


def fill_queries(text: str, functions: Mapping[str, Callable[..., Any]]) -> str:
    """Fill the results of a page's queries into its prose.

    Args:
        functions: `measured`, `best` and `gives`, which answer the queries.

    Raises:
        PlaceholderError: For invalid braces, or for a query that these functions cannot answer.
    """
    if not has_placeholders(text):
        return text
    from practicum.course import template_sandbox

    return template_sandbox.fill_queries(text, functions)
