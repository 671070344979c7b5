"""Braces in an author's text: whether there are any, what they ask, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from practicum.model import Json

_SIGNS = ("{{", "{%", "{#")


class FillError(ValueError):
    """Text that cannot be filled in; `line` counts within it, from 1."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Question:
    """One call in a page's braces, its arguments as written. They are literals, so it is known before anything runs."""

    function: str
    positional: tuple[Json, ...]
    named: Mapping[str, Json]
    line: int
    """Within the text, from 1."""


def has_braces(text: str) -> bool:
    """Whether there is anything to fill in."""
    return any(sign in text for sign in _SIGNS)


def line_of(reason: BaseException, text: str) -> int:
    """The template's line on which it failed, which Jinja writes into the traceback; else where the braces begin."""
    line, trace = 0, reason.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line or next(number for number, one in enumerate(text.split("\n"), 1) if has_braces(one))
