"""Renders Markdown by any author as safe HTML: no scripts, no styles, links only to the web, images of the course."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape
from mdit_py_plugins.deflist import deflist_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from practicum.course import formulas, mathml
from practicum.model import Image

_TAGS = {
    *mathml.ELEMENTS,
    "img",
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "span", "div", "blockquote", "ul", "ol", "li", "a"),
    *("h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "sub", "sup", "kbd"),
}
_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "span": {"class", "tabindex"},
    "div": {"class", "tabindex"},
    "ol": {"start"},
    "img": {"class", "src", "alt", "width", "height"},
    **{element: set(mathml.ATTRIBUTES) for element in mathml.ELEMENTS},
}
_WIDE_FORMULA = 40
"""Characters of TeX above which a formula within a line may be wider than a phone."""
_LANGUAGES = {"": "text", "text": "text", "python": "python", "py": "python", "diff": "diff", "toml": "toml"}


def to_html(markdown: str, images: Sequence[Image] = ()) -> Markup:
    """Render a text: highlighted code in `<div class="code">`, headings from `h2` down, links only to the web.

    `images`: those that the text may show; any other becomes its alternative text.
    """
    return _clean(str(_markdown().render(markdown, _environment(images))))


def inline(markdown: str, images: Sequence[Image] = ()) -> Markup:
    """Render one line of text (an option, a title) without a paragraph around it. Fences stay blocks."""
    if "\n```" in markdown or markdown.startswith("```"):
        return to_html(markdown, images)
    return _clean(str(_markdown().renderInline(markdown, _environment(images))))


def plain_text(markdown: str) -> str:
    """Return a text without its marks: words, code and formulas as they were written."""
    pieces = (_content(token) for token in _markdown().parse(markdown, _environment(())))
    return "\n".join(piece for piece in pieces if piece)


def _content(token: Token) -> str:
    if token.children is None:
        return token.content
    return "".join(" " if child.type.endswith("break") else child.content for child in token.children)


def _environment(images: Sequence[Image]) -> dict[str, Any]:
    return {"images": {image.source: image for image in images}}


def code(text: str, language: str = "python") -> Markup:
    """Highlight a piece of code."""
    return Markup(_highlighted(text, language))


def line(text: str) -> Markup:
    """Highlight one line of Python, without an element around it."""
    return Markup(highlight(text, get_lexer_by_name("python"), HtmlFormatter(nowrap=True)).rstrip("\n"))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": True})
    parser.enable(["table", "strikethrough"]).use(deflist_plugin).use(formulas.formula_plugin)
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("code_block", _fence)
    parser.add_render_rule("heading_open", _heading)
    parser.add_render_rule("heading_close", _heading)
    parser.add_render_rule("table_open", _table)
    parser.add_render_rule("table_close", _table)
    parser.add_render_rule("image", _image)
    for token_type in formulas.TOKENS:
        parser.add_render_rule(token_type, _formula)
    return parser


def _fence(
    _: RendererHTML, tokens: Sequence[Token], index: int, options: Any, environment: MutableMapping[str, Any]
) -> str:
    token = tokens[index]
    return _highlighted(token.content, (token.info.split() or [""])[0])


def _heading(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, environment: MutableMapping[str, Any]
) -> str:
    """A page has one `h1`, its title; headings of a course's text begin at `h2`."""
    token = tokens[index]
    level = max(2, int(token.tag[1]))
    return f"<h{level}>" if token.nesting == 1 else f"</h{level}>\n"


def _table(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, environment: MutableMapping[str, Any]
) -> str:
    """A table that is wider than the page scrolls by itself, by keyboard too."""
    return '<div class="table" tabindex="0"><table>\n' if tokens[index].nesting == 1 else "</table></div>\n"


def _image(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, environment: MutableMapping[str, Any]
) -> str:
    """An image at its own address, with its size, so that nothing moves when it arrives."""
    token = tokens[index]
    text = escape(renderer.renderInlineAsText(token.children or [], options, environment))
    image: Image | None = environment["images"].get(token.attrs["src"])
    if image is None:
        return str(text)
    return str(
        Markup('<img class="shown" src="{}" alt="{}" width="{}" height="{}">').format(
            image.address, text, image.width, image.height
        )
    )


def _formula(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, environment: MutableMapping[str, Any]
) -> str:
    """A formula as MathML. One that is wide scrolls by itself, as a table does."""
    token = tokens[index]
    is_block = token.type in formulas.BLOCK
    try:
        math = mathml.to_mathml(token.content, is_block)
    except mathml.FormulaError:  # a course with such a formula is not served; a query may still have filled one
        math = f"<code>{escape(token.content)}</code>"
    if is_block:
        element = "div" if token.type == "math_block" else "span"  # a paragraph cannot contain a `div`
        return f'<{element} class="formula" tabindex="0">{math}</{element}>'
    if len(token.content) > _WIDE_FORMULA:
        return f'<span class="wide-formula" tabindex="0">{math}</span>'
    return math


@lru_cache(maxsize=2048)
def _highlighted(text: str, language: str) -> str:
    try:
        lexer = get_lexer_by_name(_LANGUAGES.get(language, language))
    except ClassNotFound:
        lexer = get_lexer_by_name("text")
    body = highlight(text, lexer, HtmlFormatter(nowrap=True))
    # A region that scrolls must be reachable by keyboard.
    return f'<div class="code" tabindex="0"><pre><code>{body}</code></pre></div>\n'


def _clean(html: str) -> Markup:
    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"https", "http"},
        link_rel="noopener noreferrer",
    )
    return Markup(cleaned)
