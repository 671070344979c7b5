"""Formulas in Markdown: TeX between dollar signs, by pandoc's rule, so that prices stay text.

An opening `$` is followed by a character that is not a space; the closing one follows such a character, and no digit
follows it. `$$` begins and ends a formula on a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

BLOCK = frozenset({"math_block", "math_inline_double"})
"""The types of tokens that hold a formula on a line of its own."""
TOKENS = BLOCK | {"math_inline"}
"""The types of tokens that hold a formula."""

_INLINE = re.compile(r"\$(?![\s$])((?:[^\\$`]|\\.)+?)(?<!\s)\$(?!\d)", re.DOTALL)
_DOUBLE = re.compile(r"\$\$((?:[^\\$`]|\\.)+?)\$\$", re.DOTALL)


@dataclass(frozen=True)
class Formula:
    """A formula in a text."""

    tex: str
    line: int
    """Within the text, from 1."""
    is_block: bool


def formula_plugin(parser: MarkdownIt) -> None:
    """Make a parser read formulas."""
    parser.use(dollarmath_plugin, allow_labels=False, allow_blank_lines=False, double_inline=True)
    # The plugin's rule ends formulas within code spans, and finds none at the start of a text that ends in a digit.
    parser.inline.ruler.at("math_inline", _inline_rule)


def _inline_rule(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "$":
        return False
    is_double = state.src.startswith("$$", state.pos)
    match = (_DOUBLE if is_double else _INLINE).match(state.src, state.pos, state.posMax)
    if match is None or not match[1].strip():
        return False
    if not silent:
        token = state.push("math_inline_double" if is_double else "math_inline", "math", 0)
        token.content = match[1]
        token.markup = "$$" if is_double else "$"
    state.pos = match.end()
    return True


def inline_lines(token: Token) -> Iterator[tuple[Token, int]]:
    """Yield the children of a block's inline token, each with its line in the text, from 1."""
    line = (token.map or [0])[0] + 1
    for child in token.children or ():
        line += child.type in ("softbreak", "hardbreak")
        yield child, line
        if child.type in TOKENS:
            line += child.content.count("\n")


def formulas_in(tokens: list[Token]) -> Iterator[Formula]:
    """Yield the formulas of a parsed text."""
    for token in tokens:
        if token.type in TOKENS:
            yield Formula(token.content, (token.map or [0])[0] + 1, is_block=True)
        for child, line in inline_lines(token):
            if child.type in TOKENS:
                yield Formula(child.content, line, child.type in BLOCK)
