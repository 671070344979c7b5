"""Texts of GIFT: to Markdown, and from Markdown to text without markup where that says the same, or else to HTML."""

from __future__ import annotations

import re

from practicum.exchange.gift.syntax import GiftText
from practicum.exchange.markup import Converted, to_html, to_markdown
from practicum.exchange.plain_text import as_markdown, has_tags, without_tags


def read_text(text: GiftText) -> Converted:
    """The text in Markdown. In Moodle's own format and in Markdown, tags of HTML are markup if the text has any."""
    without_ends = re.sub(r"[ \t]+\n", "\n", text.text)
    if text.format == "plain":
        return Converted(as_markdown(without_ends))
    if text.format == "html":
        return to_markdown(text.text)
    if text.format == "markdown":
        return without_tags(text.text)
    return to_markdown(text.text) if has_tags(text.text) else Converted(as_markdown(without_ends))


def is_bare(markdown: str) -> bool:
    """Whether a text can be written without a format: one line that is read as it is written."""
    return (
        markdown == " ".join(markdown.split())
        and not markdown.startswith(("[", "//", "%"))
        and not re.search(r"->|[\x00-\x1f$\\`*]", markdown)
        and read_text(GiftText("moodle", markdown)).text == markdown
        and to_markdown(to_html(markdown)).text == markdown
    )


def escaped(text: str) -> str:
    """The text with the characters escaped that GIFT interprets."""
    return re.sub(r"[\\~=#{}:]", r"\\\g<0>", text).replace("\r", "").replace("\n", r"\n")


def html(markdown: str) -> str:
    """The text as escaped HTML."""
    return escaped(to_html(markdown))
