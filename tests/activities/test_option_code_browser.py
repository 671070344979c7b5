"""Options that are code, and an order with dependencies, in a browser: readable on a phone, with the result of each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from practicum.runner import Pool
from tests.browser import LOOKS
from tests.course.making import write
from tests.kinds.test_registry import FOLDER
from tests.looks import faults
from tests.web.conftest import Opener
from tests.web.making import proved
from tests.web.serving import Inside, served

pytestmark = [pytest.mark.slow, pytest.mark.browser]

TRY = "/course/topic/try"
LONG = "shares = scores.copy()", "shares = np.where(scores > 1000, scores, scores).copy()"
"""A line of the example, and one that is wider than a phone."""
EXAMPLES = {"check": "choice", "equals": "choice", "depends": "order"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[Inside]:
    folder = tmp_path_factory.mktemp("served")
    examples = {name: (FOLDER / kind / "examples" / f"{name}.md").read_text() for name, kind in EXAMPLES.items()}
    examples["check"] = examples["check"].replace(*LONG)
    root = write(folder / "course", {f"topic/try/{name}.md": text for name, text in examples.items()})
    with served([proved(root, pool)], pool, folder / "data") as service:
        yield service


@LOOKS
def test_code_is_shown_line_by_line_and_each_result_after_the_answer(opened: Opener, scheme: str, width: int) -> None:
    """Also on a phone. A line of code is one line, whatever its tokens are called; the check is shown at the end."""
    page = opened(f"{TRY}/check", viewport={"width": width, "height": 740}, color_scheme=scheme)
    code = page.locator(".option pre")
    line_height = 1.9 * code.evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
    assert code.bounding_box()["height"] < 4 * line_height + 10  # type: ignore[index]
    assert code.evaluate("element => element.scrollWidth <= element.parentElement.clientWidth")
    assert faults(page, "before") == []

    page.locator(".option", has_text="keepdims").click()
    page.get_by_role("button", name="Check", exact=True).click()

    expect(page.locator("#closed .claims > li.right .ran")).to_contain_text("passes the check")
    result = page.locator("#closed .claims .text .code")
    assert result.evaluate("element => element.scrollWidth <= element.clientWidth")
    expect(page.locator("#closed .ran", has_text="raises ValueError")).to_have_count(1)
    expect(page.locator("#closed .ran", has_text="fails the check: AssertionError: the rows of")).to_have_count(2)
    page.get_by_text("The check", exact=True).click()
    expect(page.locator("#closed details .code", has_text="np.allclose")).to_be_visible()
    assert faults(page, "after") == []


@LOOKS
def test_an_allowed_order_is_right_at_once(opened: Opener, scheme: str, width: int) -> None:
    """It is another than the solution's; one that is forbidden is wrong."""
    page = opened(f"{TRY}/depends", viewport={"width": width, "height": 740}, color_scheme=scheme)
    wanted = ["income = np", "income = (", "age = np", "age = (", "features"]

    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".live [data-grade=wrong]")).to_be_visible()
    for place, beginning in enumerate(wanted):
        line = page.locator(".order li").filter(has=page.locator("code", has_text=beginning)).first
        while page.locator(".order li").nth(place).locator("code").inner_text().find(beginning) != 0:
            line.get_by_role("button", name="Move up").click()
    page.get_by_role("button", name="Check", exact=True).click()

    expect(page.locator(".live [data-grade=right]")).to_be_visible()
    expect(page.locator("#closed")).to_contain_text("The 6 orders that are accepted passed the check")
    assert faults(page, "ordered") == []
