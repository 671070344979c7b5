"""The scratch pad in a browser: live, by keyboard, stopped, in a queue, over a broken connection, and accessible."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Cancellation, Client, Job, Limits, Pool
from practicum.store import Store
from practicum.web.app import create_app
from tests.looks import faults_in_all_looks
from tests.pools import own_queue
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
STOPPED = ".report[data-ending=stopped]"
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
def runner(pool: Pool) -> Iterator[Pool]:
    """Runs two jobs at a time, one per learner."""
    with own_queue(pool, per_person=1) as runner:
        yield runner


@pytest.fixture(scope="module")
def service(catalogue: Catalogue, runner: Pool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """The service in this process, so that a test can see what still runs."""
    with (
        Store.open(tmp_path_factory.mktemp("data")) as store,
        Inside(create_app(Site([catalogue], store, runner))) as inside,
    ):
        yield inside


def run(page: Page, code: str) -> None:
    write(page, code)
    page.get_by_role("button", name="Run").click()


def test_errors_and_limits_are_shown_with_their_line(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """A typo, too much memory, and a loop that never ends."""
    page = opened(PAD)
    run(page, TYPO)
    expect(page.locator(".live")).to_contain_text("NameError at line 3")
    expect(page.locator(".stdout")).to_have_text("so far")
    expect(page.locator(".quote .marked")).to_have_text(re.compile(r"3\s*print\(bets\)"))
    run(page, BOMB)
    expect(page.locator(".quote .marked")).to_have_text(re.compile(r"2\s*big = "))
    monkeypatch.setattr("practicum.application.scratch.SHORT", Limits(seconds=6))
    run(page, LOOP)
    expect(page.locator(".state")).to_have_text(re.compile(r"Running … [1-9]\d* s"))

    expect(page.locator(".quote .marked")).to_have_text(re.compile(r"2\s*while True:"), timeout=60_000)
    expect(page.get_by_role("button", name="Run")).to_be_enabled()
    assert page.locator("#code").input_value() == LOOP


def test_stop_ends_the_run(opened: Opener, runner: Pool) -> None:
    """On the server too; its output stays, and the next run replaces it."""
    page = opened(PAD)
    run(page, STEPS)
    expect(page.locator(".stdout")).to_contain_text("step 4")
    page.get_by_role("button", name="Stop").click()

    expect(page.locator(STOPPED)).to_be_visible()
    assert eventually(lambda: runner.queue.running == 0)
    expect(page.locator(".stdout")).to_contain_text("step 4")
    run(page, "print('again')")
    expect(page.locator(".stdout")).to_have_text("again")


@pytest.mark.parametrize("javascript", [True, False])
def test_closing_the_page_ends_the_run(opened: Opener, runner: Pool, javascript: bool) -> None:
    """With and without JavaScript; at the latest when the run's patience for a follower ends."""
    page = opened(PAD, java_script_enabled=javascript)
    write(page, LOOP)
    page.get_by_role("button", name="Run").click(no_wait_after=True)
    assert eventually(lambda: runner.queue.running == 1)
    if javascript:
        expect(page.locator(".state")).to_contain_text("Running")
    page.close()

    assert eventually(lambda: runner.queue.running == 0)


def test_the_page_shows_the_place_in_the_queue(opened: Opener, runner: Pool) -> None:
    """It counts down until the run has its turn."""
    page = opened(PAD)
    cancels = {name: Cancellation() for name in ("bob", "eve", "mallory")}
    job = Job(code="import time\ntime.sleep(60)", limits=Limits(seconds=60))
    clients = [Client(name, f"the network of {name}") for name in cancels]
    calls = [(job, None, stop, client) for client, stop in zip(clients, cancels.values(), strict=True)]
    threads = [threading.Thread(target=runner.run, args=call) for call in calls]
    try:
        for count, thread in enumerate(threads, 1):
            thread.start()
            assert eventually(lambda count=count: runner.queue.running + runner.queue.waiting == count)  # type: ignore[misc]
        run(page, "print('my turn')")
        expect(page.locator(".state")).to_contain_text("Waiting: 1 run goes first")
        cancels["bob"].set()
        expect(page.locator(".state")).to_contain_text("Waiting: you are next")
        cancels["eve"].set()
        expect(page.locator(".stdout")).to_have_text("my turn")
    finally:
        for stop in cancels.values():
            stop.set()
        for thread in threads:
            thread.join()


def test_a_waiting_run_can_be_stopped(opened: Opener, runner: Pool) -> None:
    """A learner's second run, in another tab, waits for the first."""
    page = opened(PAD)
    other = page.context.new_page()
    other.goto(PAD)
    run(page, LOOP)
    assert eventually(lambda: runner.queue.running == 1)
    run(other, "print(1)")
    expect(other.locator(".state")).to_contain_text("Waiting: you are next")
    other.get_by_role("button", name="Stop").click()

    expect(other.locator(STOPPED)).to_be_visible()
    assert eventually(lambda: runner.queue.waiting == 0)
    assert runner.queue.running == 1
    page.get_by_role("button", name="Stop").click()
    assert eventually(lambda: runner.queue.running == 0)


def test_a_double_click_starts_one_run(opened: Opener) -> None:
    """The second click does not stop it."""
    page = opened(PAD)
    write(page, "import time\ntime.sleep(1)\nprint('ran')")
    page.get_by_role("button", name="Run").dblclick()

    expect(page.locator(".stdout")).to_have_text("ran")


def test_the_editor_by_keyboard(opened: Opener) -> None:
    """Enter keeps the indentation, Tab indents, Ctrl+Enter runs; Escape, then Tab, leaves the editor."""
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
    for name in ("Reset", "Plain editor", "Run"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=name)).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Shift+Tab")
    expect(area).to_be_focused()


def test_without_javascript(opened: Opener) -> None:
    """The page comes back with the result and with the code."""
    page = opened(PAD, java_script_enabled=False)
    run(page, TYPO)

    expect(page.locator(".live")).to_contain_text("NameError at line 3")
    assert page.locator("#code").input_value() == TYPO
    expect(page.locator(".keys")).to_be_empty()


def test_a_server_that_does_not_answer_is_reported(opened: Opener) -> None:
    """The code stays, and can be run when the server is back."""
    page = opened(PAD, allow="ERR_INTERNET_DISCONNECTED")
    page.locator(".code-box").wait_for()
    page.context.set_offline(True)
    run(page, "print(1)")

    expect(page.locator(".live .notice.wrong")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".stdout")).to_have_text("1")


@pytest.fixture
def cable(service: Inside, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cable]:
    """A connection that the test can break; the pages come through it."""
    with Cable(service.url) as cable:
        monkeypatch.setattr(service, "url", cable.url)
        monkeypatch.setattr("practicum.application.scratch.SHORT", Limits(seconds=60))
        yield cable


BROKEN = "ERR_(CONNECTION|EMPTY|INCOMPLETE|SOCKET)"


def test_a_broken_connection_is_resumed(cable: Cable, opened: Opener) -> None:
    """The state says so, and the output continues without a repetition."""
    page = opened(PAD, allow=BROKEN)
    run(page, STEPS.replace("100", "600"))
    expect(page.locator(".stdout")).to_contain_text("step 4")
    cable.cut()
    expect(page.locator(".state")).to_contain_text("Connection lost")
    cable.mend()
    expect(page.locator(".state")).to_have_text(re.compile(r"Running … [1-9]\d* s"))
    expect(page.locator(".stdout")).to_contain_text("step 30")
    shown = page.locator(".stdout").inner_text().strip().split("\n")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(STOPPED)).to_be_visible()

    assert shown == [f"step {n}" for n in range(len(shown))]


def test_a_response_of_a_proxy_is_not_shown(cable: Cable, opened: Opener) -> None:
    """The page tries again until the service itself refuses."""
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
    expect(page.locator(".state")).to_contain_text("Connection lost")
    cable.mend()
    expect(page.locator(".state")).to_contain_text("The server is busy")
    expect(page.locator(".state")).to_have_text(re.compile("Running … [1-9]"))
    cable.cut()
    cable.mend()
    expect(page.locator(".live .notice")).to_have_text("This run is not known here.")
    assert "Bad Gateway" not in page.content()


def test_stop_without_a_connection(cable: Cable, opened: Opener) -> None:
    """The page reports that the run was not stopped, and can be used again."""
    page = opened(PAD, allow=BROKEN)
    run(page, STEPS.replace("100", "20"))
    expect(page.locator(".stdout")).to_contain_text("step 1")
    cable.cut()
    expect(page.locator(".state")).to_contain_text("Connection lost")
    page.get_by_role("button", name="Stop").click()

    expect(page.locator(".live > .ending")).to_be_visible()
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
def test_epochs_appear_during_the_training(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ten are on the page before the last has ended in Keras."""
    monkeypatch.setattr("practicum.application.scratch.SHORT", Limits(seconds=60))
    page = opened(PAD)
    page.evaluate(SEEN)
    run(page, EPOCHS)
    expect(page.locator(".live")).to_contain_text("Done in", timeout=60_000)
    ended = dict(re.findall(r"ended (\d+) (\d+)", page.locator(".stdout").inner_text()))
    seen = page.evaluate("window.seen")

    assert {f"{number}/20" for number in ended} <= seen.keys()
    assert all(seen[f"{number}/20"] < int(ended["20"]) for number in range(1, 11))


def test_a_figure_cannot_run_scripts(opened: Opener) -> None:
    """Its SVG is an image: a script in it does nothing, and nothing is fetched for it."""
    page = opened(PAD)
    evil = (
        "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.figtext(.5, .5, 'drawn')\n"
        'plt.gca().set_gid(\'\\"><script>document.title=1</script><image href="http://example.com/x.png"/>\')\n'
    )
    run(page, evil)
    figure = page.get_by_role("img", name="Figure 1")
    expect(figure).to_be_visible(timeout=30_000)

    assert figure.evaluate("image => image.complete && image.naturalWidth") > 100
    assert page.title().startswith("Scratch pad")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save figure 1").click()
    assert Path(saved.value.path()).read_bytes().startswith(b"\x89PNG")


@pytest.mark.tensorflow
def test_every_state_is_accessible_and_fits(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Axe finds no violation, and no state is wider than the window."""
    monkeypatch.setattr("practicum.application.scratch.SHORT", Limits(seconds=60))
    page = opened(PAD)
    found: list[str] = []
    for code, ends in (("", ""), (STEPS, "step 1"), (TYPO, "NameError"), (BOMB, "line 2"), (FIT, "Done in")):
        if code:
            run(page, code)
            expect(page.locator(".live")).to_contain_text(ends, timeout=60_000)
        for summary in page.locator("summary").all():
            summary.click()
        found += faults_in_all_looks(page, ends)
        if code == STEPS:
            page.get_by_role("button", name="Stop").click()
            expect(page.locator(".ending")).to_be_visible()

    assert found == []
    expect(page.locator(".epochs tbody").last.locator("tr")).to_have_count(12)
