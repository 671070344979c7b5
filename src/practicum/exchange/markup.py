"""Texts of banks: from HTML to Markdown for a person to read and edit, and back.

The Markdown is CommonMark with tables and formulas (`$x$`, `$$x$$`), as courses have it. Code is taken over to the
byte, except that a non-breaking space in it becomes a space: editors write those for indentation.
"""

from __future__ import annotations

import html as references
import re
from dataclasses import dataclass

from practicum.exchange.markdown_html import Address, markdown_parser, same, to_html, to_inline_html, to_plain

_LINE = r"(?![\d\s])[^<&\\`*_\[\]#+$|=~>\x00-\x1f\x7f\s-]+(?: [^<&\\`*_\[\]#+$|=~>\x00-\x1f\x7f\s-]+)*"
_PLAIN = re.compile(rf"<p>({_LINE})</p>|({_LINE})|")
"""One line of words without any character that HTML or Markdown may interpret: most options are."""


@dataclass(frozen=True)
class Converted:
    """A text in Markdown."""

    text: str
    dropped: tuple[str, ...] = ()
    """What the HTML had and the text has not, as phrases: `colours and fonts`, `a script`."""


def to_markdown(html: str, address: Address = same) -> Converted:
    """Convert HTML. Characters that Markdown would interpret are escaped only where it would."""
    if match := _PLAIN.fullmatch(html):
        return Converted(match[1] or match[2] or "")
    from practicum.exchange import html_to_markdown  # BeautifulSoup is not needed for `practicum --version`

    text, dropped = html_to_markdown.convert(html, address)
    return Converted(text, dropped)


def from_plain(text: str) -> str:
    """Plain text as Markdown that shows it."""
    return to_markdown(references.escape(text, quote=False)).text


__all__ = [
    "Address",
    "Converted",
    "from_plain",
    "markdown_parser",
    "to_html",
    "to_inline_html",
    "to_markdown",
    "to_plain",
]
