"""The Markdown of texts of banks: its parser, and its rendering as HTML.

It is CommonMark with tables and formulas (`$x$`, `$$x$$`), as courses have it.
"""

from __future__ import annotations

import html as references
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

Address = Callable[[str], str]
"""Returns the address that a link or an image gets instead of the one that it has."""

_FORMULA = re.compile(r"\$(?![\s$])((?:[^\\$`]|\\.)+?)(?<!\s)\$(?!\d)", re.DOTALL)
_DISPLAYED = re.compile(r"\$\$((?:[^\\$`]|\\.)+?)\$\$", re.DOTALL)
_DELIMITER = re.compile(r"\\(?=[(\[])|\$(?=\$)|\\(?=begin\{)")
"""The first character of what HTML pages take as the start of a formula."""


def same(address: str) -> str:
    """The address as it is."""
    return address


def to_html(markdown: str, address: Address = same) -> str:
    """Convert Markdown to HTML that is safe to show: tags in it are text, and links lead to web pages and files."""
    parser = markdown_parser()
    tokens = parser.parse(markdown)
    _readdress(tokens, address)
    return str(parser.renderer.render(tokens, parser.options, {})).strip("\n")


def to_inline_html(markdown: str, address: Address = same) -> str:
    """Convert Markdown to HTML, without the paragraph around it if it is a single one."""
    html = to_html(markdown, address)
    inner = html.removeprefix("<p>").removesuffix("</p>")
    return inner if len(html) - len(inner) == len("<p></p>") and "<p>" not in inner else html


def to_plain(markdown: str) -> str:
    """What a reader sees of Markdown: the text of its paragraphs, spans and code."""
    return "\n\n".join(filter(None, (_plain(token) for token in markdown_parser().parse(markdown))))


def _plain(token: Token) -> str:
    if token.type != "inline":
        return token.content.strip("\n")
    return "".join("\n" if "break" in child.type else child.content for child in token.children or ())


@cache
def markdown_parser(html: bool = False) -> MarkdownIt:
    """The parser of texts of banks.

    Args:
        html: Whether tags in the text are markup, as in most other programs, and not text.
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": html}).enable("table")
    parser.inline.ruler.before("escape", "formula", _formula_rule)
    parser.add_render_rule("text", _render_text)
    parser.add_render_rule("formula", _render_formula)
    parser.add_render_rule("formula_displayed", _render_displayed)
    return parser


def _formula_rule(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "$":
        return False
    displayed = state.src.startswith("$$", state.pos)
    match = (_DISPLAYED if displayed else _FORMULA).match(state.src, state.pos, state.posMax)
    if match is None or not match[1].strip():
        return False
    if not silent:
        state.push("formula_displayed" if displayed else "formula", "", 0).content = match[1]
    state.pos = match.end()
    return True


def _render_text(self: RendererHTML, tokens: Sequence[Token], at: int, *_: Any) -> str:
    """Text, with an empty element in what a page would take as the start of a formula."""
    escaped = references.escape(tokens[at].content, quote=False)
    return _DELIMITER.sub(lambda match: match[0] + "<span></span>", escaped)


def _render_formula(self: RendererHTML, tokens: Sequence[Token], at: int, *_: Any) -> str:
    return rf"\({references.escape(tokens[at].content, quote=False)}\)"


def _render_displayed(self: RendererHTML, tokens: Sequence[Token], at: int, *_: Any) -> str:
    return rf"\[{references.escape(tokens[at].content.strip(), quote=False)}\]"


def _readdress(tokens: Iterable[Token], address: Address) -> None:
    for token in tokens:
        for name in ("src", "href"):
            if name in token.attrs:
                token.attrs[name] = address(str(token.attrs[name]))
        _readdress(token.children or (), address)
