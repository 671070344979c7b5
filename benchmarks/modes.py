"""What a learner meets in the modes, in a real browser: how soon a page is there, a try is graded, an epoch is seen."""

from __future__ import annotations

import functools
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Response
from tests.browser import chromium_browser

from benchmarks.contestants import NewKernel, WarmKernel
from benchmarks.progress import bar
from benchmarks.server import Server
from benchmarks.service import serving
from benchmarks.table import Timing, markdown, milliseconds, ratio, timed
from practicum.prove.catalogue import load
from practicum.settings import shipped_courses

TOPIC = "/transfer-learning/small-datasets"
PAGES = {
    "the topic": "",
    "learn": "/learn",
    "why": "/why",
    "deep dive": "/deep",
    "visualize": "/visualize",
    "try: an exercise": "/try/01-freeze-the-base",
    "challenge: its start": "/challenge",
    "project": "/project/01-beat-the-baseline",
    "recall: a card": "/recall/card",
    "metrics": "/metrics",
}
EXERCISE, ANSWERS = "try/01-freeze-the-base", ("False", "GlobalAveragePooling2D", "5")
PROJECT = "project/01-beat-the-baseline"
VISITS, TRIES, FEW, RUNS = 9, 15, 5, 3
CLOCK = """import time


class Clock(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print("ended", time.time(), flush=True)


"""
WATCH = """() => {
    window.seen = [];
    addEventListener("practicum-epochs", (event) => {
        const count = event.detail.length;
        requestAnimationFrame(() => setTimeout(() => {
            for (let one = 0; one < count; one++) window.seen.push(Date.now() / 1000);
        }));
    });
}"""
"""Notes when each epoch is on the screen: after the frame in which it was drawn."""
VISIT = """() => new Promise((done) => {
    let shift = 0;
    new PerformanceObserver((list) => { for (const one of list.getEntries()) shift += one.value; })
        .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => {
        const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
        const editor = loaded.filter((one) => /editor-code|names\\.json/.test(one.name));
        const sum = (all) => all.reduce((bytes, one) => bytes + one.transferSize, 0);
        done({
            paint: performance.getEntriesByName("first-contentful-paint")[0].startTime / 1000,
            shift, bytes: sum(loaded) - sum(editor), editor: sum(editor),
        });
    }, 300);
})"""


@dataclass(frozen=True)
class Visit:
    """One new visitor's look at a page: seconds to the first paint, layout shift, bytes over the wire."""

    paint: float
    shift: float
    bytes: int
    editor: int


@contextmanager
def visited(browser: Browser, url: str, hear: Callable[[Response], None] | None = None) -> Iterator[Page]:
    """A page as somebody new opens it, with nothing in any cache."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    if hear:
        page.on("response", lambda one: hear(one))  # Playwright marks what it is given; a built-in takes no mark.
    page.goto(url)
    yield page
    context.close()


# --- pages -----------------------------------------------------------------------------------------------------------


def look(browser: Browser, url: str) -> Visit:
    """What one visit costs."""
    with visited(browser, url) as page:
        page.wait_for_load_state("networkidle")
        return Visit(**page.evaluate(VISIT))


def copied(browser: Browser, url: str, root: Path) -> None:
    """The same pages as files: what a generator of static sites would put there."""

    for path in PAGES.values():
        heard: list[Response] = []
        with visited(browser, f"{url}{TOPIC}{path}", heard.append) as page:
            page.wait_for_load_state("networkidle")
            page.evaluate("scrollTo(0, document.body.scrollHeight)")
            page.wait_for_load_state("networkidle")
            for response in heard:
                if response.status == 200:
                    _keep(root, urlsplit(response.url).path, response.body())


def _keep(root: Path, path: str, body: bytes) -> None:
    file = root / path.lstrip("/") / ("" if Path(path).suffix else "index.html")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)


@contextmanager
def files_served(root: Path) -> Iterator[str]:
    """These files, from the standard library's server."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(root)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    found = re.search(r"port (\d+)", process.stdout.readline())
    assert found is not None
    try:
        yield f"http://127.0.0.1:{found[1]}"
    finally:
        process.terminate()
        process.wait()


def pages(browser: Browser, url: str, step: Callable[[str], None]) -> tuple[dict[str, list[Visit]], dict[str, Timing]]:
    """Every page by new visitors, ours and its copy in turn."""
    ours: dict[str, list[Visit]] = {}
    static: dict[str, Timing] = {}
    with tempfile.TemporaryDirectory() as folder, files_served(Path(folder)) as files:
        copied(browser, url, Path(folder))
        for name, path in PAGES.items():
            paints = []
            ours[name] = []
            look(browser, f"{url}{TOPIC}{path}")
            for _ in range(VISITS):
                step(f"{name}: first paint")
                ours[name].append(look(browser, f"{url}{TOPIC}{path}"))
                paints.append(look(browser, f"{files}{TOPIC}{path}/").paint)
            static[name] = Timing(tuple(paints))
    return ours, static


# --- a try ----------------------------------------------------------------------------------------------------------


def graded(browser: Browser, server: Server, url: str) -> float:
    """Seconds from the press of the button to the verdict on the screen, of a new learner who is right at once."""
    server.settle()
    with visited(browser, f"{url}{TOPIC}/{EXERCISE}") as page:
        for blank, answer in zip(page.locator(".blank").all(), ANSWERS, strict=True):
            blank.fill(answer)
        page.wait_for_load_state("networkidle")
        took = page.evaluate("""() => new Promise((done) => {
            const began = performance.now();
            addEventListener("practicum-ended", () => requestAnimationFrame(() =>
                setTimeout(() => done((performance.now() - began) / 1000))));
            document.querySelector("practicum-live .primary").click();
        })""")
        if not page.get_by_text("Right.", exact=True).count():
            raise RuntimeError(f"{EXERCISE} was not graded as right")
    return float(took)


def tries(browser: Browser, server: Server, url: str, step: Callable[[str], None]) -> dict[str, Timing]:
    """Our grading, and the same code with the same check in Jupyter kernels, in turn."""
    (variant,) = load(shipped_courses()[0]).entries[f"small-datasets/{EXERCISE}.md"].problem.variants
    code = "\n".join((variant.setup, variant.snippet, variant.solution, variant.check))
    warm, new = WarmKernel(), NewKernel()
    taken: dict[str, list[float]] = {"practicum": [], "warm kernel": [], "new kernel": []}
    try:
        warm.prepare(code)
        graded(browser, server, url)
        for number in range(TRIES):
            step("a try is graded")
            taken["practicum"].append(graded(browser, server, url))
            taken["warm kernel"].append(timed(functools.partial(warm.run, code)))
            if number < FEW:
                taken["new kernel"].append(timed(functools.partial(new.run, code)))
                new.rest()
    finally:
        warm.close()
        new.rest()
    return {name: Timing(tuple(seconds)) for name, seconds in taken.items()}


# --- epochs ---------------------------------------------------------------------------------------------------------


def epochs(browser: Browser, server: Server, url: str) -> list[float]:
    """Of a project's fit, seconds from the end of each epoch until it is on the screen."""
    server.settle()
    with visited(browser, f"{url}{TOPIC}/{PROJECT}") as page:
        page.wait_for_load_state("networkidle")
        page.evaluate(WATCH)
        editor = page.locator("practicum-editor")
        start = editor.evaluate("one => one.value")
        code = CLOCK + start.replace("verbose=0,\n)", "verbose=0,\n    callbacks=[Clock()],\n)", 1)
        editor.evaluate("(one, code) => { one.value = code; }", code)
        page.get_by_role("button", name="Run", exact=True).click()
        page.locator("#runs a[href*='/run/']").first.wait_for(timeout=120_000)
        time.sleep(0.2)
        ended = [float(one) for one in re.findall(r"ended ([\d.]+)", page.locator(".live .out").first.inner_text())]
        seen = page.evaluate("window.seen")
    if len(ended) != len(seen) or not ended:
        raise RuntimeError(f"{len(ended)} epochs ended and {len(seen)} were seen")
    return [shown - end for shown, end in zip(seen, ended, strict=True)]


# --- the section ----------------------------------------------------------------------------------------------------


def report() -> str:
    """The section of `docs/benchmarks.md`."""
    steps = len(PAGES) * VISITS + TRIES + RUNS
    with (
        tempfile.TemporaryDirectory() as data,
        chromium_browser() as browser,
        serving(Path(data)) as server,
        bar(steps) as step,
    ):
        url = f"http://{server.address.host}:{server.address.port}"
        server.settle()
        ours, static = pages(browser, url, step)
        grading = tries(browser, server, url, step)
        lags = []
        for _ in range(RUNS):
            step("epochs are seen")
            lags += epochs(browser, server, url)
    return (
        "## The nine modes in a browser\n\n"
        "The shipped course, over loopback, in Chromium without a window; every visitor is new and has nothing in a "
        f"cache. First paint is the browser's own *first contentful paint*, the median of {VISITS} (and the slowest), "
        "beside a copy of the same page and all that it loads as files from `python -m http.server`, which is what a "
        "generator of static sites would make of it, in turn. Asked: under 300 ms, under 100 kB without the editor, "
        "no layout shift.\n\n"
        f"{_pages(ours, static)}\n\n"
        "A try, its code a small Keras build, graded: from the press of the button to the verdict on the screen. A "
        "second process checks it too. The kernels run the same code and the same check in one process, without "
        "isolation, and are timed without a page. Asked: under 300 ms.\n\n"
        f"{_tries(grading)}\n\n"
        f"An epoch of a project's fit is on the screen {milliseconds(statistics.median(lags))} ms after it has ended "
        f"(median of {len(lags)}; {milliseconds(max(lags))} ms at the worst; asked: under 200 ms).\n"
    )


def _pages(ours: Mapping[str, Sequence[Visit]], static: Mapping[str, Timing]) -> str:
    rows = []
    for name, visits in ours.items():
        paint = Timing(tuple(visit.paint for visit in visits))
        largest = max(visits, key=lambda visit: visit.bytes)
        rows.append(
            [
                name,
                f"{milliseconds(paint.median)} ({milliseconds(max(paint.seconds))})",
                ratio(paint.median / static[name].median),
                f"{largest.bytes / 1000:.0f}",
                f"{largest.editor / 1000:.0f}" if largest.editor else "",
                f"{max(visit.shift for visit in visits):.3f}",
            ]
        )
    heads = ["page", "first paint, ms", "to static files", "kB on opening", "editor, kB", "layout shift"]
    return markdown(heads, rows)


def _tries(grading: Mapping[str, Timing]) -> str:
    warm = grading["warm kernel"].median
    rows = [
        [name, str(one.n), milliseconds(one.median), milliseconds(max(one.seconds)), ratio(one.median / warm)]
        for name, one in grading.items()
    ]
    return markdown(["graded by", "n", "median ms", "slowest ms", "to a warm kernel"], rows)
