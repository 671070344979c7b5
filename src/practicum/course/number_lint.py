"""Numbers that are typed into a page's prose. They are refused: a page reads measured numbers from its evidence.

Number words may be typed (`five steps`), and so may numbers that are part of a name (`ResNet50`) or of a formula. A
number in a code span is a setting: it must occur in the page's own code, figures or braces, where a reader can see
where it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt

from practicum.course.formulas import formula_plugin, inline_lines
from practicum.course.prose import without_braces

_TYPED = re.compile(r"(?<![A-Za-z_\d])(?<![A-Za-z][-\N{NON-BREAKING HYPHEN}])(?<!\d[.,])\d[\d.,]*(?:\s?%)?")
_NUMBER = re.compile(r"(?<![\w.])\d[\w.]*(?:(?<=[eE])[-+]?\d+)?")
_markdown = MarkdownIt("commonmark").enable("table").use(formula_plugin)


@dataclass(frozen=True)
class TypedNumber:
    """A number in prose that does not come from evidence, or in a code span that occurs nowhere else on the page."""

    number: str
    line: int
    """Within the text, from 1."""
    is_code: bool
    """Whether it stands in a code span."""

    @property
    def code(self) -> str:
        """The code of this mistake."""
        return "unknown-setting" if self.is_code else "typed-number"

    def __str__(self) -> str:
        """The message without advice."""
        if self.is_code:
            return f"`{self.number}` does not occur in this page's code, figures or braces"
        return f"the number {self.number} is typed"

    @property
    def message(self) -> str:
        """What is wrong, and what to write instead."""
        advice = (
            'read it from evidence, as in `{{ measured("experiment").val_accuracy | percent }}` or '
            '`{{ gives("x.shape") }}`'
        )
        return f"{self}: {advice}" + ("" if self.is_code else ", or write it as a word")


def find_numbers(code: str) -> frozenset[str]:
    """The numbers in a piece of code, each in one normal form: `255`, `255.0` and `2.55e2` are equal."""
    return frozenset(_normal_form(number) for number in _NUMBER.findall(code))


def _normal_form(number: str) -> str:
    try:
        return repr(float(number))
    except ValueError:
        return number.rstrip(".")


def find_typed_numbers(markdown: str, known: frozenset[str]) -> Iterator[TypedNumber]:
    """The typed numbers in a text, apart from the `known` ones (in normal form), which may occur in code spans."""
    for token in _markdown.parse(without_braces(markdown)):
        for child, line in inline_lines(token):
            if child.type == "text":
                for number in _TYPED.findall(child.content):
                    yield TypedNumber(number.rstrip(".,"), line, is_code=False)
            elif child.type == "code_inline":
                for number in _NUMBER.findall(child.content):
                    if _normal_form(number) not in known:
                        yield TypedNumber(number, line, is_code=True)
