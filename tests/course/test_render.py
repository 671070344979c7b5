"""Markdown by any author becomes safe HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.course.render import code, inline, to_html

HOSTILE = [
    "<script>alert(1)</script>",
    "[a](javascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "![a](https://example.org/track.png)",
    '<img src=x onerror="alert(1)">',
    "<style>*{display:none}</style>",
    "[a](https://x\"onclick=\"alert(1))",
    "```\"><script>alert(1)</script>\nx\n```",
    "`<script>`",
    "<iframe src='https://example.org'></iframe>",
]  # fmt: skip


@pytest.mark.parametrize("markdown", HOSTILE)
def test_removes_hostile_markup(markdown: str) -> None:
    """No scripts, no handlers, no styles, no images from elsewhere, no addresses but the web's."""
    for html in (to_html(markdown), inline(markdown)):
        assert not re.search(r"<(script|img|style|iframe|object|form|input)\b", html)
        assert not re.search(r"<[^>]*\s(on\w+|style|src)\s*=", html)
        assert not re.search(r"href=[\"'](?!https?:)", html)


@given(
    st.lists(st.sampled_from([*HOSTILE, "<", ">", '"', "`", "*", "\n", "- ", "a", "&lt;", "<a href=x>"]), max_size=8)
)
def test_removes_hostile_markup_in_any_mixture(parts: list[str]) -> None:
    """Only allowed tags remain."""
    tags = set(re.findall(r"</?([a-zA-Z][^\s/>]*)", to_html("".join(parts))))

    allowed = (
        "p br hr em strong s code pre span div blockquote ul ol li a h2 h3 h4 h5 h6 dl dt dd table thead tbody tr th td"
    )
    assert tags <= set(allowed.split())


def test_code_is_highlighted_and_reachable_by_keyboard() -> None:
    """What scrolls has a tab stop."""
    html = to_html("```python\nx = 1\n```")

    assert html.startswith('<div class="code" tabindex="0"><pre><code>')
    assert '<span class="' in html
    assert "x" in html
    assert code("x = 1") == html


def test_a_page_s_own_headings_begin_below_its_title() -> None:
    """The title is the only `h1`."""
    assert to_html("# A\n\n## B\n\n### C") == "<h2>A</h2>\n<h2>B</h2>\n<h3>C</h3>\n"


def test_an_option_is_one_line_unless_it_holds_a_fence() -> None:
    """It is inside a label, which cannot contain a paragraph."""
    assert inline("a *b* `c`") == "a <em>b</em> <code>c</code>"
    assert 'class="code"' in inline("```python\nx\n```")


def test_links_send_no_referrer() -> None:
    """The target does not learn where a reader came from."""
    assert (
        to_html("[a](https://example.org)") == '<p><a href="https://example.org" rel="noopener noreferrer">a</a></p>\n'
    )


def test_a_wide_table_scrolls_by_itself() -> None:
    """By keyboard too, so that a phone's page stays as wide as the phone."""
    html = to_html("| a | b |\n| - | - |\n| 1 | 2 |\n")

    assert html.startswith('<div class="table" tabindex="0"><table>')
    assert html.rstrip().endswith("</table></div>")
