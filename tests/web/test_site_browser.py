"""Around the modes in a browser: search by keyboard, settings, contents in view, a celebration, a file of progress."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from practicum.prove.catalogue import Catalogue, load
from practicum.runner import Pool
from practicum.settings import shipped_courses
from tests.looks import faults_in_all_looks
from tests.web.conftest import Opener
from tests.web.serving import Inside, served
from tests.web.test_browser import right, start

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SHIPPED = "/transfer-learning/small-datasets"


@pytest.fixture(scope="module")
def service(catalogue: Catalogue, pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with served([catalogue, load(shipped_courses()[0])], pool, tmp_path_factory.mktemp("data")) as inside:
        yield inside


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def test_a_slash_opens_the_search(opened: Opener) -> None:
    """From any page; in a text field it is a slash; a result leads to its section."""
    page = opened(SHIPPED)
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Words or code")
    expect(field).to_be_focused()
    page.keyboard.type("load/base")
    expect(field).to_have_value("load/base")
    field.fill("load base")
    page.keyboard.press("Enter")

    page.get_by_role("heading", level=2, name="Learn").wait_for()
    link = page.get_by_role("link", name="Step two: load a base")
    expect(link.locator("mark").first).to_be_visible()
    link.click()
    expect(page).to_have_url(f"{page.url.partition('/transfer')[0]}{SHIPPED}/learn#part-2")


def test_contents_stay_in_view_on_a_wide_window(opened: Opener) -> None:
    """Beside the text, with the current section marked; on a phone they are folded, and nothing is wider than it."""
    page = opened(f"{SHIPPED}/learn")
    page.set_viewport_size({"width": 1280, "height": 800})
    beside = page.get_by_role("navigation", name="On this page")
    expect(beside).to_be_visible()
    beside.get_by_role("link").nth(3).click()

    expect(beside).to_be_in_viewport()
    expect(beside.get_by_role("link").nth(3)).to_have_attribute("aria-current", "location")
    assert page.locator("[aria-current=location]").count() == 1

    page.set_viewport_size({"width": 390, "height": 800})
    expect(beside).to_be_hidden()
    expect(page.locator("summary", has_text="On this page")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_theme_is_the_learners_own(opened: Opener) -> None:
    """Whatever the system asks for, without a look of the other theme."""
    page = opened("/settings")
    page.emulate_media(color_scheme="light")
    light = background(page)
    page.get_by_label("Dark").check(force=True)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    dark = background(page)
    page.emulate_media(color_scheme="dark")

    assert background(page) == dark != light
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_completed_set_is_celebrated_once(opened: Opener, motion: str) -> None:
    """The first time that its result is seen, and not at all with reduced motion."""
    page = opened(reduced_motion=motion)
    start(page)
    for number in range(1, 6):
        expect(page.get_by_text(f"Problem {number} of 5 ·")).to_be_visible()
        page.wait_for_load_state()
        for place in right(page):
            page.keyboard.press(place)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1, name="Right")).to_be_focused()
        page.keyboard.press("Enter")
    page.get_by_text("of 5 right").wait_for()
    celebration = page.locator("practicum-celebration")
    expect(celebration).to_have_attribute("data-now", "")
    moves = celebration.evaluate("element => getComputedStyle(element, '::before').animationName")
    page.reload()

    assert (moves != "none") == (motion == "no-preference")
    expect(celebration).not_to_have_attribute("data-now", "")
    page.goto("/")
    assert faults_in_all_looks(page, "home of a learner who returns") == []


def test_progress_moves_to_another_browser(opened: Opener, tmp_path: Path) -> None:
    """As a file that is saved and added with the page's own controls."""
    page = opened(f"{SHIPPED}/learn")
    page.get_by_role("button", name="I have read this").click()
    page.goto("/progress")
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save progress as a file").click()
    file = tmp_path / saving.value.suggested_filename
    saving.value.save_as(file)
    expect(page.get_by_text("1 of 9 done")).to_be_visible()

    cleared = opened("/progress")
    expect(cleared.get_by_text("0 of 9 done")).to_be_visible()
    cleared.get_by_label("Add progress from a file").set_input_files(file)
    cleared.get_by_role("button", name="Add", exact=True).click()

    expect(cleared.get_by_role("status")).to_be_visible()
    expect(cleared.get_by_text("1 of 9 done")).to_be_visible()
