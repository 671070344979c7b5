"""Finds what an author's prose shows besides text: formulas. Each is checked when the course is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt

from practicum.course.formulas import formula_plugin, formulas_in
from practicum.course.mathml import FormulaError, to_mathml

_BRACES = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_markdown = MarkdownIt("commonmark").enable("table").use(formula_plugin)


@dataclass(frozen=True)
class ProseMistake:
    """A formula that cannot be shown."""

    code: str
    line: int
    """Within the text, from 1."""
    message: str


def find_prose_mistakes(markdown: str) -> Iterator[ProseMistake]:
    """Yield the mistakes in a text whose braces are filled in."""
    if "$" not in markdown:
        return
    for formula in formulas_in(_markdown.parse(markdown)):
        try:
            to_mathml(formula.tex, formula.is_block)
        except FormulaError as error:
            yield ProseMistake(error.code, formula.line, error.message)


def find_title_mistakes(title: str) -> Iterator[ProseMistake]:
    """Yield the mistakes in a title, which is shown as plain text."""
    if "$" in title and any(formulas_in(_markdown.parse(title))):
        message = "a title is shown as plain text, in lists and tabs too: move this formula below it"
        yield ProseMistake("formula-in-title", 1, message)


def without_braces(markdown: str) -> str:
    """A text with a letter in place of each `{{ … }}`, on as many lines: its braces are filled in when it is shown."""
    return _BRACES.sub(lambda match: "x" + "\n" * match[0].count("\n"), markdown)
