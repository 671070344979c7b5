"""The `{{ … }}` in authors' texts: parameters in problems, queries to the evidence in pages.

Jinja2 is slow to import and most texts have no braces: the sandbox is imported when the first text has some.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from practicum.course.placeholder_types import PageQuery, PlaceholderError, has_placeholders
from practicum.model import Json

__all__ = ["PageQuery", "PlaceholderError", "fill_parameters", "fill_queries", "find_queries", "has_placeholders"]


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
