"""A learner on PostgreSQL, in a browser: nothing is lost by a reload or a restart of the service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from practicum.runner import Pool
from tests.postgres import Cluster
from tests.web.conftest import Opener
from tests.web.conftest import write as type_code
from tests.web.making import EXAMPLES, proved, write
from tests.web.serving import Service

pytestmark = [pytest.mark.slow, pytest.mark.browser]

TOPIC = "/walk/topic"
CODE = """def best_epoch(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best
"""
CHALLENGE = """+++
level = "beginner"
seconds = 60
attempts = 2
[proof]
value = "n"
+++

# A sum

What is `n`?

```python run
n = 2 + 2
```

- [x] `4`

- [ ] `5`

- [ ] `6`
"""
CARDS = """## What is `x`?

A **list**.

```python setup
x = [1]
```

```python claim
len(x) == 1
```
"""


class Restartable:
    """`practicum serve` on a database; after a restart it has another address, and browsers keep their cookies."""

    def __init__(self, course: Path, data: Path, database: str) -> None:
        self._start = lambda: Service(data, "--database-url", database, courses=[course])
        self._service = self._start()

    @property
    def url(self) -> str:
        return self._service.url

    def restart(self) -> None:
        self._service.end()
        self._service = self._start()

    def end(self) -> None:
        self._service.end()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, pool: Pool, cluster: Cluster) -> Iterator[Restartable]:
    """A topic with a challenge of one problem, an exercise in code, and a card."""
    folder = tmp_path_factory.mktemp("served")
    root = write(
        folder / "walk",
        {
            "course.toml": 'title = "Walk"\nsummary = "s"\nframework = "python"\n',
            "topic/topic.toml": 'title = "Topic"\nsummary = "s"\nminutes = 1\n',
            "topic/challenge/01-sum.md": CHALLENGE,
            "topic/try/code.md": (EXAMPLES / "code" / "example.md").read_text(),
            "topic/recall.md": CARDS,
        },
    )
    proved(root, pool)
    with cluster.database() as name:
        served = Restartable(root, folder / "data", cluster.url(name))
        yield served
        served.end()


def test_a_learner_goes_on_after_a_restart(opened: Opener, service: Restartable) -> None:
    """A wrong answer of a challenge, code that was run, and a rated card are there after a reload and a restart."""
    page = opened(f"{TOPIC}/challenge")
    page.get_by_role("radio", name="Off").check()
    page.get_by_role("button", name="Start the challenge").click()
    page.locator("label.option").filter(has_text="5").locator("input").check()
    page.get_by_role("button", name="Answer").click()
    expect(page.locator(".notice[data-code=wrong-answer]")).to_be_visible()
    sitting = page.url.removeprefix(service.url).partition("?")[0].partition("#")[0]

    page.goto(f"{TOPIC}/try/code")
    type_code(page, CODE)
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".live [data-grade=right]")).to_be_visible()

    page.goto(f"{TOPIC}/recall/card")
    page.get_by_role("link", name="Show the answer").click()
    page.get_by_role("button", name="Easy").click()
    expect(page.locator(".schedule li")).to_have_count(1)
    page.reload()
    expect(page.locator(".schedule li")).to_have_count(1)

    page.goto("about:blank")
    service.restart()

    page.goto(service.url + sitting)
    expect(page.locator(".option.tried")).to_contain_text("5")
    page.locator("label.option").filter(has_text="4").locator("input").check()
    page.get_by_role("button", name="Answer").click()
    expect(page.locator(".verdict.right")).to_be_visible()
    page.goto(service.url + TOPIC)
    ways = page.locator(".ways")
    expect(ways).to_contain_text("1 of 1 solved")
    expect(ways).to_contain_text("1 of 1 card seen")
