"""The model card shows the record's numbers and names, and no name becomes Markdown."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from practicum.formatting import printable
from practicum.report import model_card
from tests.examples import examples
from tests.report.test_html_report import EVIL, HOSTILE, SMALL, named

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
HEADINGS = [
    "Model details", "Intended use", "Factors", "Metrics", "Evaluation data", "Training data", "Quantitative analyses",
    "Ethical considerations", "Caveats and recommendations",
]  # fmt: skip


class Rendered(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags = "", [""][:0]
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def test_the_card_has_the_headings_of_mitchell_et_al() -> None:
    """All nine, in their order."""
    lines = model_card.render(SMALL).splitlines()

    assert [line.removeprefix("## ") for line in lines if line.startswith("## ")] == HEADINGS


@examples(50)
@given(
    HOSTILE
    | st.sampled_from([*EVIL, "[a](http://x)", "![a](b)", "a|b", "```", "# a", "* a", "http://x.y", "~~a~~", "&lt;"])
)
def test_no_name_becomes_markup(name: str) -> None:
    """Rendered, the card has the same elements whatever the names, and shows the names unchanged."""
    rendered = Rendered(MARKDOWN.render(model_card.render(named(name))))
    plain = Rendered(MARKDOWN.render(model_card.render(named("x"))))

    assert rendered.tags == plain.tags
    assert " ".join(printable(" ".join(name.split())).split()) in " ".join(rendered.text.split())


@given(st.text(st.sampled_from("`~ \na"), max_size=20))
def test_no_code_closes_its_fence(code: str) -> None:
    """Whatever it contains, it stays one block of code."""
    tokens = MARKDOWN.parse(model_card.code_block(code))

    assert [token.type for token in tokens] == ["fence"]
    assert tokens[0].content == code.rstrip("\n") + "\n"


def test_numbers_come_from_the_record(tmp_path: Path) -> None:
    """Another seed, count or score is another card."""
    model_card.write(SMALL, tmp_path / "card.md")
    written = (tmp_path / "card.md").read_text("utf-8")
    changed = replace(SMALL, seed=90210, side=177, counts=(4001, 1, 1, 1), scores=replace(SMALL.scores, n=4321))
    new = ("90210", "177 × 177", "4001", "4,321 images")

    assert written == model_card.render(SMALL)
    assert all(text in model_card.render(changed) and text not in written for text in new)
