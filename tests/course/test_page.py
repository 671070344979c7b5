"""Pages and cards."""

from __future__ import annotations

from pathlib import Path

import pytest

from practicum.model import Cell, Prose
from tests.course.making import mistakes, read_course

PAGE = """\
# Freezing

The base keeps what it knows: {{ measured("f", x=2).accuracy | percent }}, with `x` at `2`.

```python setup
import math
```

```python run
{{1}}
```

::: happens
It is so.
:::

```python run ValueError
int("x")
```

```text
{{ not a template
```
"""
CARDS = """\
# What to remember

## What does `trainable = False` hold?

The weights.

```python setup
x = 1
```

```python claim
x == 1
```

## And BatchNorm?

Its statistics too.
"""


def test_a_page_is_a_title_and_its_blocks(tmp_path: Path) -> None:
    """Prose, cells, drawings and boxes, in their order; the prose keeps its braces."""
    page = read_course(tmp_path, {"topic/learn.md": PAGE}).course.topics[0].pages["learn"]

    assert (page.path, page.slug, page.title) == ("topic/learn.md", "learn", "Freezing")
    assert [type(block).__name__ for block in page.blocks] == [
        *("Prose", "Cell", "Cell", "Box", "Prose", "Box", "Cell", "Prose"),
    ]
    assert isinstance(page.blocks[0], Prose)
    assert page.blocks[0].text.strip().startswith("The base keeps what it knows: {{ measured(")
    assert page.cells == (
        Cell("import math\n", 5, shown=False),
        Cell("{{1}}\n", 9),
        Cell('int("x")\n', 17, raises="ValueError"),
    )


def test_cards_are_questions_with_answers(tmp_path: Path) -> None:
    """And with a claim, where the answer can be run."""
    first, second = read_course(tmp_path, {"topic/recall.md": CARDS}).course.topics[0].decks["recall"].cards

    assert (first.question, first.answer) == ("What does `trainable = False` hold?", "The weights.")
    assert (first.setup, first.claim, first.line) == ("x = 1\n", "x == 1", 3)
    assert (second.question, second.answer, second.claim) == ("And BatchNorm?", "Its statistics too.", None)


@pytest.mark.parametrize(
    ("path", "content", "line", "code"),
    [
        ("learn.md", "", 1, "no-title"),
        ("learn.md", "# A\n\n# B\n", 3, "second-title"),
        ("learn.md", "# A\n\n```python rnu\nx\n```\n", 3, "unknown-role"),
        ("learn.md", "# A\n\n```python check\nx\n```\n", 3, "unused-role"),
        ("learn.md", "# A\n\n```python run\nx\n", 3, "unclosed-fence"),
        ("learn.md", "# A\n\n```chart\na = 1\nb = \n```\n", 5, "invalid-toml"),
        ("learn.md", "# A\n\nB\n{{ best( }}\n", 4, "placeholder-syntax"),
        ("learn.md", "# A\n\nB\n{{ x }}\n", 4, "unknown-query"),
        ("learn.md", "# A\n\n{{ gives(1 + 1) | exec }}\n", 3, "unknown-filter"),
        ("learn.md", '# A\n\n{{ gives("x").__class__ }}\n', 3, "private-result"),
        ("learn.md", "# A\n\n{% for x in y %}{% endfor %}\n", 3, "placeholder-not-allowed"),
        ("learn.md", "# A\n\n::: hapens\n:::\n", 3, "unknown-box"),
        ("learn.md", "# A\n\n::: note\n", 3, "unclosed-box"),
        ("learn.md", "# A\n\n:::\n", 3, "no-open-box"),
        ("learn.md", "# A\n\n::: note\n\nB\n\n## C\n:::\n", 7, "heading-in-box"),
        ("learn.md", "# A\n\n::: steps\n## B\n::: happens\n## C\n:::\n:::\n", 6, "heading-in-box"),
        ("learn.md", "# A\n\n- x\n\n  ```python run\n  x = 1\n  ```\n", 5, "nested-fence"),
        ("recall.md", "", 1, "no-card"),
        ("recall.md", "## Q\n", 1, "incomplete-card"),
        ("recall.md", "## Q\n\nA\n\n## Q\n\nB\n", 5, "repeated-question"),
        ("recall.md", "Intro\n\n## Q\n\nA\n", 1, "text-before-cards"),
        ("recall.md", "## Q\n\nA\n\n```python claim\nx ==\n```\n", 6, "invalid-claim"),
        ("recall.md", "## Q\n\nA\n\n```python run\nx\n```\n", 5, "unused-role"),
        ("recall.md", "## Q\n\nA\n\n```python claim\nx\n", 5, "unclosed-fence"),
    ],
)  # fmt: skip
def test_a_mistake_is_reported_once_at_its_line(path: str, content: str, line: int, code: str, tmp_path: Path) -> None:
    """As in problems."""
    assert mistakes(tmp_path, {f"topic/{path}": content}) == [(f"topic/{path}", line, code)]


@pytest.mark.parametrize(
    ("prose", "number"),
    [
        ("It gets 86 % of them right.", "86 %"),
        ("It gets 0.86 of them right.", "0.86"),
        ("It took 1,234 steps.", "1,234"),
        ("| a | b |\n| - | - |\n| right | 172 |", "172"),
        ("## Five of 7", "7"),
        ("- of **20** images", "20"),
        ("It gets `0.86`.", "`0.86`"),
        ("From `1e-5` on.", "`1e-5`"),
    ],
)
def test_refuses_a_typed_number(prose: str, number: str, tmp_path: Path) -> None:
    """In prose, in a table, in a heading, and in a code span whose number occurs nowhere else on the page."""
    (mistake,) = read_course(tmp_path, {"topic/learn.md": f"# A page\n\n{prose}\n"}).mistakes

    assert mistake.code == ("unknown-setting" if number.startswith("`") else "typed-number")
    assert number in mistake.message


@pytest.mark.parametrize(
    "prose",
    [
        "A hundred images for ResNet50, MobileNetV2 and EfficientNet-Lite0.",
        'It gets {{ measured("f", images=20).accuracy | percent(1) }} of them right, with `20` per class.',
        '`{{ gives("x") }}` is what it is.',
        "```text\nEpoch 1/2\n```",
        "```python run\nrate = 1e-5\n```\n\nThe rate is `1e-5`.",
        "The shape is `(64, 64, 3)`.\n\n```python run\nx = (64, 64, 3)\n```",
    ],
)
def test_accepts_number_words_names_braces_and_settings(prose: str, tmp_path: Path) -> None:
    """A setting may be typed where the page's own code has it."""
    assert mistakes(tmp_path, {"topic/learn.md": f"# A page\n\n{prose}\n"}) == []


def test_a_card_with_a_number_needs_a_claim(tmp_path: Path) -> None:
    """Otherwise its source is unknown."""
    bare = mistakes(tmp_path / "a", {"topic/recall.md": "## How many?\n\nAbout 6,405.\n"})
    proved = mistakes(
        tmp_path / "b", {"topic/recall.md": "## How many?\n\n7.\n\n```python claim\nlen('x' * 7) == 7\n```\n"}
    )

    assert bare == [("topic/recall.md", 3, "number-without-claim")]
    assert proved == []
