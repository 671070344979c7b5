"""Numbers that somebody typed into a page's prose. They are refused: a measured number is read from evidence.

A number word may be typed (`five steps`), and so may a number that is part of a name (`ResNet50`). A number in a code
span is a setting: it must stand in the page's own code, drawings or braces, or nobody can say where it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

_TYPED = re.compile(r"(?<![A-Za-z_\d])(?<![A-Za-z][-\N{NON-BREAKING HYPHEN}])(?<!\d[.,])\d[\d.,]*(?:\s?%)?")
_NUMBER = re.compile(r"(?<![\w.])\d[\w.]*(?:(?<=[eE])[-+]?\d+)?")
_BRACES = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_markdown = MarkdownIt("commonmark").enable("table")


def numbers(text: str) -> frozenset[str]:
    """The numbers that stand in a piece of code, each in one way of writing it: `255`, `255.0` and `2.55e2` are one."""
    return frozenset(_one_way(found) for found in _NUMBER.findall(text))


def _one_way(written: str) -> str:
    try:
        return repr(float(written))
    except ValueError:
        return written.rstrip(".")


def typed(text: str, known: frozenset[str]) -> Iterator[tuple[int, str]]:
    """The line (from 1, within the text) and the message for each number that was typed into this Markdown."""
    for token in _markdown.parse(_BRACES.sub(_blank, text)):
        line = (token.map or [0])[0] + 1
        for child in token.children or ():
            line += child.type in ("softbreak", "hardbreak")
            if child.type == "text":
                for found in _TYPED.findall(child.content):
                    yield line, _said(found.rstrip(".,"))
            elif child.type == "code_inline":
                for found in _NUMBER.findall(child.content):
                    if _one_way(found) in known:
                        continue
                    yield line, f"`{found}` stands nowhere in this page's code, drawings or braces: {_ADVICE}"


def _blank(match: re.Match[str]) -> str:
    """A letter instead, over as many lines."""
    return "x" + "\n" * match[0].count("\n")


_ADVICE = (
    'read it from evidence, as in `{{ measured("experiment").val_accuracy | percent }}` or `{{ gives("x.shape") }}`'
)


def _said(number: str) -> str:
    return f"the number {number} was typed: {_ADVICE}, or write it as a word"
