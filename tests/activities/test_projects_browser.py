"""A project in a browser, with real training: live, resumed, submitted, and accessible."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from practicum.application import custom_dataset
from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Pool
from practicum.store import Store
from practicum.web.app import create_app
from tests.looks import faults_in_all_looks
from tests.pools import own_queue
from tests.waiting import eventually
from tests.web.conftest import Opener
from tests.web.making import proved, write
from tests.web.serving import Inside

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PROJECTS = "/little/nets/project"
HERE = f"{PROJECTS}/01-lines"
TRAIN = """import time

import keras

model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
pause = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: time.sleep(0.3))
model.fit(points, labels, epochs=8, verbose=2, validation_split=0.25, callbacks=[pause])
"""
"""Trains for as long as it takes to look at the page."""
SLOW = """import time
for step in range(300):
    print("step", step, flush=True)
    time.sleep(0.1)
"""
TEXT = """+++
kind = "project"
level = "beginner"
[goal]
metric = "accuracy"
at_least = 0.9
+++

# Points beside a line

Teach `model` on which side of a line a point lies. It has `points` and `labels` to learn from, and is asked for the
sides of points that it has never seen.

```python setup
import numpy as np

chance = np.random.default_rng(seed)
points = chance.normal(size=(80, 2)).astype("float32")
labels = (points.sum(axis=1) > 0).astype("float32")
```

```python start
class model:
    def predict(points, verbose):
        return points
```

```python solution
class model:
    def predict(points, verbose):
        return points.sum(axis=1, keepdims=True) + 0.5
```

```python check
import secrets

fresh = np.random.default_rng(secrets.randbits(64)).normal(size=(500, 2)).astype("float32")
accuracy = float(np.mean((model.predict(fresh, verbose=0)[:, 0] > 0.5) == (fresh.sum(axis=1) > 0)))
```

## Hint

How far does a step go?
"""
FILES = {
    "course.toml": 'title = "Little"\n',
    "nets/topic.toml": 'title = "Nets"\nsummary = "Small ones."\n',
    "nets/project/01-lines.md": TEXT,
}


@pytest.fixture(scope="module")
def runner(pool: Pool) -> Iterator[Pool]:
    with own_queue(pool) as runner:
        yield runner


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Catalogue:
    """A course of one project that trains, proved."""
    return proved(write(tmp_path_factory.mktemp("courses") / "little", FILES), pool)


@pytest.fixture(scope="module")
def service(little: Catalogue, runner: Pool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """The service in this process, so that a test can see what still runs."""
    data = tmp_path_factory.mktemp("data")
    with (
        Store.open(data) as store,
        Inside(create_app(Site([little], store, runner, local=True, lab=data / "lab"))) as inside,
    ):
        yield inside


def write_code(page: Page, code: str) -> None:
    page.locator("practicum-editor").evaluate("(editor, code) => { editor.value = code; }", code)


def test_a_run_continues_while_its_page_is_left(opened: Opener, runner: Pool) -> None:
    """The page opened again shows all of its output, and Stop ends it."""
    page = opened(HERE)
    write_code(page, SLOW)
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".stdout")).to_contain_text("step 3")
    page.goto(PROJECTS)
    running = runner.queue.running
    page.goto(HERE)

    assert running == 1
    expect(page.locator(".stdout")).to_contain_text(re.compile(r"step 0\nstep 1\n[\s\S]*step 15\n"))
    expect(page.locator(".state")).to_have_text(re.compile(r"Running … [1-9]\d* s"))
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#result .report[data-ending=stopped]")).to_be_visible()
    expect(page.locator("#runs tbody tr").first).to_contain_text("stopped")
    assert eventually(lambda: runner.queue.running == 0)


def test_a_run_without_javascript(opened: Opener) -> None:
    """The page reloads itself until the result is there."""
    page = opened(HERE, java_script_enabled=False)
    page.locator("textarea[name=code]").fill("import time\ntime.sleep(1)\nprint('slept well')")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#runs tbody tr").first).to_contain_text("running")

    expect(page.locator("#result")).to_contain_text("slept well", timeout=60_000)
    expect(page.locator("#result .report[data-ending=done]")).to_be_visible()


def test_enter_in_a_field_starts_a_run_and_never_stops_it(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pressed twice or held, in a field or on the button, it starts one run; then the button stops it."""
    steps = "import time\nfor step in range(300):\n    print('step', step)\n    time.sleep(0.1)\n"
    monkeypatch.setattr(custom_dataset, "fit_command", lambda fit, model: [sys.executable, "-c", steps])
    page = opened(f"{PROJECTS}/own")
    field, button = page.get_by_label("A folder on this machine"), page.locator("practicum-live .actions button")
    field.fill("/leaves")

    def hold_enter() -> None:
        for _ in range(8):  # From the second on the browser marks them as repeated.
            page.keyboard.down("Enter")
            time.sleep(0.1)
        page.keyboard.up("Enter")

    for begin in (field, button):
        begin.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        hold_enter()
        if begin is field:
            time.sleep(0.6)  # Longer than two presses count as one.
            page.keyboard.press("Enter")
        expect(page.locator(".stdout")).to_contain_text("step 20")
        expect(button).to_have_text("Stop")
        button.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#result .ending")).to_contain_text("Stopped")


@pytest.mark.tensorflow
def test_training_and_submission_are_accessible(opened: Opener) -> None:
    """Epochs come live as a table and a plot, then the run is listed with its accuracies and curve, then graded.

    Axe finds no violation, and no state is wider than the window.
    """
    page = opened(HERE)
    found = faults_in_all_looks(page, "before")
    write_code(page, TRAIN)
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#result .epochs")).to_contain_text("1/8", timeout=60_000)
    expect(page.locator("practicum-plot")).to_be_visible()
    expect(page.locator("practicum-plot .panel").first).to_have_attribute("aria-label", re.compile("Loss after"))
    found += faults_in_all_looks(page, "running")
    expect(page.locator("#result .report[data-ending=done]")).to_be_visible(timeout=60_000)
    found += faults_in_all_looks(page, "ran")
    row = page.locator("#runs tbody tr").last

    expect(row).to_contain_text(re.compile(r"end\s*8\s*[01]\.\d+\s*[01]\.\d+"))
    expect(page.locator("#runs .chart").first).to_be_visible()
    write_code(page, TRAIN.replace("0.3", "0"))
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#result .grades th")).to_have_count(6, timeout=90_000)
    found += faults_in_all_looks(page, "graded")
    page.goto(f"{PROJECTS}/own")
    found += faults_in_all_looks(page, "own")
    assert found == []
