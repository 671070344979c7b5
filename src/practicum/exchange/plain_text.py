"""Texts without markup as Markdown that shows the same characters."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt

_SPECIAL = re.compile(r"[*_\\<>\[\]&~#`]|^\s*(?:[-+=]|\d+[.)])|^ {4}|^\t", re.M)
_MARKED = re.compile(r"`[^`\n]+`|^ {0,3}(?:```|~~~)|(?<![\w*])\*\*(?=\S)[^*\n]+(?<=\S)\*\*(?![\w*])|\]\(\S+\)", re.M)
_ESCAPED = re.compile(r"([\\`*_\[\]<>&~])|^(\s*)([-+#=>])|^(\s*\d+)([.)])", re.M)


def as_markdown(text: str) -> str:
    """The text as Markdown.

    A text with code spans, fences, bold words or links is Markdown already. Any other is shown as it is: what Markdown
    would take for markup in it (`2*v1 + v2 = 3*v1`, `__init__`) is escaped.
    """
    if not _SPECIAL.search(text) or _MARKED.search(text) or _shown(text) == text.split():
        return text
    return _ESCAPED.sub(_escape, text)


@cache
def _commonmark() -> MarkdownIt:
    return MarkdownIt("commonmark").disable(["code"])


def _shown(text: str) -> list[str]:
    """The words that a reader of the text as Markdown sees."""
    inline = [token for token in _commonmark().parse(text) if token.type == "inline"]
    parts = [child for token in inline for child in [*(token.children or ()), None]]
    return "".join(
        "\n" if part is None or part.type in ("softbreak", "hardbreak") else part.content
        for part in parts
        if part is None or part.type not in ("html_inline", "code_inline")
    ).split()


def _escape(found: re.Match[str]) -> str:
    if found[1]:
        return f"\\{found[1]}"
    return f"{found[2]}\\{found[3]}" if found[3] else f"{found[4]}\\{found[5]}"
