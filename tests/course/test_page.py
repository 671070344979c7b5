"""Pages and cards."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

from pathlib import Path

import pytest

from tests.course.making import mistakes, read_course

PAGE = """\
# Freezing

The base keeps what it knows: {{ best("f", "x").accuracy | percent }}.

```python setup
import math
```

```python run
{{1}}
```

```chart
experiment = "f"
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


def test_a_page_is_a_title_a_text_and_its_cells(tmp_path: Path) -> None:
    """The text keeps its braces: they are read from evidence when it is shown."""
    page = read_course(tmp_path, {"topic/learn.md": PAGE}).course.topics[0].pages["learn"]

    assert (page.path, page.title, page.text) == ("topic/learn.md", "Freezing", PAGE)
    assert [(cell.role, cell.text, cell.line) for cell in page.cells] == [
        ("setup", "import math\n", 5),
        ("run", "{{1}}\n", 9),
        ("chart", 'experiment = "f"\n', 13),
    ]


def test_cards_are_questions_with_answers(tmp_path: Path) -> None:
    """And with a claim, where the answer can be run."""
    first, second = read_course(tmp_path, {"topic/recall.md": CARDS}).course.topics[0].cards

    assert (first.question, first.answer) == ("What does `trainable = False` hold?", "The weights.")
    assert (first.setup, first.claim, first.line) == ("x = 1\n", "x == 1", 3)
    assert (second.question, second.answer, second.claim) == ("And BatchNorm?", "Its statistics too.", None)


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("learn.md", "", "1: a page has one title: begin it with `# A title`"),
        ("learn.md", "# A\n\n# B\n", "3: this is a second title: keep one"),
        ("learn.md", "# A\n\n```python rnu\nx\n```\n", "3: ```` ```python rnu ```` is no role: did you mean `python run`?"),
        ("learn.md", "# A\n\n```python check\nx\n```\n", "3: a page has no `check`: its cells are"),
        ("learn.md", "# A\n\n```python run\nx\n", "3: this fence is never closed"),
        ("learn.md", "# A\n\n```chart\na = 1\nb = \n```\n", "5: this is no valid TOML: this is no value"),
        ("learn.md", "# A\n\nB\n{{ best( }}\n", "4: the braces hold no Jinja expression"),
        ("recall.md", "", "1: there is no card: write a question as `## Question`"),
        ("recall.md", "## Q\n", "1: this card is not whole"),
        ("recall.md", "## Q\n\nA\n\n## Q\n\nB\n", "5: this question stands on line 1 already"),
        ("recall.md", "Intro\n\n## Q\n\nA\n", "1: text stands before the first question"),
        ("recall.md", "## Q\n\nA\n\n```python claim\nx ==\n```\n", "6: the claim is no Python expression"),
        ("recall.md", "## Q\n\nA\n\n```python run\nx\n```\n", "5: a card has no `run`: it may have a `setup` and a `claim`"),
        ("recall.md", "## Q\n\nA\n\n```python claim\nx\n", "5: this fence is never closed"),
    ],
)  # fmt: skip
def test_a_mistake_is_reported_once_at_its_line(path: str, content: str, said: str, tmp_path: Path) -> None:
    """As in problems."""
    found = mistakes(tmp_path, {f"topic/{path}": content})

    assert len(found) == 1
    assert found[0].startswith(f"topic/{path}:{said}")
