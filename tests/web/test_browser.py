"""The pages in a real browser: by keyboard, on a phone, without JavaScript, and as a screen reader needs them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from practicum.web import assets
from tests.web.conftest import Opener
from tests.web.making import COURSE, TOPIC, proved, write
from tests.web.serving import Service

pytestmark = [pytest.mark.slow, pytest.mark.browser]

QUICK = "/quick/topic"
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
    time.sleep(0.5)
```

- [x] `4`

- [ ] `5`

## Hint

Count.
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The program itself, with the little course and one whose problem lasts five seconds."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(COURSE, folder / COURSE.name)
    proved(folder / COURSE.name)
    quick = write(
        folder / "quick",
        {
            "course.toml": 'title = "Quick"\nsummary = "One short problem."\nframework = "python"\n',
            "topic/topic.toml": 'title = "Quick"\nsummary = "One problem."\nminutes = 1\n',
            "topic/challenge/01-short.md": SHORT,
        },
    )
    proved(quick)
    with Service(folder / "data", courses=[folder / COURSE.name, quick]) as service:
        yield service


def start(page: Page, topic: str = TOPIC, clock: str = "Off") -> None:
    page.goto(f"{topic}/challenge")
    page.get_by_role("radio", name=clock).check()
    page.get_by_role("button", name="Start the challenge").click()
    expect(page.get_by_text("Problem 1 of")).to_be_visible()
    page.wait_for_load_state()  # From then on the page hears keys.


def right(page: Page) -> list[str]:
    """The places of the right options of the problem on the page."""
    title = page.get_by_role("heading", level=1).inner_text()
    texts = RIGHT.get(title)
    if texts is None:
        stop = re.search(r"numbers\[1:(\d)\]", page.locator(".statement").inner_text())
        assert stop, title
        texts = [str(int(stop[1]) - 1)]
    options = page.locator(".option").all()
    return [one.locator(".n").inner_text() for one in options if one.locator(".text").inner_text() in texts]


def wrong(page: Page) -> str:
    """The place of a wrong option that was not tried."""
    good = right(page)
    places = [one.locator(".n").inner_text() for one in page.locator("label.option").all()]
    return next(place for place in places if place not in good)


def test_a_whole_challenge_by_keyboard_alone(opened: Opener) -> None:
    """From the start page to the badge without the mouse and without Tab: digits pick, Enter does the rest."""
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

    expect(page.get_by_role("heading", level=1)).to_have_text("5 of 5 right")
    page.get_by_role("link", name="See your badge").press("Enter")
    expect(page.get_by_role("img", name="The badge List Keeper")).to_be_visible()
    assert page.evaluate("document.querySelector('.medal').naturalWidth") > 0


def test_wrong_then_right(opened: Opener) -> None:
    """A wrong first try says only that, keeps the rest in place, and speaks to screen readers; then right is right."""
    page = opened()
    start(page)
    tried = wrong(page)
    page.keyboard.press(tried)
    page.keyboard.press("Enter")

    notice = page.get_by_role("status").filter(has_text="Not that one.")
    expect(notice).to_be_focused()
    expect(page.locator(".option.tried .n")).to_have_text(tried)
    assert page.locator(f'input[value="{tried}"]').count() == 0
    page.keyboard.press(right(page)[0])
    page.keyboard.press("Enter")
    expect(page.get_by_text("At the second attempt.")).to_be_visible()


def test_the_hint(opened: Opener) -> None:
    """H opens it, the choice stays, and modifiers or a held key do nothing."""
    page = opened()
    start(page)
    page.keyboard.press("2")
    for keys in ("Control+h", "Alt+h", "Shift+h", "Meta+h", "Control+1"):
        page.keyboard.press(keys)
    expect(page.locator("#hint")).to_have_count(0)
    expect(page.locator('input[value="2"]')).to_be_checked()

    page.keyboard.press("h")

    expect(page.locator("#hint")).to_be_focused()
    expect(page.locator('input[value="2"]')).to_be_checked()
    expect(page.get_by_text("2 attempts left")).to_be_visible()


def test_shortcuts_can_be_turned_off(opened: Opener) -> None:
    """For who speaks to the machine, or whose tools use these keys; Enter stays, as everywhere."""
    page = opened()
    start(page)
    page.get_by_role("button", name="Turn them off").click()
    page.keyboard.press("1")

    expect(page.locator('input[value="1"]')).not_to_be_checked()
    page.reload()
    expect(page.get_by_text("Shortcut keys are off.")).to_be_visible()


def test_typing_a_name_triggers_nothing(opened: Opener) -> None:
    """Keys belong to the field one types in."""
    page = opened()
    start(page)
    page.evaluate("document.querySelector('.problem').insertAdjacentHTML('afterbegin', '<input type=text id=note>')")
    page.locator("#note").press_sequentially("h1 2")

    expect(page.locator("#note")).to_have_value("h1 2")
    expect(page.locator("#hint")).to_have_count(0)
    expect(page.locator("input:checked")).to_have_count(0)


def test_time_runs_out_by_itself(opened: Opener) -> None:
    """The ring runs down, the page says so without a click, and the answer is shown."""
    page = opened()
    start(page, QUICK, "Normal")
    expect(page.get_by_role("timer", name="Time left")).to_be_visible()

    expect(page.get_by_role("heading", level=1, name="Time ran out")).to_be_visible(timeout=60_000)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("0 of 1 right")


def test_time_runs_out_without_javascript_too(opened: Opener) -> None:
    """The page reloads itself once the time is up."""
    page = opened(java_script_enabled=False)
    start(page, QUICK, "Normal")

    expect(page.get_by_role("heading", level=1, name="Time ran out")).to_be_visible(timeout=60_000)


def test_a_reload_does_not_turn_back_the_clock(opened: Opener) -> None:
    """Nor does a second tab."""
    page = opened()
    start(page, TOPIC, "Normal")
    page.wait_for_timeout(1600)
    page.reload()
    again = int(page.locator("practicum-clock").get_attribute("data-left") or 0)
    tab = page.context.new_page()
    tab.goto(page.url)
    second = int(tab.locator("practicum-clock").get_attribute("data-left") or 0)

    assert again < 88_500
    assert second <= again


def test_no_script_asks_the_systems_clock() -> None:
    """Setting the computer's time changes no countdown."""
    for name in ("clock.js", "keys.js", "live.js", "editor.js", "page.js"):
        assert "Date" not in assets._all()[name].plain.decode().replace("DateTime", "")


def test_a_whole_challenge_without_javascript(opened: Opener) -> None:
    """Every form, the hint and a run included."""
    page = opened(java_script_enabled=False)
    start(page)
    page.get_by_role("button", name="Show a hint").click()
    expect(page.get_by_role("heading", name="Hint")).to_be_visible()
    for number in range(1, 6):
        expect(page.get_by_text(f"Problem {number} of 5 ·")).to_be_visible()
        for place in right(page):
            page.locator(f'input[value="{place}"]').check()
        page.get_by_role("button", name="Answer", exact=True).click()
        expect(page.get_by_role("heading", level=1, name="Right")).to_be_visible()
        if number == 1:
            page.get_by_role("button", name="Run it again").click()
            expect(page.get_by_text("The same again.")).to_be_visible(timeout=60_000)
            page.get_by_role("link", name="Back to the verdict").first.click()
        page.get_by_role("button", name=re.compile("Next problem|See your result")).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("5 of 5 right")


def test_run_it_again_live(opened: Opener) -> None:
    """What it prints appears while it runs; the result replaces it."""
    page = opened()
    start(page, QUICK)
    page.get_by_role("button", name="Skip this problem").click()
    page.get_by_role("button", name="Run it again").click()

    expect(page.locator("practicum-live pre")).to_contain_text("step 1", timeout=60_000)
    assert "step 4" not in page.locator("practicum-live pre").inner_text()
    expect(page.locator(".live").get_by_text("The same again.")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Run it again")).to_be_enabled()


def test_a_run_is_stopped_and_can_be_begun_anew(opened: Opener) -> None:
    """By its button, and by leaving the page; then it runs anew."""
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

    expect(page.locator(".live").get_by_text("The same again.")).to_be_visible(timeout=60_000)


def test_a_server_that_is_gone_is_told_in_words(opened: Opener) -> None:
    """Nothing was stored, and what to do; once it is back the same press counts."""
    page = opened(allow="ERR_INTERNET_DISCONNECTED|^htmx:")
    start(page)
    page.keyboard.press(right(page)[0])
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("nothing was stored")

    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Right")).to_be_visible()


def tour(page: Page) -> Iterator[str]:
    """Every page there is, in every state that looks different."""
    for path in ("/", TOPIC, f"{TOPIC}/challenge", "/badges", "/proofs", "/not/there"):
        page.goto(path)
        yield path
    start(page, TOPIC, "Normal")
    yield "problem"
    page.keyboard.press("h")
    expect(page.locator("#hint")).to_be_visible()
    yield "hint"
    page.keyboard.press(wrong(page))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not that one.", exact=True)).to_be_visible()
    yield "wrong try"
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
            expect(page.locator(".live").get_by_text("One seed alone settles nothing")).to_be_visible(timeout=60_000)
            yield "run again"
        page.get_by_role("button", name=re.compile("Next problem|See your result")).click()
        if number < 5:
            expect(page.get_by_text(f"Problem {number + 1} of 5 ·")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("5 of 5 right")
    yield "result"
    for path in ("/", "/badges", "/badges/python-basics/lists?name=Ada"):
        page.goto(path)
        yield path


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits(opened: Opener, scheme: str, width: int) -> None:
    """Axe finds nothing, and nothing must be scrolled sideways."""
    page = opened(allow="status of 404", color_scheme=scheme, viewport={"width": width, "height": 780})
    problems = []
    for place in tour(page):
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            problems.append(f"{place}: {wide} px too wide")
        found = Axe().run(page)
        if found.violations_count:
            problems.append(f"{place}: {found.generate_report()}")

    assert problems == []
