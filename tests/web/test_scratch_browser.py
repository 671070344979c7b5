"""The scratch pad in a real browser: live, by keyboard, stopped, left, in a queue, without JavaScript, for everyone."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Cancellation, Job, Limits, Pool
from practicum.store import Store
from practicum.web.app import create_app
from tests.waiting import eventually
from tests.web.conftest import Opener, write
from tests.web.making import TOPIC
from tests.web.serving import Cable, Inside

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PAD = f"{TOPIC}/scratch"
LOOP = "n = 0\nwhile True:\n    n += 1\n"
BOMB = "import numpy as np\nbig = np.zeros((200_000, 200_000))\n"
TYPO = "best = 3\nprint('so far')\nprint(bets)\n"
STEPS = "import time\nfor n in range(100):\n    print('step', n, flush=True)\n    time.sleep(0.1)\n"
FIT = """import sys
import numpy as np, keras, matplotlib.pyplot as plt
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mae", "mape"])
model.fit(np.zeros((32, 2)), np.zeros(32), epochs=14, verbose=2, validation_split=0.5)
model.summary()
plt.plot([1, 2])
print("x" * 500, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def runner() -> Iterator[Pool]:
    """Two places, of which one person gets one."""
    with Pool(2, per_person=1) as pool:
        yield pool


@pytest.fixture(scope="module")
def service(catalogue: Catalogue, runner: Pool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """The pages, served from here: so it can be seen what still runs."""
    with (
        Store.open(tmp_path_factory.mktemp("data")) as store,
        Inside(create_app(Site([catalogue], store, runner))) as inside,
    ):
        yield inside


def run(page: Page, code: str) -> None:
    write(page, code)
    page.get_by_role("button", name="Run").click()


def test_a_loop_a_bomb_and_a_typo(opened: Opener) -> None:
    """Each is told in words, with its line."""
    page = opened(PAD)
    run(page, TYPO)
    expect(page.locator(".live")).to_contain_text("NameError at line 3: name 'bets' is not defined")
    expect(page.locator(".stdout")).to_have_text("so far")
    expect(page.locator(".quote .here")).to_have_text(re.compile(r"3\s*print\(bets\)"))
    run(page, BOMB)
    expect(page.locator(".live")).to_contain_text("Stopped at line 2: it asked for 298 GB of memory")
    run(page, LOOP)
    expect(page.locator(".state")).to_have_text(re.compile(r"Running … [1-9]\d* s"))

    expect(page.locator(".live")).to_contain_text("the loop at line 2 was still running", timeout=20_000)
    expect(page.get_by_role("button", name="Run")).to_be_enabled()
    assert page.locator("#code").input_value() == LOOP


def test_stop_ends_the_run(opened: Opener, runner: Pool) -> None:
    """At once, on the server too; what it had printed stays, and it can be run anew."""
    page = opened(PAD)
    run(page, STEPS)
    expect(page.locator(".stdout")).to_contain_text("step 4")
    page.get_by_role("button", name="Stop").click()

    expect(page.locator(".ending")).to_have_text(re.compile(r"Stopped after [\d.]+ s\."))
    assert eventually(lambda: runner.queue.running == 0)
    expect(page.locator(".stdout")).to_contain_text("step 4")
    run(page, "print('anew')")
    expect(page.locator(".stdout")).to_have_text("anew")


@pytest.mark.parametrize("javascript", [True, False])
def test_closing_the_page_ends_the_run(opened: Opener, runner: Pool, javascript: bool) -> None:
    """With and without JavaScript. Within seconds, once the page knows of its run; at the latest when patience ends."""
    page = opened(PAD, java_script_enabled=javascript)
    write(page, LOOP)
    page.get_by_role("button", name="Run").click(no_wait_after=True)
    assert eventually(lambda: runner.queue.running == 1)
    if javascript:
        expect(page.locator(".state")).to_contain_text("Running")
    page.close()

    assert eventually(lambda: runner.queue.running == 0)


def test_the_queue(opened: Opener, runner: Pool) -> None:
    """A page says how many go first, and counts down; then the run has its turn."""
    page = opened(PAD)
    cancels = {person: Cancellation() for person in ("bob", "eve", "mallory")}
    job = Job(code="import time\ntime.sleep(60)", limits=Limits(seconds=60))
    threads = [threading.Thread(target=runner.run, args=(job, None, stop, name)) for name, stop in cancels.items()]
    try:
        for count, thread in enumerate(threads, 1):
            thread.start()
            assert eventually(lambda count=count: runner.queue.running + runner.queue.waiting == count)  # type: ignore[misc]
        run(page, "print('my turn')")
        expect(page.locator(".state")).to_have_text("Waiting: 1 run goes first")
        cancels["bob"].set()
        expect(page.locator(".state")).to_have_text("Waiting: you are next")
        cancels["eve"].set()
        expect(page.locator(".stdout")).to_have_text("my turn")
    finally:
        for stop in cancels.values():
            stop.set()
        for thread in threads:
            thread.join()


def test_a_run_that_waits_can_be_stopped(opened: Opener, runner: Pool) -> None:
    """One's second run waits for one's first; in another tab it is the same person."""
    page = opened(PAD)
    other = page.context.new_page()
    other.goto(PAD)
    run(page, LOOP)
    assert eventually(lambda: runner.queue.running == 1)
    run(other, "print(1)")
    expect(other.locator(".state")).to_have_text("Waiting: you are next")
    other.get_by_role("button", name="Stop").click()

    expect(other.locator(".ending")).to_have_text("Stopped.")
    assert eventually(lambda: runner.queue.waiting == 0)
    assert runner.queue.running == 1
    page.get_by_role("button", name="Stop").click()
    assert eventually(lambda: runner.queue.running == 0)


def test_a_double_click_is_one(opened: Opener) -> None:
    """It does not run and stop at once."""
    page = opened(PAD)
    write(page, "import time\ntime.sleep(1)\nprint('ran')")
    page.get_by_role("button", name="Run").dblclick()

    expect(page.locator(".stdout")).to_have_text("ran")


def test_by_keyboard(opened: Opener) -> None:
    """Enter keeps the indentation, Tab indents, Ctrl+Enter runs; Escape, then Tab, leads on to the button."""
    page = opened(PAD)
    page.locator(".code-box").wait_for()
    area, field = page.get_by_role("textbox", name="Your code"), page.locator("#code")
    area.focus()
    page.keyboard.type("for n in range(2):\nprint(n)\nif n:\nprint('one')")

    assert field.input_value() == "for n in range(2):\n    print(n)\n    if n:\n        print('one')"
    page.keyboard.press("Shift+Tab")
    assert field.input_value().endswith("\n    print('one')")
    page.keyboard.press("Tab")
    assert field.input_value().endswith("    print('one')    ")
    page.keyboard.press("Control+z")
    assert field.input_value().endswith("\n    print('one')")
    page.keyboard.press("Control+a")
    page.keyboard.press("Tab")
    assert field.input_value().startswith("    for n in range(2):\n        print(n)\n")
    page.keyboard.press("Shift+Tab")
    write(page, "print(6 * 7)")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".stdout")).to_have_text("42")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Plain editor")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(area).to_be_focused()


def test_without_javascript(opened: Opener) -> None:
    """The same outcome as a page, the code still in its box, and Tab leaves the field as ever."""
    page = opened(PAD, java_script_enabled=False)
    run(page, TYPO)

    expect(page.locator(".live")).to_contain_text("NameError at line 3")
    assert page.locator("#code").input_value() == TYPO
    expect(page.locator(".keys")).to_be_empty()


def test_a_server_that_is_gone(opened: Opener) -> None:
    """It is told in words, and the code is not lost."""
    page = opened(PAD, allow="ERR_INTERNET_DISCONNECTED")
    page.locator(".code-box").wait_for()
    page.context.set_offline(True)
    run(page, "print(1)")

    expect(page.locator(".live")).to_have_text(re.compile("The server did not answer"))
    page.context.set_offline(False)
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".stdout")).to_have_text("1")


@pytest.fixture
def cable(service: Inside, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cable]:
    """Pages come through it from now on."""
    with Cable(service.url) as cable:
        monkeypatch.setattr(service, "url", cable.url)
        monkeypatch.setattr("practicum.application.scratch.LIMITS", Limits(seconds=60))
        yield cable


BROKEN = "ERR_(CONNECTION|EMPTY|INCOMPLETE|SOCKET)"


def test_a_connection_that_breaks_is_taken_up_again(cable: Cable, opened: Opener) -> None:
    """By itself: it says so, goes on where it was, and shows nothing twice."""
    page = opened(PAD, allow=BROKEN)
    run(page, STEPS.replace("100", "600"))
    expect(page.locator(".stdout")).to_contain_text("step 4")
    cable.cut()
    expect(page.locator(".state")).to_have_text("Connection lost, trying again …")
    time.sleep(0.5)
    cable.mend()
    expect(page.locator(".state")).to_have_text(re.compile(r"Running … [1-9]\d* s"))
    expect(page.locator(".stdout")).to_contain_text("step 30")
    shown = page.locator(".stdout").inner_text().strip().split("\n")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".ending")).to_contain_text("Stopped after")

    assert shown == [f"step {n}" for n in range(len(shown))]


def test_a_proxy_that_answers_for_a_service_that_starts_anew(cable: Cable, opened: Opener) -> None:
    """Its page is no word of ours, and no end: it is tried again, until the service itself says there is no run."""
    page = opened(PAD, allow=f"{BROKEN}|status of (404|502)")
    answers = [(502, "text/html", "<h1>Bad Gateway</h1>"), None, (404, "text/plain", "This run is not known here.")]

    def between(route: Route) -> None:
        answer = answers.pop(0)
        if answer is None:
            route.continue_()
        else:
            route.fulfill(status=answer[0], content_type=answer[1], body=answer[2])

    page.route("**/runs/*", between)
    run(page, STEPS)
    expect(page.locator(".stdout")).to_contain_text("step 2")
    cable.cut()
    expect(page.locator(".state")).to_have_text("Connection lost, trying again …")
    cable.mend()
    expect(page.locator(".state")).to_have_text("The server is busy, trying again …")
    expect(page.locator(".state")).to_have_text(re.compile("Running … [1-9]"))
    cable.cut()
    cable.mend()
    expect(page.locator(".live .notice")).to_have_text("This run is not known here.")
    assert "Bad Gateway" not in page.content()


def test_stopped_while_the_connection_is_lost(cable: Cable, opened: Opener) -> None:
    """It says that the run could not be told, and the page can be used again."""
    page = opened(PAD, allow=BROKEN)
    run(page, STEPS.replace("100", "20"))
    expect(page.locator(".stdout")).to_contain_text("step 1")
    cable.cut()
    expect(page.locator(".state")).to_have_text("Connection lost, trying again …")
    page.get_by_role("button", name="Stop").click()

    expect(page.locator(".ending")).to_contain_text("could not be told to stop")
    expect(page.get_by_role("button", name="Run")).to_be_enabled()


EPOCHS = """import time, numpy as np, keras
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("sgd", "mse")
def tell(epoch, logs):
    time.sleep(0.15)
    print(f"ended {epoch + 1} {time.time() * 1000:.0f}", flush=True)
told = keras.callbacks.LambdaCallback(on_epoch_end=tell)
model.fit(np.zeros((32, 2)), np.zeros(32), epochs=20, verbose=0, callbacks=[told])
"""
SEEN = """() => {
    window.seen = {};
    new MutationObserver(() => {
        const rows = document.querySelectorAll('.live .epochs th[scope=row]');
        for (const row of rows) window.seen[row.textContent] ??= Date.now();
    }).observe(document.querySelector('.live'), { childList: true, subtree: true, characterData: true });
}"""


@pytest.mark.tensorflow
def test_an_epoch_is_on_the_page_at_once(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the training goes on: the first ten are there before the last has ended in Keras."""
    monkeypatch.setattr("practicum.application.scratch.LIMITS", Limits(seconds=60))
    page = opened(PAD)
    page.evaluate(SEEN)
    run(page, EPOCHS)
    expect(page.locator(".live")).to_contain_text("Done in", timeout=60_000)
    ended = dict(re.findall(r"ended (\d+) (\d+)", page.locator(".stdout").inner_text()))
    seen = page.evaluate("window.seen")

    assert {f"{number}/20" for number in ended} <= seen.keys()
    assert all(seen[f"{number}/20"] < int(ended["20"]) for number in range(1, 11))


def test_what_is_drawn_is_no_part_of_the_page(opened: Opener) -> None:
    """A figure's SVG is a picture: a script in it does nothing, and nothing is fetched for it."""
    page = opened(PAD)
    evil = (
        "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.figtext(.5, .5, 'drawn')\n"
        'plt.gca().set_gid(\'\\"><script>document.title=1</script><image href="http://example.com/x.png"/>\')\n'
    )
    run(page, evil)
    picture = page.get_by_role("img", name="Figure 1")
    expect(picture).to_be_visible(timeout=30_000)

    assert picture.evaluate("image => image.complete && image.naturalWidth") > 100
    assert page.title().startswith("Scratch pad")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save figure 1").click()
    assert Path(saved.value.path()).read_bytes().startswith(b"\x89PNG")


@pytest.mark.tensorflow
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits(opened: Opener, scheme: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In every state: axe finds nothing, and nothing must be scrolled sideways."""
    monkeypatch.setattr("practicum.application.scratch.LIMITS", Limits(seconds=60))
    page = opened(PAD, color_scheme=scheme, viewport={"width": width, "height": 780})
    problems = []
    for code, ends in (("", ""), (STEPS, "step 1"), (TYPO, "NameError"), (BOMB, "Stopped at"), (FIT, "Done in")):
        if code:
            run(page, code)
            expect(page.locator(".live")).to_contain_text(ends, timeout=60_000)
        for summary in page.locator("summary").all():
            summary.click()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            problems.append(f"{ends}: {wide} px too wide")
        found = Axe().run(page)
        if found.violations_count:
            problems.append(f"{ends}: {found.generate_report()}")
        if code == STEPS:
            page.get_by_role("button", name="Stop").click()
            expect(page.locator(".ending")).to_be_visible()

    assert problems == []
    expect(page.locator(".epochs tbody").last.locator("tr")).to_have_count(12)
