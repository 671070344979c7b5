"""Cards in a browser: by keyboard alone, without JavaScript, and for a screen reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from practicum.runner import Pool
from tests.looks import faults_in_all_looks
from tests.web.conftest import Opener
from tests.web.making import proved, write
from tests.web.serving import Inside, served

pytestmark = [pytest.mark.slow, pytest.mark.browser]

TOPIC = "/memory/topic"
URL = f"{TOPIC}/recall"
CARDS = """## What is `x`?

A **list**.

```python setup
x = [1]
```

```python claim
len(x) == 1
```

## What is a word?

A matter of taste.
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[Inside]:
    """A topic with two cards and a page."""
    folder = tmp_path_factory.mktemp("served")
    root = write(
        folder / "memory",
        {
            "course.toml": 'title = "Memory"\n',
            "topic/topic.toml": 'title = "Memory"\nsummary = "Two cards."\n',
            "topic/recall.md": CARDS,
            "topic/learn.md": "# A page\n\n## One\n\nA.\n\n## Two\n\nB.\n",
        },
    )
    with served([proved(root, pool)], pool, folder / "data") as service:
        yield service


def expect_question(page: Page, question: str) -> None:
    """Expect this question to have the focus, without its answer."""
    expect(page.get_by_role("heading", level=1)).to_have_text(question)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.locator(".answer")).to_have_count(0)


def test_all_cards_by_keyboard_alone(opened: Opener) -> None:
    """Enter starts, Space or Enter shows the answer, a digit rates it; at the end the schedule is shown."""
    page = opened(URL)
    page.keyboard.press("Enter")
    expect_question(page, "What is x?")
    page.keyboard.press("3")
    expect_question(page, "What is x?")
    page.keyboard.press(" ")
    expect(page.locator(".answer")).to_have_text("A list.")
    expect(page.locator(".answer")).to_be_focused()
    page.keyboard.press(" ")
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_have_text("A list.")
    page.keyboard.press("4")
    expect_question(page, "What is a word?")
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_have_text("A matter of taste.")
    page.keyboard.press("1")
    expect_question(page, "What is a word?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Easy")).to_be_visible()
    page.keyboard.press("4")

    expect(page.locator(".schedule li")).to_have_text(["In 1 day 1 card", "In 8 days 1 card"])


def test_shortcuts_can_be_turned_off(opened: Opener) -> None:
    """Then Space scrolls and digits do nothing; Enter still works."""
    page = opened(f"{URL}/card")
    page.get_by_role("button", name="Turn them off").click()
    page.get_by_role("heading", level=1).focus()
    page.keyboard.press(" ")
    expect_question(page, "What is x?")
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_be_visible()
    page.keyboard.press("4")
    page.wait_for_timeout(200)

    expect(page.locator(".answer")).to_have_text("A list.")


def test_without_javascript(opened: Opener) -> None:
    """By links and forms."""
    page = opened(URL, java_script_enabled=False)
    page.get_by_role("link", name="Start", exact=True).click()
    page.get_by_role("link", name="Show the answer").click()
    page.get_by_role("button", name="Easy").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("What is a word?")


def test_every_page_is_accessible_and_fits(opened: Opener) -> None:
    """Axe finds no violation, and no page is wider than the window."""
    page = opened(TOPIC)
    found = faults_in_all_looks(page, "topic")
    page.goto(URL)
    found += faults_in_all_looks(page, "before")
    page.get_by_role("link", name="Start", exact=True).click()
    expect_question(page, "What is x?")
    found += faults_in_all_looks(page, "question")
    page.keyboard.press("Enter")
    page.locator(".proof summary").click()
    found += faults_in_all_looks(page, "answer")
    page.keyboard.press("4")
    expect_question(page, "What is a word?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Easy")).to_be_visible()
    page.keyboard.press("4")
    expect(page.locator(".schedule")).to_be_visible()
    found += faults_in_all_looks(page, "end")
    page.goto(TOPIC)
    found += faults_in_all_looks(page, "topic, begun")

    assert found == []
