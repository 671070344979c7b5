"""HTML to Markdown and back: what a page shows stays, code to the byte, and a teacher sees no needless backslash."""

from __future__ import annotations

import html as references
import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from practicum.exchange.markup import from_plain, markdown_parser, to_html, to_inline_html, to_markdown, to_plain
from tests.exchange.banks import CHARACTERS, CODES, markdown, prose

CODE = st.text(CHARACTERS + "\n\té", min_size=1, max_size=30).filter(str.strip)
PLAIN = st.one_of(prose(), st.text(CHARACTERS + "é", max_size=12))
INLINE = ["b", "i", "strong", "em", "code", "span", "u", "sub", "sup", "a"]
BLOCK = ["p", "div", "ul", "ol", "blockquote", "h3", "pre", "table"]


def shown(html: str) -> str:
    """The text that a page shows, without white space."""
    return re.sub(r"\s", "", BeautifulSoup(html, "html.parser").get_text())


def element(name: str, content: str) -> str:
    """An element with content that it may have."""
    if name in {"ul", "ol"}:
        return f"<{name}><li>{content}</li><li>second</li></{name}>"
    if name == "table":
        return f"<table><tr><th>head</th><th>2</th></tr><tr><td>{content}</td><td>x</td></tr></table>"
    return f'<a href="https://example.org/a_b">{content}</a>' if name == "a" else f"<{name}>{content}</{name}>"


@st.composite
def pages(draw: st.DrawFn) -> str:
    """HTML as editors write it: blocks of spans, some of them nested."""
    escaped = PLAIN.map(references.escape)
    span = st.builds(element, st.sampled_from(INLINE), escaped)
    nested = st.builds(element, st.sampled_from(INLINE[:4]), st.one_of(span, escaped))
    line = st.lists(st.one_of(escaped, span, nested, st.just("<br>")), min_size=1, max_size=4).map("".join)
    block = st.builds(element, st.sampled_from(BLOCK), line)
    return "".join(draw(st.lists(st.one_of(line, block), min_size=1, max_size=4)))


@given(pages())
def test_converting_again_changes_nothing(page: str) -> None:
    once = to_markdown(page).text

    assert to_markdown(to_html(once)).text == once


@given(markdown())
def test_markdown_of_banks_comes_back(text: str) -> None:
    assert to_markdown(to_html(text)).text == text
    assert to_markdown(to_inline_html(text)).text == text


@given(st.text("<>/!-[]=&;#'\"ab 1\n\\$`*_" + "\x00\x1a\u00a0", max_size=40))
def test_any_text_is_taken_for_html(text: str) -> None:
    """However broken its markup is, it is converted."""
    once = to_markdown(text).text

    assert isinstance(to_html(once), str)


@pytest.mark.parametrize("html", ["<b>" * 5_000 + "x", "<![x", "<ul><li>" * 500 + "x", "<table><tr><td>" * 200 + "x"])
def test_hostile_html_is_converted(html: str) -> None:
    assert "x" in to_markdown(html).text


@given(CODE)
def test_code_is_taken_over_to_the_byte(code: str) -> None:
    """A block by all of its characters; a span if it is one line."""
    block = to_markdown(f'<p>Run:</p><pre><code class="language-python">{references.escape(code)}\n</code></pre>').text
    tokens = markdown_parser().parse(block)

    assert [(token.content, token.info) for token in tokens if token.type == "fence"] == [(code + "\n", "python")]
    if "\n" not in code:
        span = to_markdown(f"<p>Run <code>{references.escape(code)}</code>.</p>").text
        [children] = [token.children for token in markdown_parser().parse(span) if token.children]
        assert [child.content for child in children if child.type == "code_inline"] == [code]


@given(PLAIN)
def test_plain_text_is_shown_as_it_is(text: str) -> None:
    """Whatever it contains: no character of a text becomes markup."""
    assert shown(markdown_parser(html=True).render(from_plain(text))) == re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    "text",
    [
        "snake_case and CONST_ANT", "1 * 2 * 3", "f(x) = 3.5 - 2", "a[0] < b and c > d", "R&D, 50 % & more", "It's #1!",
        "{brace} [[1]] ~tilde", r"C:\new\data", "In 2026. A year", "x | y", "5 $", "def f(x): return x", "a ** b",
        "+1 or -1",
    ],
)  # fmt: skip
def test_a_text_that_needs_no_backslash_has_none(text: str) -> None:
    assert from_plain(text) == text


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>One</p><p>two <b>strong</b> <i>words</i></p>", "One\n\ntwo **strong** *words*"),
        ("a<br>b<br><br>c<br>", "a\\\nb\n\nc"),
        ("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "- a\n- b\n  1. c"),
        ("<pre>\nx = 1\n  y</pre>", "```\nx = 1\n  y\n```"),
        ("<pre>if a:<br>&nbsp; &nbsp; b</pre>", "```\nif a:\n    b\n```"),
        ('<pre class="brush: python; gutter: false">a</pre>', "```python\na\n```"),
        ("<p><code>\nx = 1\nprint(x)\n</code></p>", "```\nx = 1\nprint(x)\n```"),
        ("<code>a`b</code>", "``a`b``"),
        ("x<sup>2</sup>, H<sub>2</sub>O, a<sub>i,j</sub>", "x², H₂O, a$_{i,j}$"),
        (r"\(a &lt; b_1\) is \[\frac{1}{2}\]", r"$a < b_1$ is $$\frac{1}{2}$$"),
        ("$$x^2$$", "$$x^2$$"),
        ("<tex>x^2</tex>", "$x^2$"),
        ('<script type="math/tex">x^2</script>', "$x^2$"),
        ('<img class="equation_image" src="/equation_images/x" data-equation-content="x^2">', "$x^2$"),
        ('<img src="a b.png" alt="Loss">', "![Loss](a%20b.png)"),
        ('<a href="https://example.org/">site</a>', "[site](https://example.org/)"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>1|2</td><td><code>x|y</code></td></tr></table>",
         "| a | b |\n| --- | --- |\n| 1\\|2 | `x\\|y` |"),
        ("caf&eacute; &lt; &#955; &amp; &hellip;", "café < λ & …"),
        ("# no heading", "\\# no heading"),
        ("1. no list", "1\\. no list"),
        ("*no* emphasis, 2 * 3", "\\*no\\* emphasis, 2 * 3"),
        ("&lt;b&gt; is a tag", "\\<b> is a tag"),
    ],
)  # fmt: skip
def test_what_editors_write_becomes_what_authors_write(html: str, markdown: str) -> None:
    converted = to_markdown(html)

    assert converted.text == markdown
    assert not converted.dropped


@pytest.mark.parametrize(
    ("html", "dropped"),
    [
        ('<p style="color: red">a</p>', "colours and fonts"),
        ("a<script>alert(1)</script>", "a script"),
        ("<u>a</u>", "underlining"),
        ("a<!-- note -->", "a comment"),
        ('a<iframe src="https://example.org"></iframe>', "an embedded page"),
        ('<a href="javascript:alert(1)">a</a>', "a link to a script"),
        ("<table><tr><td>a</td><td><pre>b</pre></td></tr></table>", "a table that contains blocks"),
        ("<b>a.</b>b", "emphasis"),
    ],
)
def test_what_is_dropped_is_reported(html: str, dropped: str) -> None:
    assert to_markdown(html).dropped == (dropped,)


def test_html_from_markdown_is_safe() -> None:
    """Tags in a text stay text, and scripts are no link."""
    soup = BeautifulSoup(to_html("<script>alert(1)</script> [a](javascript:alert(1)) ![b](x.png)"), "html.parser")

    assert [tag.name for tag in soup.find_all()] == ["p", "img"]


def test_what_pages_take_as_a_formula_stays_text() -> None:
    text = r"The pattern `\(a\)` and \\(b\\) in text"

    assert to_markdown(to_html(text)).text == text
    assert r"\(b" not in to_html(text)


@pytest.mark.parametrize("code", CODES)
def test_the_plain_text_of_markdown_has_its_code(code: str) -> None:
    assert to_plain(f"See `x`:\n\n```\n{code}\n```") == f"See x:\n\n{code}"


def test_addresses_are_replaced_both_ways() -> None:
    read = to_markdown(
        '<img src="@@PLUGINFILE@@/a.png" alt="">', lambda address: address.replace("@@PLUGINFILE@@", "i")
    )

    assert read.text == "![](i/a.png)"
    assert 'src="there/i/a.png"' in to_html(read.text, lambda address: "there/" + address)
