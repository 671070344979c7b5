"""Pages of prose and cells: recorded results are shown, stale pages are not, and cells can be edited and run."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue, load
from practicum.runner import KeepLimits, Pool
from practicum.store import Store
from practicum.web.app import create_app
from tests.html import STREAM, main_text, refusal_code, shown_ending, text_of
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

::: code

```python run
# figure: a square
import matplotlib.pyplot as plt
plt.figure(figsize=(1, 1))
print("sum", sum(squares))
```

:::

::: steps
## One

First.

## Two

Second.
:::

The end.
"""
FILES = {
    "course.toml": 'title = "Words"\nframework = "python"\n',
    "topic/topic.toml": 'title = "Squares"\n',
    "topic/experiments.py": "def drawn(*, seed):\n    return {'share': 0.5}\n",
    "topic/learn.md": PAGE,
    "topic/why.md": "# Why\n\nBecause.\n\n```python run\nprint(1)\n```\n",
    "topic/recall.md": "## A question?\n\nAn answer.\n",
}  # fmt: skip

pytestmark = pytest.mark.timeout(600)
"""Proving the course takes a while on a busy machine."""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Catalogue:
    """The course: one page is proved, the other was changed since."""
    root = write(tmp_path_factory.mktemp("courses") / "words", FILES)
    proved(root, pool)
    why = root / "topic" / "why.md"
    why.write_text(why.read_text().replace("print(1)", "print(2)"))
    catalogue = load(root)
    assert catalogue.pages["topic/learn.md"].verdict.served
    assert not catalogue.pages["topic/why.md"].verdict.served
    return catalogue


Served = Callable[..., Learner]


@pytest.fixture
def served(course: Catalogue, store: Store, pool: Pool) -> Served:
    """Makes learners of that course. `pool=None`: where no code is run."""

    def learner(draft: bool = False, pool: Pool | None = pool) -> Learner:
        return Learner(create_app(Site([course], store, pool, draft)))

    return learner


# --- the page


def test_shows_recorded_results(served: Served) -> None:
    """Numbers in the prose, output and exceptions of cells; not the setup."""
    text = main_text(served().get(f"{TOPIC}/learn").text).replace("\N{NO-BREAK SPACE}", " ")

    assert "There are 4 squares, of which 50 % are odd." in text
    assert "made 4" in text
    assert "ZeroDivisionError: division by zero" in text
    assert "sum 14" in text
    assert "Zero has no square root." in text
    assert "import math" not in text


def test_sections_and_steps_have_addresses(served: Served) -> None:
    """Each element of a box or of steps is closed where it ends."""
    page = served().get(f"{TOPIC}/learn").text
    steps = page.partition("<practicum-steps>")[2].partition("</practicum-steps>")[0]

    assert re.findall(r'<section class="part" id="(part-\d)"', page) == ["part-1", "part-2", "part-3", "part-4"]
    assert "Second." in steps
    assert "The end." not in steps
    assert page.count("<section") == page.count("</section>")
    assert page.count('class="box ') == 2
    assert page.count("<div") == page.count("</div>")


def test_a_code_box_is_folded_until_its_cell_was_run(served: Served) -> None:
    """Without a script, the page that answers shows the cell with its result."""
    learner = served()
    folded = learner.get(f"{TOPIC}/learn").text
    unfolded = learner.post(f"{TOPIC}/learn/cell/3", {"code": "print(sum(squares) + 1)"}).text

    for page, tag in ((folded, '<details class="folded">'), (unfolded, '<details class="folded" open>')):
        box = page.partition(tag)[2].partition("</details>")[0]
        assert 'id="cell-3"' in box
        assert 'id="cell-2"' not in box
    assert "15" in text_of(unfolded.partition('id="cell-3"')[2])


def test_a_figure_has_its_size_and_alternative_text(served: Served) -> None:
    """Its address names its version, so caches keep it."""
    learner = served()
    page = learner.get(f"{TOPIC}/learn").text
    found = re.search(r'<img src="([^"]+)" width="100" height="100"[^>]* alt="a square">', page)
    assert found
    figure = learner.get(found[1])

    assert figure.headers["content-type"] == "image/png"
    assert figure.content.startswith(b"\x89PNG")
    assert "immutable" in figure.headers["cache-control"]
    for missing in ("3-2", "0-0", "9-1"):
        assert learner.get(f"{TOPIC}/learn/figure-{missing}.png").status_code == 404


def test_the_alternative_text_is_not_a_line_of_the_learners_code(served: Served) -> None:
    """The editor begins with the first line that does something; the image has the text."""
    html = served().get(f"{TOPIC}/learn").text

    assert 'alt="a square"' in html
    assert "# figure" not in html


def test_a_new_figure_has_a_new_address(served: Served, course: Catalogue, store: Store, pool: Pool) -> None:
    """No browser shows the old one beside new numbers, and an address without the version is not cached."""
    before = served()
    entry = course.pages["topic/learn.md"]
    assert entry.evidence
    (finding,) = entry.evidence.variants
    png = finding.cells[2].figures[0] + b"another"
    other = replace(finding, cells=(*finding.cells[:2], replace(finding.cells[2], figures=(png,))))
    redrawn = replace(entry, evidence=replace(entry.evidence, variants=(other,)))
    after = before.at(create_app(Site([replace(course, pages={**course.pages, entry.path: redrawn})], store, pool)))
    [old], [new] = (re.findall(r'<img src="([^"]+)"', reader.get(f"{TOPIC}/learn").text) for reader in (before, after))

    assert old.partition("?")[0] == new.partition("?")[0]
    assert old != new
    assert after.get(new).content == png
    for address in (old, old.partition("?")[0]):
        assert after.get(address).content == png
        assert after.get(address).headers["cache-control"] == "no-cache"


def test_a_stale_page_is_shown_in_a_draft_only(served: Served) -> None:
    """Its topic does not offer it."""
    learner, author = served(), served(draft=True)
    refused = learner.get(f"{TOPIC}/why")
    topic = learner.get(TOPIC).text
    draft = author.get(f"{TOPIC}/why").text

    assert (refused.status_code, refusal_code(refused)) == (404, "page-not-proved")
    assert f'href="{TOPIC}/learn"' in topic
    assert f'href="{TOPIC}/why"' not in topic
    assert "print(2)" in unescape(re.sub(r"<[^>]+>", "", draft))


def test_a_mode_without_a_page_is_not_found(served: Served) -> None:
    learner = served()

    for mode, code in (("nothing", None), ("deep", "no-such-page"), ("metrics", "no-such-page")):
        response = learner.get(f"{TOPIC}/{mode}")
        assert (response.status_code, refusal_code(response)) == (404, code)


def test_a_page_is_small(served: Served) -> None:
    """Uncompressed, without styles and scripts."""
    assert len(served().get(f"{TOPIC}/learn").content) < 20_000


# --- cells


def run_cell(learner: Learner, number: int, code: str, **more: str) -> str:
    """Run a cell without JavaScript, and return the part of the page with its result."""
    response = learner.post(f"{TOPIC}/learn/cell/{number}", {"code": code, **more})
    assert response.status_code == 200, response.text
    cell = response.text.partition(f'id="cell-{number}"')[2]
    return cell.partition('class="live"')[2].partition("</practicum-live")[0]


def test_a_cell_is_run_after_the_cells_above(served: Served) -> None:
    """Without their output, and without those that raise."""
    result = run_cell(served(), 3, "print('now', squares[-1], math.floor(2.5))")

    assert shown_ending(result) == "done"
    assert "now 9 2" in text_of(result)
    assert "made" not in text_of(result)


def test_cells_of_a_page_continue_in_one_interpreter(served: Served) -> None:
    """With the output of the cell alone; another learner has another interpreter."""
    with Pool(2, keep=KeepLimits(4)) as keeping:
        learner = served(pool=keeping)
        run_cell(learner, 1, "import os\nsquares = [os.urandom(8).hex()]\nprint('at', squares[0])")
        above = {"cell-1": "import os\nsquares = [os.urandom(8).hex()]\nprint('at', squares[0])"}
        first, second = (text_of(run_cell(learner, 2, f"print({n}, 'in', squares[0])", **above)) for n in (1, 1))
        kept = len(keeping.kept_sessions)
        other = text_of(run_cell(served(pool=keeping), 2, "print(1, 'in', squares[0])", **above))

    assert kept > 0
    assert "at" not in re.findall(r"\w+", first)
    secrets = [re.findall(r"in (\w{16})", text) for text in (first, second, other)]
    assert all(len(found) == 1 for found in secrets)
    assert secrets[0] != secrets[2]


def test_what_the_last_expression_returns_is_shown(served: Served) -> None:
    """As in a notebook."""
    assert "[0, 1, 4, 9, 'new']" in text_of(run_cell(served(), 3, "squares + ['new']"))


def test_edits_above_count(served: Served) -> None:
    """A page is a notebook; a cell that was emptied defines nothing."""
    learner = served()
    edited = run_cell(learner, 3, "print(squares)", **{"cell-1": "squares = ['edited']"})
    emptied = run_cell(learner, 3, "print(squares)", **{"cell-1": ""})

    assert "['edited']" in text_of(edited)
    assert shown_ending(emptied) == "failed"
    assert "NameError at line 1" in text_of(emptied)


def test_an_error_is_shown_at_its_line(served: Served) -> None:
    """One in a cell above has no line here, and one that nothing builds on does not occur."""
    learner = served()
    here = run_cell(learner, 1, "x = 1\nsquares = y")
    above = run_cell(learner, 3, "x = 1\nprint(squares)", **{"cell-1": "squares = 1 / 0"})
    unused = run_cell(learner, 3, "x = 1\nprint(x)", **{"cell-1": "squares = 1 / 0"})

    assert 'data-line="2"' in here
    assert "NameError at line 2" in text_of(here)
    assert "ZeroDivisionError" in text_of(above)
    assert "data-line" not in above
    assert shown_ending(unused) == "done"


@pytest.mark.parametrize(
    ("cell", "fields", "status"),
    [
        (1, {"code": " "}, 422),
        (3, {"code": "1", "cell-1": "x" * 50_001}, 413),
        (1, {"code": "x" * 50_001}, 413),
    ],
)
def test_refuses_code_that_is_empty_or_too_long(served: Served, cell: int, fields: dict[str, str], status: int) -> None:
    """The code of the cells above counts too. A page reports it beside the cell."""
    learner = served()
    streamed = learner.post(f"{TOPIC}/learn/cell/{cell}", fields, accept=STREAM)
    result = run_cell(learner, cell, **fields)

    assert (streamed.status_code, refusal_code(streamed)) == (status, "code-not-runnable")
    assert 'class="notice wrong"' in result
    assert shown_ending(result) is None


def test_a_cell_that_does_not_exist_is_not_found(served: Served) -> None:
    assert served().post(f"{TOPIC}/learn/cell/4", {"code": "1"}).status_code == 404


def test_without_a_runner_cells_cannot_be_run(served: Served) -> None:
    """The recorded output is shown all the same."""
    learner = served(pool=None)
    page = learner.get(f"{TOPIC}/learn").text
    response = learner.post(f"{TOPIC}/learn/cell/1", {"code": "1"})

    assert "practicum-live" not in page
    assert "made 4" in main_text(page)
    assert (response.status_code, refusal_code(response)) == (403, "code-is-not-run")


# --- progress


def test_the_furthest_section_is_remembered(served: Served) -> None:
    """For this learner only, until the page is marked as read."""
    learner, other = served(), served()
    reached = f"{TOPIC}/learn/reached"
    first = learner.post(reached, {"section": "2", "quietly": "1"})
    learner.post(reached, {"section": "1", "quietly": "1"})
    page = learner.get(f"{TOPIC}/learn").text
    resumed = learner.get(TOPIC).text
    read = learner.post(reached, {"section": "4", "read": "1"})

    assert first.status_code == 204
    assert 'data-reached="2"' in page
    assert f'href="{TOPIC}/learn#part-2"' in resumed
    assert (read.status_code, read.headers["location"]) == (303, TOPIC)
    assert 'class="ring done"' in learner.get(TOPIC).text
    assert 'data-reached="0"' in other.get(f"{TOPIC}/learn").text


def test_a_malformed_section_is_ignored(served: Served) -> None:
    learner = served()

    for section in ("9" * 5000, "x", "-1", "²"):
        assert learner.post(f"{TOPIC}/learn/reached", {"section": section}).status_code == 303
    assert 'data-reached="0"' in learner.get(f"{TOPIC}/learn").text
