"""The prose of Markdown: its words, without code and formulas, and which of them are emphasized."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from practicum.course.formulas import TOKENS, formula_plugin

CODE = "`"
"""Stands in the text for a code span or a formula."""

_markdown = MarkdownIt("commonmark").enable("table").use(formula_plugin)
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['’][^\W\d_]+)*(?!\w)")
_EMPHASIS_TAG = re.compile(r"<(/?)(?:em|strong|b|i|u)>", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?:])[\"'”’)]*\s+|\n+")


@dataclass(frozen=True)
class Prose:
    """What is left of a Markdown text without code and formulas."""

    text: str
    """One line per paragraph. A backtick stands for each code span and formula."""
    emphasized: str = ""
    """The words in bold or italics."""
    length: int = 0
    """The characters that a reader sees, with those of code spans and formulas."""
    has_block: bool = False
    """Whether there are blocks of code or formulas."""

    @cached_property
    def words(self) -> list[str]:
        """The words in lower case, without names such as `x_1`; `max-pool` is two."""
        return [word.lower() for word in _WORD.findall(self.text)]

    @cached_property
    def sentences(self) -> list[str]:
        """The sentences and the paragraphs without a full stop."""
        return [part for part in _SENTENCE_END.split(self.text) if _WORD.search(part) or CODE in part]

    @property
    def is_code(self) -> bool:
        """Whether the text is code or a formula alone."""
        return (self.has_block or CODE in self.text) and not self.words


@lru_cache(maxsize=4096)
def prose(markdown: str) -> Prose:
    """Return the prose of a Markdown text."""
    paragraphs: list[str] = []
    emphasized: list[str] = []
    length, has_block = 0, False
    for token in _markdown.parse(markdown):
        if token.type == "inline":
            text, strong, extra = _inline(token)
            paragraphs.append(text)
            emphasized += strong
            length += len(text) + extra
        elif token.type in ("fence", "code_block", *TOKENS):
            has_block = True
            length += len(token.content)
    return Prose("\n".join(paragraphs).strip(), " ".join(emphasized), length, has_block)


def _emphasis_change(token: Token) -> int:
    """1 where emphasis begins, -1 where it ends, in Markdown or HTML."""
    if token.type == "html_inline" and (tag := _EMPHASIS_TAG.match(token.content)):
        return -1 if tag[1] else 1
    return (token.type in ("em_open", "strong_open")) - (token.type in ("em_close", "strong_close"))


def _inline(token: Token) -> tuple[str, list[str], int]:
    """The text of a paragraph, its emphasized parts, and the characters that the text lacks."""
    parts: list[str] = []
    emphasized: list[str] = []
    depth = extra = 0
    for child in token.children or ():
        depth += _emphasis_change(child)
        if child.type == "code_inline" or child.type in TOKENS:
            parts.append(CODE)
            extra += len(child.content) - 1
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type == "text":
            parts.append(child.content)
            emphasized += [child.content] if depth else []
    return "".join(parts).strip(), emphasized, extra
