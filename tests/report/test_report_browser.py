"""The report in a real browser: at any width, in both schemes, on paper, by keyboard, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from practicum.report import html_report
from tests.lab.records import fit_record
from tests.looks import violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report on four shapes, and one on thirty classes with names that have no place to break."""
    folder = tmp_path_factory.mktemp("reports")
    html_report.write(fit_record(), folder / "four.html")
    long = tuple(f"Donaudampfschifffahrtsgesellschaft_{n}" for n in range(30))
    html_report.write(fit_record(long, 4, title="x" * 200, source="/" + "y" * 300), folder / "thirty.html")
    return {name: folder / f"{name}.html" for name in ("four", "thirty")}


@pytest.fixture(autouse=True)
def _close_pages(chromium: Browser) -> Iterator[None]:
    yield
    for context in chromium.contexts:
        context.close()


def opened(chromium: Browser, file: Path, width: int, scheme: str) -> tuple[Page, list[str]]:
    """The page with everything unfolded, and what it asked for or complained of."""
    settings = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    page = chromium.new_context(**settings).new_page()  # type: ignore[arg-type]
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("request", lambda one: None if one.url.startswith(("data:", "file:")) else troubles.append(one.url))
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    return page, troubles


@pytest.mark.parametrize("name", ["four", "thirty"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_is_accessible_and_fits(chromium: Browser, files: dict[str, Path], scheme: str, name: str) -> None:
    """Axe finds nothing and nothing must be scrolled sideways, on a phone or a wide screen; nothing is requested."""
    problems = []
    page, troubles = opened(chromium, files[name], 1440, scheme)
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            problems.append(f"{width}: {wide} px too wide")
        if name == "four" or width == 360:
            problems += violations(page)
    page.context.close()

    assert problems == []
    assert troubles == []


def test_the_text_of_charts_stays_inside_the_page(chromium: Browser, files: dict[str, Path]) -> None:
    """No label hangs over the edge of a phone, and none is smaller than on a wide screen."""
    page, _ = opened(chromium, files["four"], 360, "light")
    boxes = page.evaluate(
        """[...document.querySelectorAll('svg.chart text')].filter(one => one.getClientRects().length)
        .map(one => one.getBoundingClientRect()).map(box => [box.left, box.right, box.height])"""
    )
    page.context.close()

    assert len(boxes) > 50
    assert all(left >= 0 and right <= 360 and height >= 11 for left, right, height in boxes)


def test_by_keyboard(chromium: Browser, files: dict[str, Path]) -> None:
    """The first Tab offers to skip to the content; tables and code can be reached, to be scrolled."""
    page, _ = opened(chromium, files["four"], 1440, "light")
    page.evaluate("document.activeElement.blur()")
    page.evaluate("window.getSelection().removeAllRanges()")
    page.reload()
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName"))
    page.context.close()

    assert first == "Skip to the content"
    assert {"SUMMARY", "DIV", "PRE"} <= reached


def test_on_paper(chromium: Browser, files: dict[str, Path]) -> None:
    """Who reads it on a dark screen prints it dark on light all the same."""
    page, _ = opened(chromium, files["four"], 1440, "dark")
    page.emulate_media(media="print", color_scheme="dark")
    ink = page.evaluate("getComputedStyle(document.documentElement).color")
    page.context.close()

    assert ink == "rgb(28, 27, 25)"
