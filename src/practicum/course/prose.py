"""Checks what an author's prose shows besides text: formulas and images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from practicum.course.formulas import formula_plugin, formulas_in, inline_lines
from practicum.course.images import ImageError, LoadImage
from practicum.course.mathml import FormulaError, to_mathml
from practicum.model import Image

_BRACES = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_markdown = MarkdownIt("commonmark").enable("table").use(formula_plugin)
_markdown.validateLink = lambda url: True  # type: ignore[method-assign]  # so that every image is checked


@dataclass(frozen=True)
class ProseMistake:
    """A formula or an image that cannot be shown."""

    code: str
    line: int
    """Within the text, from 1."""
    message: str


@dataclass
class CheckedProse:
    """What was found in a text whose braces are filled in."""

    images: list[Image] = field(default_factory=list)
    mistakes: list[ProseMistake] = field(default_factory=list)


def check_prose(markdown: str, load_image: LoadImage) -> CheckedProse:
    """Return the images in a text, and the mistakes in its formulas and images."""
    checked = CheckedProse()
    if "$" not in markdown and "![" not in markdown:
        return checked
    tokens = _markdown.parse(markdown)
    for formula in formulas_in(tokens):
        try:
            to_mathml(formula.tex, formula.is_block)
        except FormulaError as error:
            checked.mistakes.append(ProseMistake(error.code, formula.line, error.message))
    for token, line in _images_in(tokens):
        source = str(token.attrs["src"])
        if not token.content.strip():
            message = f"describe the image for those who cannot see it: `![a description]({source})`"
            checked.mistakes.append(ProseMistake("no-alternative-text", line, message))
        try:
            checked.images.append(load_image(source))
        except ImageError as error:
            checked.mistakes.append(ProseMistake(error.code, line, str(error)))
    return checked


def find_title_mistakes(title: str) -> Iterator[ProseMistake]:
    """Yield the mistakes in a title, which is shown as plain text."""
    if "$" not in title and "![" not in title:
        return
    tokens = _markdown.parse(title)
    if any(formulas_in(tokens)) or any(_images_in(tokens)):
        message = "a title is shown as plain text, in lists and tabs too: move its formula or image below it"
        yield ProseMistake("title-not-text", 1, message)


def without_braces(markdown: str) -> str:
    """A text with a letter in place of each `{{ … }}`, on as many lines: its braces are filled in when it is shown."""
    return _BRACES.sub(lambda match: "x" + "\n" * match[0].count("\n"), markdown)


def _images_in(tokens: list[Token]) -> Iterator[tuple[Token, int]]:
    for token in tokens:
        for child, line in inline_lines(token):
            if child.type == "image":
                yield child, line
