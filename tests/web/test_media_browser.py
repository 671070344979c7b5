"""A problem with a formula, an image and a data file, and a page with formulas, in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from practicum.runner import Pool
from tests.browser import LOOKS
from tests.course.making import write
from tests.course.test_data_files import TEXT
from tests.course.test_images import png
from tests.kinds.test_order_distractors import TEXT as ORDERED
from tests.looks import violations
from tests.web.conftest import Opener
from tests.web.making import proved
from tests.web.serving import Inside, served

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LONG = " + ".join(f"a_{{{number}}} x^{{{number}}}" for number in range(20))
STATEMENT = f"""How many rows are there, if $\\frac{{1}}{{n}} \\sum_i x_i$ is their mean?

$${LONG}$$

A long one within a line is ${LONG}$, too.

![A falling loss.](../images/loss.png)
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[Inside]:
    """A topic with one problem."""
    folder = tmp_path_factory.mktemp("served")
    root = write(
        folder / "rows",
        {
            "topic/challenge/01.md": TEXT.replace("How many rows are there?\n", STATEMENT).replace(
                "- [ ] `3`\n", "- [ ] `3`, as $\\sqrt{9}$\n"
            ),
            "topic/try/01.md": ORDERED,
            "topic/data/rows.csv": "a\nb\n",
            "topic/images/loss.png": png(1600, 400),
        },
    )
    with served([proved(root, pool)], pool, folder / "data") as service:
        yield service


@LOOKS
def test_a_problem_shows_formulas_images_and_data(opened: Opener, scheme: str, width: int) -> None:
    """Nothing is wider than the page, what is scrolls by itself, and a screen reader reads all of it."""
    page = opened("/rows/topic/challenge", color_scheme=scheme, viewport={"width": width, "height": 800})
    page.get_by_role("button", name="Start").first.click()

    expect(page.get_by_role("img", name="A falling loss.")).to_be_visible()
    expect(page.get_by_role("link", name="rows.csv")).to_be_visible()
    expect(page.locator("math").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    image = page.get_by_role("img", name="A falling loss.")
    assert image.evaluate("image => image.complete && Math.abs(image.width / image.height - 4) < 0.1")
    assert image.evaluate("image => image.getBoundingClientRect().right <= document.documentElement.clientWidth")
    for scrolling in page.locator(".formula, .wide-formula").all():
        assert scrolling.evaluate("element => element.scrollWidth > element.clientWidth")
    assert page.locator("math annotation").first.is_hidden()
    assert page.locator(".formula math").evaluate("math => math.getBoundingClientRect().height > 15")
    assert violations(page) == []


def test_a_data_file_is_downloaded(opened: Opener) -> None:
    """Under its own name."""
    page = opened("/rows/topic/challenge")
    page.get_by_role("button", name="Start").first.click()

    with page.expect_download() as download:
        page.get_by_role("link", name="rows.csv").click()

    assert download.value.suggested_filename == "rows.csv"
    assert download.value.path().read_text() == "a\nb\n"


@LOOKS
def test_a_line_is_left_out_of_an_order_and_put_back(opened: Opener, scheme: str, width: int) -> None:
    """By a button that a screen reader knows as pressed; the other lines are the answer."""
    page = opened("/rows/topic/try/01", color_scheme=scheme, viewport={"width": width, "height": 800})
    leave_out = page.get_by_role("button", name="Leave out: x -= 1")
    positions = page.locator(".order select")

    leave_out.click()
    expect(leave_out).to_have_attribute("aria-pressed", "true")
    assert sorted(value[-1] for value in positions.evaluate_all("all => all.map(one => one.value)")) == ["0", "1", "2"]
    assert violations(page) == []
    leave_out.click()
    assert sorted(value[-1] for value in positions.evaluate_all("all => all.map(one => one.value)")) == ["1", "2", "3"]

    leave_out.click()
    for _ in range(2):
        page.get_by_role("button", name="Move up: x = 1").click()
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Right.", exact=True).first).to_be_visible()
