"""What a learner has typed survives a reload, Back, and a killed service; it can be reset and restored."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from practicum.application.site import Site
from practicum.runner import Pool
from practicum.store import Store
from practicum.web.app import create_app
from tests.conftest import EXPECT_LIMIT
from tests.looks import faults_in_all_looks
from tests.pools import own_queue
from tests.web.conftest import Opener, write
from tests.web.making import of_every_kind, proved
from tests.web.making import write as write_course
from tests.web.serving import Inside, Service, free_port

pytestmark = [pytest.mark.slow, pytest.mark.browser]

TOPIC = "/kinds/topic"
LEARN = f"{TOPIC}/learn"
CELLS = "First.\n\n```python run\nx = 1\n```\n\nThen.\n\n```python run\nprint(x)\n```\n"
FIRST, SECOND = "Code of cell 1", "Code of cell 2"
KEEPING = "!!customElements.get('practicum-edits')"
"""True once the script keeps what is typed."""
TYPED = {"predict": "[1, 2", "number": "0.5"}
"""Unfinished answers, by kind."""


def course(root: Path, cells: str = CELLS) -> Path:
    """A course of every kind, with a page of two cells."""
    return write_course(of_every_kind(root), {"topic/learn.md": f"# Page\n\n{cells}"})


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Path:
    root = course(tmp_path_factory.mktemp("served") / "kinds")
    proved(root, pool)
    return root


@pytest.fixture(scope="module")
def site(root: Path, pool: Pool) -> Iterator[Site]:
    with own_queue(pool) as runner, Store.open(root.parent / "data") as store:
        yield Site([proved(root, pool)], store, runner, local=True)


@pytest.fixture(scope="module")
def service(site: Site) -> Iterator[Inside]:
    with Inside(create_app(site)) as service:
        yield service


def code(page: Page, label: str) -> str:
    """The code that the form with this editor would send."""
    return page.locator(f"textarea[aria-label='{label}']").input_value()


def type_everywhere(page: Page) -> None:
    """Leave something unfinished in a cell, the scratch pad, code to write, and each form for a typed answer."""
    write(page, "x = 2", FIRST)
    page.goto(f"{TOPIC}/scratch")
    write(page, "draft = 1")
    page.goto(f"{TOPIC}/try/code")
    write(page, "half = ")
    for kind, text in TYPED.items():
        page.goto(f"{TOPIC}/try/{kind}")
        page.locator("[name=answer]").fill(text)
    page.goto(f"{TOPIC}/try/blanks")
    page.get_by_role("button", name="classes").click()
    page.get_by_label("Blank 2 of 2").fill("row")


def expect_everything(page: Page) -> None:
    """Expect each page to show what `type_everywhere` left there."""
    page.goto(LEARN)
    expect(page.get_by_role("textbox", name=FIRST)).to_have_text("x = 2")
    assert code(page, SECOND) == "print(x)"
    page.goto(f"{TOPIC}/scratch")
    expect(page.get_by_role("textbox", name="Your code")).to_have_text("draft = 1")
    page.goto(f"{TOPIC}/try/code")
    expect(page.get_by_role("textbox", name="Your code")).to_have_text("half = ")
    for kind, text in TYPED.items():
        page.goto(f"{TOPIC}/try/{kind}")
        expect(page.locator("[name=answer]")).to_have_value(text)
    page.goto(f"{TOPIC}/try/blanks")
    expect(page.get_by_label("Blank 1 of 2")).to_have_value("classes")
    expect(page.get_by_label("Blank 2 of 2")).to_have_value("row")


def test_edits_survive_a_killed_service(root: Path, chromium: Browser, tmp_path: Path) -> None:
    """The browser has them: they are there again once the service is. Another browser does not see them."""
    port = free_port()
    with chromium.new_context(reduced_motion="reduce", base_url=f"http://127.0.0.1:{port}") as context:
        context.set_default_timeout(EXPECT_LIMIT)
        page = context.new_page()
        with Service(tmp_path / "data", courses=[root], port=port) as service:
            page.goto(LEARN)
            type_everywhere(page)
            service.end(signal.SIGKILL)
        with Service(tmp_path / "data", courses=[root], port=port):
            page.reload()
            expect(page.get_by_label("Blank 2 of 2")).to_have_value("row")
            expect_everything(page)
            with chromium.new_context(base_url=f"http://127.0.0.1:{port}") as another:
                stranger = another.new_page()
                stranger.goto(LEARN)
                assert code(stranger, FIRST) == "x = 1"


def test_edits_survive_reload_and_back(opened: Opener) -> None:
    """The cells below run with them, as before."""
    page = opened(LEARN)
    write(page, "x = 40 + 2", FIRST)
    page.reload()
    expect(page.get_by_role("textbox", name=FIRST)).to_have_text("x = 40 + 2")
    write(page, "x = 6 * 7", FIRST)
    page.get_by_role("link", name="Topic").click()
    page.wait_for_url(f"**{TOPIC}")
    page.go_back()
    expect(page.get_by_role("textbox", name=FIRST)).to_have_text("x = 6 * 7")
    page.locator("#cell-2").get_by_role("button", name="Run", exact=True).click()

    expect(page.locator("#cell-2 .live .stdout")).to_have_text("42")


def test_typed_answers_of_a_challenge_survive(opened: Opener) -> None:
    """Each in its own sitting: another one begins with empty fields."""
    page = opened(f"{TOPIC}/challenge")
    page.get_by_role("button", name="Start").click()
    page.get_by_label("Blank 1 of 2").wait_for()
    page.wait_for_function(KEEPING)
    page.get_by_label("Blank 1 of 2").fill("row")
    page.reload()
    expect(page.get_by_label("Blank 1 of 2")).to_have_value("row")
    page.goto(f"{TOPIC}/challenge")
    page.get_by_role("button", name="Start").click()

    expect(page.get_by_label("Blank 1 of 2")).to_have_value("")


def test_what_was_typed_before_the_script_came_is_kept(opened: Opener) -> None:
    """A slow connection brings the script seconds after the page."""
    page = opened(TOPIC)
    waiting: list[Route] = []
    page.route("**/edits.*.js", lambda route: waiting.append(route), times=1)
    page.goto(f"{TOPIC}/try/predict", wait_until="commit")
    page.locator("[name=answer]").fill("[1, 2")
    waiting[0].continue_()
    page.wait_for_function(KEEPING)
    page.reload()

    expect(page.locator("[name=answer]")).to_have_value("[1, 2")


def test_reset_and_restore(opened: Opener) -> None:
    """Reset shows the author's code, and Restore the edits before it, also after a reload and after more edits."""
    page = opened(LEARN)
    cell = page.locator("#cell-1")
    reset, restore = cell.get_by_role("button", name="Reset"), cell.get_by_role("button", name="Restore")
    area = page.get_by_role("textbox", name=FIRST)
    expect(area).to_have_text("x = 1")
    expect(reset).to_be_hidden()
    expect(restore).to_be_hidden()
    write(page, "x = 2", FIRST)
    reset.click()
    expect(area).to_have_text("x = 1")
    expect(restore).to_be_focused()
    expect(reset).to_be_hidden()
    page.reload()
    expect(area).to_have_text("x = 1")
    write(page, "x = 3", FIRST)
    assert faults_in_all_looks(page, "edited") == []
    restore.click()
    expect(area).to_have_text("x = 2")
    restore.click()

    expect(area).to_have_text("x = 3")
    page.reload()
    expect(area).to_have_text("x = 3")
    expect(page.locator("#cell-2").get_by_role("button", name="Reset")).to_be_hidden()


def test_code_that_the_author_has_changed_is_shown(
    opened: Opener, site: Site, root: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The edits of the earlier code are one button away; those of other cells stay."""
    page = opened(LEARN)
    write(page, "x = 2", FIRST)
    write(page, "print(-x)", SECOND)
    changed = root.parent / "changed" / root.name
    shutil.copytree(root, changed)
    course(changed, CELLS.replace("x = 1", "x = 10"))
    monkeypatch.setattr(site, "catalogues", {root.name: proved(changed, pool)})
    page.reload()
    area = page.get_by_role("textbox", name=FIRST)
    expect(area).to_have_text("x = 10")
    expect(page.get_by_role("textbox", name=SECOND)).to_have_text("print(-x)")
    assert faults_in_all_looks(page, "changed") == []
    page.locator("#cell-1").get_by_role("button", name="Restore").click()

    expect(area).to_have_text("x = 2")


def test_a_full_browser_keeps_the_latest(opened: Opener) -> None:
    """The oldest edits make room for new ones. If nothing can be kept, the editor says so."""
    page = opened(LEARN)
    count = page.evaluate(
        """() => {
            const entry = (at) => JSON.stringify({ start: '', values: ['x'.repeat(1e5)], earlier: [], at });
            for (let at = 0; ; at++) {
                try { localStorage.setItem(`practicum-edits:other:${at}`, entry(at)); } catch { return at; }
            }
        }"""
    )
    write(page, "x = " + "1" * 150_000, FIRST)
    kept = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('practicum-edits:other:'))")

    assert 1 <= count - len(kept) <= 2
    assert {f"practicum-edits:other:{at}" for at in range(2, count)} <= set(kept)
    page.reload()
    assert len(code(page, FIRST)) == 150_004
    write(page, "x = " + "1" * 1_000_000, FIRST)
    expect(page.locator("#cell-1 .edits [role=status]")).to_contain_text("Not kept")
    assert page.evaluate("Object.keys(localStorage).length") >= len(kept)
