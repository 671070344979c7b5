"""Filling parameters into text: `{{ name }}` and what else Jinja2's expressions may do here."""

from __future__ import annotations

from collections.abc import Mapping

from practicum.course.placeholders import has_braces
from practicum.model import Json

# The sandbox brings Jinja2 with it, which is slow to import, and most texts have no braces.


def fill(text: str, params: Mapping[str, Json]) -> str:
    """The text with `{{ … }}` filled in. Raises FillError."""
    if not has_braces(text):
        return text
    from practicum.course import template_sandbox

    return template_sandbox.fill(text, params)
