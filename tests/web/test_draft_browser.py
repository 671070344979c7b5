"""An author's loop: a file is saved, and the open page shows its text and its verdict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.conftest import Opener
from tests.web.making import write
from tests.web.serving import Service

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PROBLEM = """+++
level = "beginner"
[proof]
value = "sum(x)"
+++

# Add

```python run
x = range(4)
```

- [x] `6`
- [ ] `10`
"""
KEY = PROBLEM.splitlines().index("- [x] `6`") + 1
"""The line of the option marked right."""
LONG = 120_000
"""Milliseconds that a proof may take on a busy machine."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(
        tmp_path_factory.mktemp("courses") / "sums",
        {
            "course.toml": 'title = "Sums"\n',
            "topic/topic.toml": 'title = "Sums"\n',
            "topic/try/01-add.md": PROBLEM,
            "topic/try/02-other.md": PROBLEM.replace("# Add", "# Other"),
        },
    )


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("data"), "--watch", courses=[root]) as service:
        yield service


@pytest.fixture
def problem(root: Path) -> Iterator[Path]:
    """The file of the first problem, which is restored in the end."""
    file = root / "topic/try/01-add.md"
    yield file
    file.write_text(PROBLEM)


@pytest.fixture
def page(opened: Opener) -> Page:
    """The page of the first problem, once everything is proved."""
    page = opened("/sums/topic/try/01-add", allow="404")  # of a file with a mistake
    expect(bar(page)).to_contain_text("All 2 proved", timeout=LONG)
    return page


def bar(page: Page) -> Locator:
    return page.get_by_role("status", name="Draft")


def test_a_saved_change_appears_with_its_verdict(page: Page, problem: Path) -> None:
    """Without a key pressed in the browser: first the text, then that the key is wrong, at its line."""
    problem.write_text(PROBLEM.replace("# Add", "# Add up").replace("range(4)", "range(5)"))

    expect(page.get_by_role("heading", name="Add up")).to_be_visible(timeout=LONG)
    expect(bar(page)).to_contain_text("refuted", timeout=LONG)
    expect(bar(page).get_by_text(f"topic/try/01-add.md:{KEY}")).to_be_visible()
    expect(bar(page)).to_contain_text("1 not")


def test_a_mistake_appears_at_its_line_and_its_page_returns(page: Page, problem: Path) -> None:
    """A file that cannot be read is not shown, and the page waits for it."""
    problem.write_text(PROBLEM.replace('level = "beginner"', 'level = "easy"'))
    expect(bar(page).get_by_text("topic/try/01-add.md:2")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("heading", name="Add")).to_have_count(0)

    problem.write_text(PROBLEM.replace("# Add", "# Back"))
    expect(page.get_by_role("heading", name="Back")).to_be_visible(timeout=LONG)
    expect(bar(page)).to_contain_text("All 2 proved", timeout=LONG)


def test_only_what_changed_is_proved_again(page: Page, problem: Path, root: Path) -> None:
    """The evidence of the other problem is not written again."""
    other = root / "topic/evidence/try/02-other.json"
    before = other.stat().st_mtime_ns
    problem.write_text(PROBLEM.replace("# Add", "# Sum"))

    expect(page.get_by_role("heading", name="Sum")).to_be_visible(timeout=LONG)
    expect(bar(page)).to_contain_text("All 2 proved", timeout=LONG)
    assert other.stat().st_mtime_ns == before
