"""A challenge in a browser: by keyboard, on a phone, without JavaScript, and for a screen reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import practicum
from practicum.prove.catalogue import Catalogue
from practicum.runner import Pool
from tests.looks import faults_in_all_looks
from tests.web.conftest import Opener
from tests.web.making import TOPIC, proved, revised, write
from tests.web.serving import Inside, served

pytestmark = [pytest.mark.slow, pytest.mark.browser]

QUICK = "/quick/topic"
WRONG = ".notice[data-code=wrong-answer]"
RIGHT = {
    "Which of these are new lists?": ["sliced", "copied"],
    "One step too far": ["The loop runs one index too far."],
    "A step that arrives": ["0.3"],
    "What the Zen of Python says": ["Explicit"],
}
SHORT = """+++
level = "beginner"
seconds = 5
[proof]
value = "n"
+++

# A short one

What is `n`?

```python run
import time
for n in range(1, 5):
    print("step", n, flush=True)
    time.sleep(0)
```

- [x] `4`

- [ ] `5`

## Hint

Count.
"""


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Catalogue:
    """A course whose problem has a clock of five seconds. Proved at once, its code takes three seconds from then on."""
    files = {
        "course.toml": 'title = "Quick"\nsummary = "One short problem."\nframework = "python"\n',
        "topic/topic.toml": 'title = "Quick"\nsummary = "One problem."\nminutes = 1\n',
        "topic/challenge/01-short.md": SHORT,
    }
    course = proved(write(tmp_path_factory.mktemp("courses") / "quick", files), pool)
    [entry] = course.entries.values()
    [variant] = entry.problem.variants
    slow = replace(variant, snippet=variant.snippet.replace("sleep(0)", "sleep(0.75)"))
    return revised(course, replace(entry.problem, variants=(slow,)))


@pytest.fixture(scope="module")
def service(
    catalogue: Catalogue, quick: Catalogue, pool: Pool, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Inside]:
    with served([catalogue, quick], pool, tmp_path_factory.mktemp("data")) as inside:
        yield inside


def start(page: Page, topic: str = TOPIC, clock: str = "Off") -> None:
    page.goto(f"{topic}/challenge")
    page.get_by_role("radio", name=clock).check()
    page.get_by_role("button", name="Start the challenge").click()
    expect(page.get_by_text("Problem 1 of")).to_be_visible()
    page.wait_for_load_state()  # From then on the page listens to keys.


def right(page: Page) -> list[str]:
    """The marks of the right options of the problem on the page: the keys that pick them."""
    title = page.get_by_role("heading", level=1).inner_text()
    texts = RIGHT.get(title)
    if texts is None:
        stop = re.search(r"numbers\[1:(\d)\]", page.locator(".statement").inner_text())
        assert stop, title
        texts = [str(int(stop[1]) - 1)]
    options = page.locator(".option").all()
    return [option.locator(".n").inner_text() for option in options if option.locator(".text").inner_text() in texts]


def wrong(page: Page) -> str:
    """The mark of a wrong option that was not tried."""
    good = right(page)
    places = [option.locator(".n").inner_text() for option in page.locator("label.option").all()]
    return next(place for place in places if place not in good)


def test_a_challenge_by_keyboard_alone(opened: Opener) -> None:
    """From the start page to the badge without Tab: digits pick options, Enter activates the main button."""
    page = opened(f"{TOPIC}/challenge")
    page.keyboard.press("Enter")
    for number in range(1, 6):
        expect(page.get_by_text(f"Problem {number} of 5 ·")).to_be_visible()
        page.wait_for_load_state()
        for place in right(page):
            page.keyboard.press(place)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1, name="Right")).to_be_focused()
        page.keyboard.press("Enter")

    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("5 of 5 right")
    expect(title).to_be_focused()  # htmx moves the focus a moment after it has shown the page
    page.get_by_role("link", name="See your badge").press("Enter")
    expect(page.get_by_role("img", name="The badge List Keeper")).to_be_visible()
    page.wait_for_function("document.querySelector('.medal').naturalWidth > 0")


def test_a_wrong_attempt_then_a_right_one(opened: Opener) -> None:
    """The notice has the focus, so that screen readers read it; the tried option cannot be picked again."""
    page = opened()
    start(page)
    tried = wrong(page)
    page.keyboard.press(tried)
    page.keyboard.press("Enter")

    expect(page.locator(WRONG)).to_be_focused()
    expect(page.locator(".option.tried .n")).to_have_text(tried)
    assert page.locator(f'input[data-key="{tried.lower()}"]').count() == 0
    page.keyboard.press(right(page)[0])
    page.keyboard.press("Enter")
    expect(page.locator(".verdict.right")).to_be_visible()


def test_h_shows_the_hint(opened: Opener) -> None:
    """The picked option stays picked; the key does nothing with a modifier."""
    page = opened()
    start(page)
    page.keyboard.press("b")
    for keys in ("Control+h", "Alt+h", "Shift+h", "Meta+h", "Control+a"):
        page.keyboard.press(keys)
    expect(page.locator("#hint")).to_have_count(0)
    expect(page.locator('input[value="2"]')).to_be_checked()

    page.keyboard.press("h")

    expect(page.locator("#hint")).to_be_focused()
    expect(page.locator('input[value="2"]')).to_be_checked()
    expect(page.get_by_text("2 attempts left")).to_be_visible()


def test_shortcuts_can_be_turned_off(opened: Opener) -> None:
    """For learners whose tools use the same keys; Enter still works."""
    page = opened()
    start(page)
    page.get_by_role("button", name="Turn them off").click()
    page.keyboard.press("a")

    expect(page.locator('input[data-key="a"]')).not_to_be_checked()
    page.reload()
    expect(page.get_by_text("Shortcut keys are off.")).to_be_visible()


def test_keys_typed_into_a_field_are_no_shortcuts(opened: Opener) -> None:
    page = opened()
    start(page)
    page.evaluate("document.querySelector('.problem').insertAdjacentHTML('afterbegin', '<input type=text id=note>')")
    page.locator("#note").press_sequentially("h1 2")

    expect(page.locator("#note")).to_have_value("h1 2")
    expect(page.locator("#hint")).to_have_count(0)
    expect(page.locator("input:checked")).to_have_count(0)


def test_the_page_shows_that_time_ran_out(opened: Opener) -> None:
    """Without a click, and with the answer. Without JavaScript it reloads itself when the time is over."""
    page, plain = opened(), opened(java_script_enabled=False)
    start(page, QUICK, "Normal")
    expect(page.get_by_role("timer", name="Time left")).to_be_visible()
    start(plain, QUICK, "Normal")

    for one in (page, plain):
        expect(one.get_by_role("heading", level=1, name="Time ran out")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("0 of 1 right")


def test_a_reload_does_not_reset_the_clock(opened: Opener) -> None:
    """Nor does a second tab."""
    page = opened()
    start(page, TOPIC, "Normal")
    expect(page.locator("practicum-clock b")).to_have_text(re.compile(r"1:[01]\d|1:2[0-8]|0:\d+"))
    page.reload()
    again = int(page.locator("practicum-clock").get_attribute("data-left") or 0)
    tab = page.context.new_page()
    tab.goto(page.url)
    second = int(tab.locator("practicum-clock").get_attribute("data-left") or 0)

    assert again < 88_500
    assert second <= again


def test_no_script_reads_the_system_clock() -> None:
    """Setting the computer's time changes no countdown."""
    package = Path(practicum.__file__).parent
    scripts = [
        file for file in package.rglob("*.js") if file.name not in ("editor-code.js", "plot-live.js", "htmx.min.js")
    ]

    assert len(scripts) >= 8
    assert [script.name for script in scripts if re.search(r"\bDate\b", script.read_text("utf-8"))] == []


def test_a_challenge_without_javascript(opened: Opener) -> None:
    """Every form works, that of the hint and that of a rerun included."""
    page = opened(java_script_enabled=False)
    start(page)
    page.get_by_role("button", name="Show a hint").click()
    expect(page.get_by_role("heading", name="Hint")).to_be_visible()
    for number in range(1, 6):
        expect(page.get_by_text(f"Problem {number} of 5 ·")).to_be_visible()
        for place in right(page):
            page.locator(f'input[data-key="{place.lower()}"]').check()
        page.get_by_role("button", name="Answer", exact=True).click()
        expect(page.get_by_role("heading", level=1, name="Right")).to_be_visible()
        if number == 1:
            page.get_by_role("button", name="Run it again").click()
            expect(page.locator(".notice.hint")).to_be_visible(timeout=60_000)
            page.get_by_role("link", name="Back to the verdict").first.click()
        page.get_by_role("button", name=re.compile("Next problem|See your result")).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("5 of 5 right")


def test_a_rerun_shows_its_output_as_it_happens(opened: Opener) -> None:
    """The result replaces it."""
    page = opened()
    start(page, QUICK)
    page.get_by_role("button", name="Skip this problem").click()
    page.get_by_role("button", name="Run it again").click()

    page.wait_for_function(
        """() => {
            const shown = document.querySelector("practicum-live pre")?.textContent ?? "";
            return shown.includes("step 1") && !shown.includes("step 4");
        }"""
    )
    expect(page.locator(".live .notice.hint")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Run it again")).to_be_enabled()


def test_a_rerun_can_be_stopped_and_started_again(opened: Opener) -> None:
    """By its button, and by leaving the page."""
    page = opened()
    start(page, QUICK)
    page.get_by_role("button", name="Skip this problem").click()
    for end in ("stop", "leave"):
        page.get_by_role("button", name="Run it again").click()
        expect(page.locator("practicum-live pre")).to_contain_text("step 1", timeout=60_000)
        if end == "stop":
            page.get_by_role("button", name="Stop").click()
            expect(page.locator(".live").get_by_text("Stopped after")).to_be_visible()
        else:
            page.goto("/")
            page.go_back()
        page.wait_for_timeout(700)
    page.get_by_role("button", name="Run it again").click()

    expect(page.locator(".live .notice.hint")).to_be_visible(timeout=60_000)


def test_a_server_that_does_not_answer_is_reported(opened: Opener) -> None:
    """When it is back, the same key press counts."""
    page = opened(allow="ERR_INTERNET_DISCONNECTED|^htmx:")
    start(page)
    page.keyboard.press(right(page)[0])
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()

    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Right")).to_be_visible()


def tour(page: Page) -> Iterator[str]:
    """Visit every page in every state that looks different."""
    around = ("/badges", "/proofs", "/help", "/progress", "/settings", "/search?q=list", "/not/there")
    for path in ("/", TOPIC, f"{TOPIC}/challenge", *around):
        page.goto(path)
        yield path
    start(page, TOPIC, "Normal")
    yield "problem"
    page.keyboard.press("h")
    expect(page.locator("#hint")).to_be_visible()
    yield "hint"
    page.keyboard.press(wrong(page))
    page.keyboard.press("Enter")
    expect(page.locator(WRONG)).to_be_visible()
    yield "wrong attempt"
    for number in range(1, 6):
        for place in right(page):
            page.keyboard.press(place)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1, name="Right")).to_be_visible()
        for summary in page.locator("summary").all():
            summary.click()
        yield f"verdict {number}"
        if number == 4:
            page.get_by_role("button", name="Run it again").click()
            expect(page.locator(".live .notice")).to_be_visible(timeout=60_000)
            yield "run again"
        page.get_by_role("button", name=re.compile("Next problem|See your result")).click()
        if number < 5:
            expect(page.get_by_text(f"Problem {number + 1} of 5 ·")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("5 of 5 right")
    yield "result"
    for path in ("/", "/badges", "/badges/python-basics/lists?name=Ada"):
        page.goto(path)
        yield path


def test_every_page_is_accessible_and_fits(opened: Opener) -> None:
    """Axe finds no violation, and no page is wider than the window."""
    page = opened(allow="status of 404")

    assert [fault for place in tour(page) for fault in faults_in_all_looks(page, place)] == []
