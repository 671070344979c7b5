"""The braces of a page: questions to its evidence, so that no number in prose is anybody's memory.

`{{ measured("from_scratch", images=20).val_accuracy | percent }}` asks what an experiment gave, `best(…)` which setting
won, `gives("…")` what an expression is after the page's cells. Jinja2's sandbox, cut down to such questions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from practicum.course.placeholders import FillError, Question, has_braces, line_of


def questions(text: str) -> tuple[Question, ...]:
    """What a text asks of its evidence. Raises FillError for braces that ask nothing we can answer."""
    if not has_braces(text):
        return ()
    return _parsed(text)[1]


def fill(text: str, functions: Mapping[str, Callable[..., Any]]) -> str:
    """The text with its questions answered by these functions. Raises FillError, also for an answer that is none."""
    if not has_braces(text):
        return text
    template, _ = _parsed(text)
    try:
        return str(template.render(functions))
    except FillError as reason:
        raise FillError(str(reason), line_of(reason, text)) from reason
    except Exception as reason:
        raise FillError(f"the braces cannot be filled in: {reason}", line_of(reason, text)) from reason


@lru_cache(maxsize=512)
def _parsed(text: str) -> tuple[Any, tuple[Question, ...]]:
    from practicum.course import page_functions  # with Jinja2, which is slow to import and often not needed

    return page_functions.parsed(text)
