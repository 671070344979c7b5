"""One learner goes through all nine modes of the shipped topic, in a browser, with real TensorFlow."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from practicum import modes, settings
from practicum.application.limits import LONG, SHORT
from practicum.prove.catalogue import Catalogue, load
from practicum.runner import Limits, Pool
from tests.browser import LOOKS, settle
from tests.looks import faults
from tests.web.conftest import Opener
from tests.web.serving import Inside, served

pytestmark = [pytest.mark.slow, pytest.mark.browser]

TOPIC = "/transfer-learning/small-datasets"
COURSE = settings.shipped_courses()[0]
PAGES = [mode.name for mode in modes.registered().values() if mode.holds == "page"]
PATIENCE = 300_000
"""Milliseconds that a run may take on a busy machine."""
SOLUTION = """from practicum.lab.backbones import efficientnet_lite0

base = efficientnet_lite0(32)

def features(pixels):
    values = np.asarray(base(pixels[:, ::2, ::2], training=False))
    return np.hstack([values, np.ones((len(values), 1))])

head = np.linalg.lstsq(features(train_pixels), np.eye(5)[train_labels], rcond=1e-3)[0]

def predict(pixels):
    return features(pixels) @ head
"""
"""Meets the project's goal with images of half the size: a quarter of the work of the author's solution."""


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return load(COURSE)


@pytest.fixture(scope="module")
def service(shipped: Catalogue, pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """The service with the shipped course, whose runs take as long as a busy machine needs."""
    with (
        pytest.MonkeyPatch.context() as patch,
        served([shipped], pool, tmp_path_factory.mktemp("data")) as inside,
    ):
        for name, limits in {"grading.SHORT": SHORT, "pages.LONG": LONG, "projects.LONG": LONG}.items():
            patch.setattr(f"practicum.application.{name}", Limits(seconds=10 * limits.seconds))
        yield inside


def write(page: Page, code: str) -> None:
    """Replace the code in the first editor of the page."""
    editor = page.locator("practicum-editor").first
    editor.scroll_into_view_if_needed()
    editor.evaluate("(editor, code) => { editor.value = code; }", code)


@pytest.mark.tensorflow
def test_all_nine_modes(opened: Opener) -> None:
    """From the first page to a met goal and rated cards; the topic page shows the progress in each."""
    page = opened(TOPIC)
    expect(page.get_by_role("heading", name="9 ways to learn it")).to_be_visible()
    expect(page.get_by_role("link", name="Start with Learn")).to_be_visible()

    learn(page)
    why(page)
    visualize(page)
    try_(page)
    challenge(page)
    project(page)
    recall(page)
    metrics(page)
    deep(page)

    page.goto(TOPIC)
    ways = page.locator(".ways")
    expect(ways.get_by_text("read", exact=True)).to_have_count(len(PAGES))
    expect(ways.get_by_text("1 of 13 solved")).to_be_visible()
    expect(ways.get_by_text("1 of 2 goals met")).to_be_visible()
    expect(ways.get_by_text(re.compile(r"\d of 5 right"))).to_be_visible()
    expect(ways.get_by_text("1 of 37 cards seen")).to_be_visible()
    expect(page.get_by_role("region", name="What next")).to_be_visible()


def learn(page: Page) -> None:
    """Edit a cell and run it; its recorded output stays beside it."""
    page.get_by_role("link", name="Start with Learn").click()
    first = page.locator(".cell").first
    first.scroll_into_view_if_needed()
    expect(first.locator(".recorded")).to_be_visible()
    first.locator("practicum-editor").evaluate("(editor) => { editor.value = 'print(6 * 7)'; }")
    first.get_by_role("button", name="Run").click()
    expect(first.locator(".live")).to_contain_text("42", timeout=PATIENCE)
    read(page)


def read(page: Page) -> None:
    page.get_by_role("button", name="I have read this").click()
    page.wait_for_url(f"**{TOPIC}")


def why(page: Page) -> None:
    """The slider shows the measurement at each size."""
    page.goto(f"{TOPIC}/why")
    slider = page.get_by_role("slider").first
    slider.focus()
    page.keyboard.press("Home")
    least = page.locator("practicum-curves").first.inner_text()
    page.keyboard.press("End")
    expect(page.locator("practicum-curves").first).not_to_have_text(least)
    read(page)


def visualize(page: Page) -> None:
    """Go through the steps by keyboard."""
    page.goto(f"{TOPIC}/visualize")
    steps = page.locator("practicum-steps")
    expect(steps.get_by_text("Step 1 of")).to_be_visible()
    steps.scroll_into_view_if_needed()
    page.locator("body").press("ArrowRight")
    expect(steps.get_by_text("Step 2 of")).to_be_visible()
    steps.get_by_role("button", name="Next").click()
    expect(steps.get_by_text("Step 3 of")).to_be_visible()
    expect(steps.locator(".part.now").get_by_role("img").first).to_be_visible()
    steps.locator(".part.now summary").get_by_text("Show the code").click()
    expect(steps.locator(".part.now .recorded img").first).to_be_visible()
    read(page)


def try_(page: Page) -> None:
    """Fill in blanks: an error is explained from its exception, the right answer counts."""
    page.goto(f"{TOPIC}/try")
    page.get_by_role("link", name="Freeze the base, put a head on it").click()
    blanks = page.locator(".problem form input[type=text]")
    expect(blanks).to_have_count(3)
    for blank, text in zip(blanks.all(), ["False", "GlobalAveragePooling3D", "5"], strict=True):
        blank.fill(text)
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".live")).to_contain_text("ValueError", timeout=PATIENCE)
    blanks.nth(1).fill("GlobalAveragePooling2D")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".live [data-grade=right]")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#closed")).to_contain_text("85 parameters")


def challenge(page: Page) -> None:
    """Answer the first of five problems, skip the others, and see the result of each option."""
    page.goto(f"{TOPIC}/challenge")
    page.get_by_role("radio", name="Off").check()
    page.get_by_role("button", name="Start the challenge").click()
    for number in range(1, 6):
        expect(page.get_by_text(f"Problem {number} of 5 ·")).to_be_visible()
        page.get_by_role("button", name="Skip this problem").click() if number > 1 else answer(page)
        expect(page.locator(".claims").first).to_be_visible()
        page.get_by_role("button", name=re.compile("Next problem|See your result")).click()
    expect(page.get_by_text(re.compile(r"of 5"))).to_be_visible()


def answer(page: Page) -> None:
    """Pick the key of the first problem."""
    key = page.locator("label.option").filter(has_text="The base already turns")
    key.locator("input").check()
    page.get_by_role("button", name="Answer").click()


def project(page: Page) -> None:
    """Run the baseline, epoch by epoch; submit a pretrained base with a head, which meets the goal on three seeds."""
    page.goto(f"{TOPIC}/project")
    page.get_by_role("link", name=re.compile("baseline", re.IGNORECASE)).click()
    area = page.locator("practicum-editor textarea").first
    write(page, area.input_value().replace("epochs=15", "epochs=3"))
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".epochs tbody tr").nth(2)).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#runs a[href*='/run/']").first).to_be_visible(timeout=PATIENCE)
    write(page, SOLUTION)
    page.get_by_role("button", name="Submit").click()
    expect(page.locator(".live .notice.hint .grades")).to_be_visible(timeout=PATIENCE)


def recall(page: Page) -> None:
    """Rate one card by keyboard."""
    page.goto(f"{TOPIC}/recall")
    page.get_by_role("link", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_be_visible()
    page.keyboard.press("4")
    expect(page.locator(".answer")).to_have_count(0)


def metrics(page: Page) -> None:
    """Move the threshold, which changes the counts."""
    page.goto(f"{TOPIC}/metrics")
    slider = page.get_by_role("slider").first
    slider.focus()
    page.keyboard.press("Home")
    figure = page.locator("practicum-curves").first
    least = figure.inner_text()
    page.keyboard.press("End")
    expect(figure).not_to_have_text(least)
    read(page)


def deep(page: Page) -> None:
    """Run a cell again."""
    page.goto(f"{TOPIC}/deep")
    expect(page.locator(".box.guides").first).to_be_visible()
    cell = page.locator(".cell").filter(has_text="ResNet50").first
    cell.scroll_into_view_if_needed()
    cell.get_by_role("button", name="Run").click()
    expect(cell.locator(".live")).to_contain_text("(None, 2, 2, 2048)", timeout=PATIENCE)
    read(page)


PLACES = [
    *(mode.name for mode in modes.registered().values()),
    "try/01-freeze-the-base",
    "try/05-two-stages",
    "project/01-beat-the-baseline",
    "project/own",
    "recall/card",
]


@LOOKS
def test_every_mode_is_accessible_and_fits(opened: Opener, scheme: str, width: int) -> None:
    """Axe finds no violation in both colour schemes, and no page is wider than a phone."""
    page = opened(TOPIC, color_scheme=scheme, viewport={"width": width, "height": 800})
    problems = []
    for place in ["", *PLACES]:
        page.goto(f"{TOPIC}/{place}".rstrip("/"))
        settle(page)
        problems += faults(page, place)

    assert problems == []


def test_pages_are_small_and_stable(opened: Opener) -> None:
    """Under 100 kB compressed without the editor, and nothing moves while they load."""
    page = opened(TOPIC)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: dict[str, int] = {}
    urls: dict[str, str] = {}
    session.on("Network.requestWillBeSent", lambda e: urls.__setitem__(e["requestId"], e["request"]["url"]))
    session.on("Network.loadingFinished", lambda e: sizes.__setitem__(e["requestId"], int(e["encodedDataLength"])))
    for place in PLACES:
        sizes.clear()
        urls.clear()
        session.send("Network.clearBrowserCache")
        page.goto(f"{TOPIC}/{place}")
        settle(page)
        while urls.keys() != sizes.keys():
            page.wait_for_timeout(10)
        weight = sum(size for one, size in sizes.items() if "editor-code" not in urls.get(one, ""))
        shift = page.evaluate(SHIFT)

        assert weight < 100_000, f"{place} weighs {weight} bytes"
        assert shift < 0.05, f"{place} jumps by {shift:.3f}"


SHIFT = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 100);
})"""


def test_the_topic_has_content_for_all_modes(shipped: Catalogue) -> None:
    """In the numbers that the course promises."""
    topic = shipped.topic("small-datasets")

    assert [mode.name for mode in modes.registered().values() if mode.has_content(topic)] == [
        mode.name for mode in modes.registered().values()
    ]
    assert len(topic.problems["try"]) >= 6
    assert {problem.set for problem in topic.problems["challenge"]} == {1, 2, 3}
    assert len(topic.decks["recall"].cards) >= 24
    assert len(topic.problems["project"]) >= 2
