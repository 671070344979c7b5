"""Pages of prose and cells: what was recorded is shown, what is stale is not, and a cell can be changed and run."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from starlette.applications import Starlette

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue, load
from practicum.runner import Pool
from practicum.store import Store
from practicum.web.app import create_app
from tests.web.making import Learner, proved, write

TOPIC = "/words/topic"
PAGE = """\
# Squares

There are {{ gives("len(squares)") }} squares, of which {{ measured("drawn").share | percent }} are odd.

## How they are made

```python setup
import math
```

```python run
squares = [n * n for n in range(4)]
print("made", len(squares))
```

::: guides
Zero has no square root.
:::

::: happens
It has.
:::

## How they are broken

```python run ZeroDivisionError
print("before")
squares[0] / squares[0]
```

```python run
# figure: a square
import matplotlib.pyplot as plt
plt.figure(figsize=(1, 1))
print("sum", sum(squares))
```

::: steps
## One

First.

## Two

Second.
:::

The end.
"""
FILES = {
    "course.toml": 'title = "Words"\n',
    "topic/topic.toml": 'title = "Squares"\n',
    "topic/experiments.py": "def drawn(*, seed):\n    return {'share': 0.5}\n",
    "topic/learn.md": PAGE,
    "topic/why.md": "# Why\n\nBecause.\n\n```python run\nprint(1)\n```\n",
    "topic/recall.md": "## A question?\n\nAn answer.\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    root = write(tmp_path_factory.mktemp("courses") / "words", FILES)
    catalogue = proved(root)
    why = root / "topic" / "why.md"
    why.write_text(why.read_text().replace("print(1)", "print(2)"))
    assert catalogue.all
    return load(root)


@pytest.fixture
def served(course: Catalogue, store: Store, pool: Pool) -> Callable[..., Learner]:
    """Learners of that course. `pool=None`: where nothing can be run."""

    def learner(draft: bool = False, pool: Pool | None = pool) -> Learner:
        app: Starlette = create_app(Site([course], store, pool, draft))
        return Learner(app)

    return learner


Served = Callable[..., Learner]


def words(html: str) -> str:
    """What is read of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_what_was_run_is_shown_as_it_was(served: Served) -> None:
    """Numbers in the prose, output and exceptions of cells, and the day."""
    page = served().get(f"{TOPIC}/learn").text

    read = words(page)
    assert "There are 4 squares, of which 50 % are odd." in read.replace("\N{NO-BREAK SPACE}", " ")
    assert "made 4" in read
    assert "ZeroDivisionError: division by zero" in read
    assert "sum 14" in read
    assert "Recorded, " in read
    assert "What many guides say Zero has no square root." in read
    assert "import math" not in read


def test_parts_and_steps_are_sections_with_headings(served: Served) -> None:
    """Each can be linked to; a box is closed where it ends."""
    page = served().get(f"{TOPIC}/learn").text

    assert re.findall(r'<section class="part" id="(part-\d)"', page) == ["part-1", "part-2", "part-3", "part-4"]
    steps = page.partition("<practicum-steps>")[2].partition("</practicum-steps>")[0]
    assert "Second." in steps
    assert "The end." not in steps
    assert page.count("<section") == page.count("</section>")
    assert page.count('class="box ') == 2
    assert page.count("<div") == page.count("</div>")


def test_a_picture_is_served_with_its_size_and_its_words(served: Served) -> None:
    """So that nothing jumps, and those who cannot see it are told."""
    learner = served()
    page = learner.get(f"{TOPIC}/learn").text
    found = re.search(r'<img src="([^"]+)" width="100" height="100"[^>]* alt="a square">', page)

    assert found
    picture = learner.get(found[1])
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    assert "immutable" in picture.headers["cache-control"]
    assert learner.get(f"{TOPIC}/learn/figure-3-2.png").status_code == 404
    assert learner.get(f"{TOPIC}/learn/figure-0-0.png").status_code == 404
    assert learner.get(f"{TOPIC}/learn/figure-9-1.png").status_code == 404


def test_a_picture_that_is_drawn_anew_has_another_address(
    served: Served, course: Catalogue, store: Store, pool: Pool
) -> None:
    """So that no browser shows the old one beside new numbers; and one whose address says nothing is asked for anew."""
    before = served()
    entry = course.pages["topic/learn.md"]
    assert entry.evidence
    (finding,) = entry.evidence.variants
    png = finding.cells[2].figures[0] + b"another"
    other = replace(finding, cells=(*finding.cells[:2], replace(finding.cells[2], figures=(png,))))
    redrawn = replace(entry, evidence=replace(entry.evidence, variants=(other,)))
    after = before.at(create_app(Site([replace(course, pages={**course.pages, entry.path: redrawn})], store, pool)))
    [old], [new] = (re.findall(r'<img src="([^"]+)"', one.get(f"{TOPIC}/learn").text) for one in (before, after))

    assert old.partition("?")[0] == new.partition("?")[0]
    assert old != new
    assert after.get(new).content == png
    for address in (old, old.partition("?")[0]):
        assert after.get(address).content == png
        assert after.get(address).headers["cache-control"] == "no-cache"


def test_a_page_that_is_stale_is_not_served(served: Served) -> None:
    """Nor offered; its author sees it in a draft, with what is missing."""
    learner, author = served(), served(draft=True)

    refused = learner.get(f"{TOPIC}/why")
    topic = learner.get(TOPIC).text
    draft = author.get(f"{TOPIC}/why").text

    assert refused.status_code == 404
    assert "not run since it last changed" in words(refused.text)
    assert f"{TOPIC}/learn" in topic
    assert f"{TOPIC}/why" not in topic
    assert "Draft: not proved yet" in words(draft)
    assert "print(2)" in unescape(re.sub(r"<[^>]+>", "", draft))


def test_there_is_no_page_of_another_name(served: Served) -> None:
    """What is no mode, or holds no page, is not there."""
    learner = served()

    assert [learner.get(f"{TOPIC}/{name}").status_code for name in ("nothing", "deep", "metrics")] == [404, 404, 404]


def run(learner: Learner, number: int, code: str, **more: str) -> str:
    """What the page shows of a cell that is run."""
    answer = learner.post(f"{TOPIC}/learn/cell/{number}", {"code": code, **more})
    assert answer.status_code == 200, answer.text
    return words(
        answer.text.partition(f'id="cell-{number}"')[2].partition('class="live"')[2].partition("</practicum-live")[0]
    )


def test_a_cell_is_run_after_those_above_it(served: Served) -> None:
    """As they were written, without what they print; and those that raise are no part of it."""
    told = run(served(), 3, "print('now', squares[-1], math.floor(2.5))")

    assert "now 9 2" in told
    assert "made" not in told
    assert "Done in" in told


def test_a_cell_is_run_after_what_the_learner_has_made_of_those_above(served: Served) -> None:
    """A page is a notebook: what was changed above counts below."""
    told = run(served(), 3, "print(squares)", **{"cell-1": "squares = ['mine']"})

    assert "['mine']" in told


def test_a_cell_that_was_emptied_gives_nothing_to_those_below(served: Served) -> None:
    """It is run as it stands: empty, and not as it was written."""
    told = run(served(), 3, "print(squares)", **{"cell-1": ""})

    assert "NameError at line 1: name 'squares' is not defined" in told


def test_what_a_cell_raises_is_explained_at_its_line(served: Served) -> None:
    """With the line of the cell; an exception above is no line of this one, and one that nothing builds on is none."""
    learner = served()

    own = run(learner, 1, "x = 1\nsquares = y")
    above = run(learner, 3, "x = 1\nprint(squares)", **{"cell-1": "squares = 1 / 0"})
    other = run(learner, 3, "x = 1\nprint(x)", **{"cell-1": "squares = 1 / 0"})

    assert "NameError at line 2: name 'y' is not defined" in own
    assert "ZeroDivisionError: division by zero (in a cell above this one)" in above
    assert "at line" not in above
    assert "ZeroDivisionError" not in other


def test_what_is_no_cell_or_too_much_is_refused(served: Served) -> None:
    """In words."""
    learner = served()

    missing = learner.post(f"{TOPIC}/learn/cell/4", {"code": "1"})
    empty = learner.post(f"{TOPIC}/learn/cell/1", {"code": " "})
    above = learner.post(f"{TOPIC}/learn/cell/3", {"code": "1", "cell-1": "x" * 50_001})
    large = learner.post(f"{TOPIC}/learn/cell/1", {"code": "x" * 50_001})
    nowhere = served(pool=None).get(f"{TOPIC}/learn").text

    assert missing.status_code == 404
    assert "There is nothing to run in this cell." in words(empty.text)
    assert "a run takes 50,000 at the most" in words(large.text)
    assert "a run takes 50,000 at the most" in words(above.text)
    assert "practicum-live" not in nowhere
    assert "made 4" in words(nowhere)


def test_where_one_was_is_remembered(served: Served) -> None:
    """The furthest part, for this learner only; and that it was read."""
    learner, other = served(), served()

    first = learner.post(f"{TOPIC}/learn/reached", {"section": "2", "quietly": "1"})
    learner.post(f"{TOPIC}/learn/reached", {"section": "1", "quietly": "1"})
    page = learner.get(f"{TOPIC}/learn").text
    read = learner.post(f"{TOPIC}/learn/reached", {"section": "4", "read": "1"})

    assert first.status_code == 204
    assert "How they are broken you were here" in words(page)
    assert (read.status_code, read.headers["location"]) == (303, TOPIC)
    assert "you were here" not in words(learner.get(f"{TOPIC}/learn").text)
    assert "you were here" not in words(other.get(f"{TOPIC}/learn").text)
    assert learner.post(f"{TOPIC}/learn/reached", {"section": "2"}).status_code == 403
    assert learner.post(f"{TOPIC}/learn/reached", {"section": "9" * 5000}).status_code == 303


def test_every_page_is_small(served: Served) -> None:
    """Before it is packed, without what it is dressed in."""
    assert len(served().get(f"{TOPIC}/learn").content) < 20_000


def test_the_course_folder_was_really_read(course: Catalogue, tmp_path: Path) -> None:
    """The page that is stale is stale, the other is proved."""
    assert course.pages["topic/learn.md"].verdict.served
    assert not course.pages["topic/why.md"].verdict.served
