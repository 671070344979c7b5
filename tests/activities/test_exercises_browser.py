"""Exercises in a browser: by keyboard, by pointer, on a phone, without JavaScript, and for a screen reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from practicum.runner import Pool
from tests.looks import faults_in_all_looks
from tests.web.conftest import Opener
from tests.web.making import of_every_kind, proved
from tests.web.serving import Inside, served

pytestmark = [pytest.mark.slow, pytest.mark.browser]

TRY = "/kinds/topic/try"
KINDS = ["blanks", "choice", "code", "number", "order", "predict", "repair"]
REFUSED = "status of 422"
"""What a browser logs about an incomplete answer."""
LINES = ["guess = w * x", "error = guess - y", "gradient = 2 * error * x", "w = w - rate * gradient"]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[Inside]:
    folder = tmp_path_factory.mktemp("served")
    root = of_every_kind(folder / "kinds")
    with served([proved(root, pool)], pool, folder / "data") as service:
        yield service


def lines(page: Page) -> list[str]:
    return [line.strip() for line in page.locator(".order code").all_inner_texts()]


def expect_grade(page: Page, grade: str, text: str = "") -> None:
    """Expect this grade below the form, and this text in the result."""
    expect(page.locator(f".live [data-grade={grade}]")).to_be_visible()
    expect(page.locator(".live")).to_contain_text(text)


def test_words_are_put_into_blanks_by_click_drag_and_key(opened: Opener) -> None:
    """Typed words too. The page does not scroll, and the input stays."""
    page = opened(f"{TRY}/blanks")
    first, second = page.get_by_label("Blank 1 of 2"), page.get_by_label("Blank 2 of 2")
    page.get_by_role("button", name="row").click()
    page.get_by_role("button", name="label - 1").drag_to(second)
    expect(first).to_have_value("row")
    expect(second).to_have_value("label - 1")
    first.fill("classes")
    page.evaluate("window.scrollTo(0, 120)")
    at = page.evaluate("window.scrollY")
    page.get_by_role("button", name="Check").click()
    expect_grade(page, "wrong", "label 2 of 4")
    assert page.evaluate("window.scrollY") == at
    expect(first).to_have_value("classes")

    second.focus()
    chip = page.get_by_role("button", name="label", exact=True)
    chip.focus()
    page.keyboard.press("Enter")
    expect(second).to_have_value("label")
    page.get_by_role("button", name="Check").click()

    expect_grade(page, "right")
    expect(page.locator("#closed #proof")).to_be_visible()
    expect(page.locator("#ask-solution button")).to_have_count(0)
    page.locator(".live").get_by_role("link", name="Next exercise").click()
    expect(page).to_have_url(f"{page.url.partition('/try')[0]}/try/choice")


def test_enter_goes_from_blank_to_blank_and_then_answers(opened: Opener) -> None:
    """A form that is half filled in is not sent."""
    page = opened(f"{TRY}/blanks")
    page.get_by_label("Blank 1 of 2").focus()
    page.keyboard.type("classes")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Blank 2 of 2")).to_be_focused()
    page.keyboard.type("label")
    page.keyboard.press("Enter")

    expect_grade(page, "right")


def test_lines_are_put_in_order_by_keyboard_alone(opened: Opener) -> None:
    """By buttons, and by Alt with the arrow keys."""
    page = opened(f"{TRY}/order")
    for place, line in enumerate(LINES):
        while lines(page).index(line) > place:
            button = page.get_by_role("button", name=f"Move up: {line}")
            button.focus()
            page.keyboard.press("Enter" if place % 2 else "Alt+ArrowUp")
            expect(button).to_be_focused()
    assert lines(page) == LINES
    page.get_by_role("button", name="Check").press("Enter")

    expect_grade(page, "right")


def test_lines_are_dragged_by_their_handles(opened: Opener) -> None:
    """With a mouse, and with a finger."""
    page = opened(f"{TRY}/order")
    before = lines(page)
    grip, last = page.locator(".grip").first, page.locator(".order li").last
    grip.hover()
    page.mouse.down()
    box = last.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 10, steps=6)
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 4, steps=6)
    page.mouse.up()

    assert lines(page) == [*before[1:], before[0]]
    shown = page.locator(".order select").evaluate_all("all => all.map((one) => one.value.split('-')[1])")
    assert shown == ["1", "2", "3", "4"]


def test_code_is_graded_in_place_and_its_error_marked(opened: Opener) -> None:
    """By Ctrl+Enter in the editor; a hint keeps the code."""
    page = opened(f"{TRY}/repair")
    editor = page.locator("practicum-editor")
    expect(editor.locator(".cm-content")).to_be_visible()
    editor.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("def scale(pixel):\nreturn pixel / unknown")
    page.keyboard.press("Control+Enter")
    expect_grade(page, "wrong", "NameError")
    page.get_by_role("button", name="Show a hint").click()
    expect(page.locator("#hint")).to_contain_text("What does it return for 0")
    expect(editor.locator(".cm-content")).to_contain_text("unknown")

    editor.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("def scale(pixel):\nreturn pixel / 127.5 - 1")
    page.keyboard.press("Control+Enter")

    expect_grade(page, "right")


def test_an_incomplete_answer_is_reported_in_place(opened: Opener) -> None:
    """A number with a unit is not graded."""
    page = opened(f"{TRY}/number", allow=REFUSED)
    field = page.get_by_label("Your number")
    field.fill("2.3 nats")
    field.press("Enter")
    expect(page.locator(".live .notice.wrong")).to_be_visible()
    expect(page.locator(".live [data-grade]")).to_have_count(0)
    expect(field).to_have_value("2.3 nats")

    field.fill("2,30")
    field.press("Enter")

    expect_grade(page, "right")


def test_a_solution_is_shown_in_place(opened: Opener) -> None:
    """It is still there after a reload."""
    page = opened(f"{TRY}/code")
    page.get_by_role("button", name="Show a solution").click()

    expect(page.locator("#closed .given.right")).to_be_visible()
    page.reload()
    expect(page.locator("#closed .given.right")).to_be_visible()


def test_without_javascript(opened: Opener) -> None:
    """Blanks are typed, lines have numbers, code is in a text area; the page comes back with the grade."""
    page = opened(f"{TRY}/blanks", java_script_enabled=False)
    page.get_by_label("Blank 1 of 2").fill("classes")
    page.get_by_label("Blank 2 of 2").fill("label - 1")
    page.get_by_role("button", name="Show a hint").click()
    expect(page.get_by_label("Blank 2 of 2")).to_have_value("label - 1")
    page.get_by_role("button", name="Check").click()
    expect_grade(page, "wrong", "label 2 of 4")
    expect(page.get_by_label("Blank 1 of 2")).to_have_value("classes")

    page.goto(f"{TRY}/order")
    for line in page.locator(".order li").all():
        place = LINES.index(line.locator("code").inner_text().strip()) + 1
        line.locator("select").select_option(str(place))
    page.get_by_role("button", name="Check").click()
    expect_grade(page, "right")
    page.goto(f"{TRY}/repair")
    page.locator("textarea").fill("def scale(pixel):\n    return pixel / 127.5 - 1")
    page.get_by_role("button", name="Check").click()
    expect_grade(page, "right")
    page.goto(TRY)
    expect(page.get_by_text("2 of 7 done.")).to_be_visible()


def test_a_challenge_of_every_kind_by_keyboard(opened: Opener) -> None:
    """Each form works although the page is not reloaded between problems."""
    page = opened("/kinds/topic/challenge")
    page.get_by_role("radio", name="Off").check()
    page.get_by_role("button", name="Start the challenge").click()
    for number, kind in enumerate(KINDS, 1):
        expect(page.get_by_text(f"Problem {number} of 7 ·")).to_be_visible()
        answer(page, kind)
        if kind == "blanks":
            expect(page.get_by_role("heading", level=1, name="Right")).to_be_focused()
        page.get_by_role("button", name="Next problem" if number < 7 else "See your result").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("of 7 right")


def answer(page: Page, kind: str) -> None:
    """Answer the problem of this kind, then skip it unless the answer is right."""
    if kind == "blanks":
        page.get_by_label("Blank 1 of 2").fill("classes")
        page.get_by_label("Blank 2 of 2").fill("label")
        page.get_by_label("Blank 2 of 2").press("Enter")
    elif kind in ("code", "repair"):
        content = page.locator("practicum-editor .cm-content")
        expect(content).to_be_visible()
        content.click()
        page.keyboard.press("Control+a")
        page.keyboard.type("typed = 1")
        page.get_by_role("button", name="Show a hint").click()
        expect(page.locator("#hint")).to_be_visible()
        expect(page.locator("practicum-editor .cm-content")).to_contain_text("typed = 1")
        assert page.url.endswith(f"/{KINDS.index(kind) + 1}")
        page.get_by_role("button", name="Answer").click()
        expect(page.locator(".notice[data-code=wrong-answer]")).to_be_visible()
        page.get_by_role("button", name="Skip this problem").click()
    elif kind == "order":
        page.get_by_role("button", name="Move up:").nth(1).press("Enter")
        page.get_by_role("button", name="Skip this problem").click()
    elif kind == "choice":
        page.keyboard.press("1")
        page.get_by_role("button", name="Skip this problem").click()
    else:
        page.locator("#typed").fill("1")
        page.locator("#typed").press("Enter")
        expect(page.locator(".notice[data-code=wrong-answer]")).to_be_visible()
        page.get_by_role("button", name="Skip this problem").click()
    expect(
        page.get_by_role("button", name="Next problem").or_(page.get_by_role("button", name="See your result"))
    ).to_be_visible()


def test_every_form_is_accessible_and_fits(opened: Opener) -> None:
    """Axe finds no violation, and no page is wider than the window: before the answer, and after it."""
    page = opened(TRY, allow=REFUSED)
    found = faults_in_all_looks(page, "the list")
    for kind in KINDS:
        page.goto(f"{TRY}/{kind}")
        found += faults_in_all_looks(page, kind)
        page.get_by_role("button", name="Show a solution").click()
        expect(page.locator("#closed #proof")).to_be_visible()
        found += faults_in_all_looks(page, f"{kind}, solved")
    page.goto(f"{TRY}/blanks")
    page.get_by_label("Blank 1 of 2").fill("clases")
    page.get_by_label("Blank 2 of 2").fill("label")
    page.get_by_role("button", name="Check").click()
    expect_grade(page, "wrong", "NameError")
    found += faults_in_all_looks(page, "an error")

    assert found == []
