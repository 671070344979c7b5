"""Texts without markup, or in Markdown of other programs, as Markdown that shows the same."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt

from practicum.exchange.markup import Converted, markdown_parser, to_markdown

_SPECIAL = re.compile(r"[*_\\<>\[\]&~#`]|^\s*(?:[-+=]|\d+[.)])|^ {4}|^\t", re.M)
_MARKED = re.compile(
    r"`[^`\n]+`|^ {0,3}(?:```|~~~)|(?<![\w*])\*\*(?=\S)[^*\n]+(?<=\S)\*\*(?![\w*])|\]\([^\s()]+\)", re.M
)
_ESCAPED = re.compile(r"([\\`*_\[\]<>&~])|^(\s*)([-+#=>])|^(\s*\d+)([.)])", re.M)

_HTML = re.compile(
    r"</?(?:p|br|b|i|u|em|strong|code|pre|kbd|tt|samp|span|div|su[bp]|[uod]l|li|d[td]|a|img|h[1-6]|table|t[rdh]|thead"
    r"|tbody|blockquote|hr|font|center|small|big|video|audio|iframe|script|style)\b[^<>]*>|&(?:\w+|#\d+|#x[\da-f]+);|<!--",
    re.I,
)
"""A tag or a reference that a page interprets: `List<String>` has none."""
_CODE = re.compile(r"^ {0,3}(`{3,}+|~{3,}+).*?^ {0,3}\1|(?<!`)(`++).+?(?<!`)\2(?!`)", re.M | re.S)


def has_tags(text: str) -> bool:
    """Whether a text has tags of HTML that a page shows as markup."""
    return _HTML.search(text) is not None


def without_tags(markdown: str) -> Converted:
    """Markdown in which tags of HTML are markup, as Markdown in which they are text."""
    if not has_tags(markdown) or not has_tags(_CODE.sub("", markdown)):
        return Converted(markdown)
    return to_markdown(markdown_parser(html=True).render(markdown))


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
