"""White space in code spans is shown as it is written, wherever a text of the author's is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from practicum.prove.catalogue import load
from practicum.runner import Pool
from tests.web.conftest import Opener
from tests.web.making import write
from tests.web.serving import Inside, served

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PAIR = "`a  b` and `a b`"
"""Two code spans that differ in one space."""
PROBLEM = f"""+++
level = "beginner"
[proof]
prints = true
+++

# Spaces

Is it {PAIR}?

```python run
print("a", "", "b")
```

- [x] `a  b`

  Not {PAIR}, but both.

- [ ] `a b`

## Hint

Compare {PAIR}.

## Explanation

It is {PAIR}.
"""
TOPIC = "/spaces/topic"
MEASURE = "spans => spans.map(span => [span.textContent, span.getBoundingClientRect().width])"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[Inside]:
    """A draft of a course with code spans in a problem, a page and a card."""
    folder = tmp_path_factory.mktemp("served")
    root = write(
        folder / "spaces",
        {
            "course.toml": 'title = "Spaces"\n',
            "topic/topic.toml": 'title = "Spaces"\n',
            "topic/learn.md": f"# Spaces\n\nCompare {PAIR}.\n",
            "topic/recall.md": f"# Cards\n\n## Is it {PAIR}?\n\nIt is {PAIR}.\n",
            "topic/try/01-spaces.md": PROBLEM,
        },
    )
    with served([load(root)], pool, folder / "data", draft=True) as service:
        yield service


def assert_differ(part: Locator) -> None:
    """Assert that a part of a page shows both spans, and none of one is as wide as one of the other."""
    expect(part.locator("code").first).to_be_visible()
    widths: dict[str, set[float]] = {"a  b": set(), "a b": set()}
    for text, width in part.locator("code:not(pre code)").evaluate_all(MEASURE):
        widths[text].add(round(width, 1))
    wide, narrow = widths.values()
    assert wide
    assert narrow
    assert not wide & narrow


@pytest.mark.parametrize("width", [1280, 390])
def test_two_spaces_are_wider_than_one(opened: Opener, width: int) -> None:
    """In statements, options, hints, feedback and explanations, on pages and on cards."""
    page = opened(f"{TOPIC}/learn", viewport={"width": width, "height": 800})
    assert_differ(page.locator("main"))

    page.goto(f"{TOPIC}/try/01-spaces")
    assert_differ(page.locator(".statement"))
    assert_differ(page.locator("form"))
    page.get_by_role("button", name="Show a hint").click()
    assert_differ(page.locator("#hint"))
    page.get_by_role("button", name="Show a solution").click()
    expect(page.get_by_role("heading", name="Explanation")).to_be_visible()
    assert_differ(page.locator(".solution"))
    assert_differ(page.locator("section", has=page.locator("#explanation")))

    page.goto(f"{TOPIC}/recall")
    page.keyboard.press("Enter")
    assert_differ(page.locator(".question"))
    page.keyboard.press("Enter")
    assert_differ(page.locator(".answer"))
