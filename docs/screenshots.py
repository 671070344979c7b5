"""Takes the screenshots in docs/images: `python -m docs.screenshots` serves the shipped course and opens each page.

Needs Chromium (or the program that $CHROMIUM names), and the packages of the `dev` extra.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page
from tests.browser import chromium_browser

from practicum.prove.catalogue import load
from practicum.settings import shipped_courses

IMAGES = Path(__file__).parent / "images"
COURSE = shipped_courses()[0]
TOPIC = "/transfer-learning/small-datasets"
SCRATCH = {
    "loop": "steps = 0\nlearning_rate = 0.1\nwhile learning_rate > 0:\n    steps = steps + 1\nprint(steps)\n",
    "memory": "import numpy as np\n\nimages = np.zeros((20000, 224, 224, 3))\nprint(images.shape)\n",
    "typo": """accuracy = [0.61, 0.74, 0.79]
best = max(accuracy)
print('epochs:', len(accuracy))
print('best:', bets)
""",
    "training": """import keras
import numpy as np

x = np.random.rand(400, 4)
y = x.sum(axis=1) > 2
model = keras.Sequential([keras.layers.Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=8, validation_split=0.2, verbose=0)
""",
}
MODES = (
    "learn",
    "why",
    "deep",
    "visualize",
    "try",
    "try/01-freeze-the-base",
    "project",
    "recall",
    "recall/card",
    "metrics",
)
"""Pages of modes to take as they are."""
LIMIT = 150_000
"""The maximum size of a screenshot in bytes."""


LOOKS = (("light", 1280, 900, ""), ("dark", 1280, 900, "-dark"), ("light", 390, 844, "-phone"))
"""Colour scheme, width, height, and the end of the file name."""


def main() -> None:
    """Take all screenshots, or those of the parts named as arguments: `course`, `lab`."""
    IMAGES.mkdir(exist_ok=True)
    parts = {"course": course, "lab": lab}
    with chromium_browser() as browser:
        for name in sys.argv[1:] or parts:
            parts[name](browser)


def course(browser: Browser) -> None:
    """Serve the course, and visit it in light, in dark and on a phone."""
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "practicum", "serve", str(COURSE), "--no-open", "--port", "0", "--data", data]
        service = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
        assert service.stdout is not None
        url = re.search(r"http://\S+", service.stdout.readline())
        assert url is not None
        try:
            for look in LOOKS:
                take_challenge(browser, url[0], *look)
                take_modes(browser, url[0], *look)
        finally:
            service.terminate()
            service.wait()


def take_modes(browser: Browser, url: str, scheme: str, width: int, height: int, suffix: str) -> None:
    """Take the pages of the modes, a project after two runs, and the topic with progress in some modes."""
    size = {"width": width, "height": height}
    page = browser.new_page(base_url=url, color_scheme=scheme, viewport=size, reduced_motion="reduce")
    for path in MODES:
        page.goto(f"{TOPIC}/{path}")
        page.wait_for_load_state("networkidle")
        show_figure(page)
        page.wait_for_timeout(1200)
        save(page, f"mode-{path.replace('/', '-')}{suffix}")
        read = page.get_by_role("button", name="I have read this")
        if path in ("learn", "why") and read.count():
            read.click()
    page.goto(f"{TOPIC}/project/01-beat-the-baseline")
    for run in (1, 2):
        page.get_by_role("button", name="Run", exact=True).click()
        page.locator("#runs a[href*='/run/']").nth(run - 1).wait_for(timeout=120_000)
    page.locator("practicum-live .actions").first.evaluate("element => element.scrollIntoView()")
    page.wait_for_timeout(500)
    save(page, f"mode-project-run{suffix}")
    page.goto(TOPIC)
    save(page, f"topic{suffix}")
    page.close()


def show_figure(page: Page) -> None:
    """Scroll to the first figure of a page, if it has one."""
    figure = page.locator("practicum-curves, practicum-steps, .recorded img").first
    if figure.count():
        figure.evaluate("element => scrollTo(0, element.getBoundingClientRect().top + scrollY - 160)")


def lab(browser: Browser) -> None:
    """Fit drawn images with some wrong labels, and take the report."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "practicum", "lab"]
        drawn = ["draw", "emoji", "--set", "emoji", "--per-class", "24", "--side", "224"]
        subprocess.run([*command, *drawn], cwd=folder, check=True)
        birds = sorted(Path(folder, "emoji", "bird").iterdir())
        for image in birds[:2]:
            image.rename(Path(folder, "emoji", "vehicle", image.name))
        subprocess.run([*command, "fit", "emoji", "--minutes", "1"], cwd=folder, check=True)
        for scheme, width, height, suffix in LOOKS:
            size = {"width": width, "height": height}
            page = browser.new_page(color_scheme=scheme, viewport=size, reduced_motion="reduce")
            page.goto(Path(folder, "emoji-model", "report.html").as_uri())
            save(page, f"lab-report{suffix}")
            page.close()


def take_challenge(browser: Browser, url: str, scheme: str, width: int, height: int, suffix: str) -> None:
    """Take the pages of a whole challenge with one wrong answer, of the badge, and of the scratch pad."""
    page = browser.new_page(
        base_url=url, color_scheme=scheme, viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    right = right_texts()
    page.goto("/")
    save(page, f"home{suffix}")
    page.goto(f"{TOPIC}/challenge")
    save(page, f"start{suffix}")
    page.get_by_role("button", name="Start the challenge").click()
    total = page.locator(".steps li").count()
    for number in range(1, total + 1):
        page.get_by_text(f"Problem {number} of {total} ·").wait_for()
        right_options = right[page.get_by_role("heading", level=1).inner_text()]
        if number == 2:
            options = page.locator("label.option").all()
            wrong = next(o for o in options if plain(o.locator(".text").inner_text()) not in right_options)
            save(page, f"problem{suffix}")
            wrong.locator("input").check()
            page.keyboard.press("Enter")
            page.get_by_text("Not that one.", exact=True).wait_for()
            page.keyboard.press("h")
            page.locator("#hint").wait_for()
            page.wait_for_timeout(100)
            save(page, f"wrong-try{suffix}", whole=True)
        for option in page.locator("label.option").all():
            if plain(option.locator(".text").inner_text()) in right_options:
                option.locator("input").check()
        if number == total:
            save(page, f"problem-debug{suffix}", whole=True)
        page.keyboard.press("Enter")
        page.locator(".verdict").wait_for()
        if number == 2:
            save(page, f"verdict{suffix}")
        if page.locator("svg.chart").count() and number == 3:
            save(page, f"proof{suffix}", whole=True)
            page.locator("ol.claims").evaluate("claims => claims.scrollIntoView()")
            save(page, f"options{suffix}")
        page.locator(".dock .primary").click()
    page.get_by_role("heading", name=f"{total} of {total} right").wait_for()
    save(page, f"result{suffix}", whole=True)
    page.get_by_role("link", name="See your badge").click()
    page.locator(".medal").wait_for()
    page.wait_for_load_state("networkidle")
    save(page, f"badge{suffix}", whole=True)
    page.goto("/proofs")
    save(page, f"proofs{suffix}", whole=True)
    take_scratch_pad(page, suffix)
    page.close()


def take_scratch_pad(page: Page, suffix: str) -> None:
    """Take the scratch pad after an endless loop, a memory bomb, a typo and a training run."""
    for name, code in SCRATCH.items():
        page.goto(f"{TOPIC}/scratch")
        page.locator("practicum-editor").evaluate("(editor, code) => { editor.value = code; }", code)
        page.get_by_role("button", name="Run").click()
        page.locator(".ending").wait_for(timeout=60_000)
        page.wait_for_timeout(100)
        save(page, f"scratch-{name}{suffix}", whole=True)


def right_texts() -> dict[str, set[str]]:
    """Return the texts of the right options of all variants, by a problem's title."""
    return {
        variant.title: {plain(o.text) for v in entry.problem.variants for o in v.options if o.key}
        for entry in load(COURSE).entries.values()
        for variant in entry.problem.variants
    }


def plain(text: str) -> str:
    """Return a text without marks and quotes, for comparison."""
    return re.sub(r"[`*_“”\"'’‘\s]+", " ", text).strip()


def save(page: Page, name: str, whole: bool = False) -> None:
    """Save a screenshot of the window, or of the whole page, in 256 colours."""
    file = IMAGES / f"{name}.png"
    page.mouse.move(0, 0)
    if whole:  # In a window as tall as the page, elements fixed to its edges are in their place.
        size = page.viewport_size
        assert size is not None
        page.set_viewport_size({**size, "height": max(size["height"], page.evaluate("document.body.scrollHeight"))})
        page.screenshot(path=file)
        page.set_viewport_size(size)
    else:
        page.screenshot(path=file)
    # One round of k-means makes flat areas exactly their colour; the chosen palette alone tints them.
    Image.open(file).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1).save(file, optimize=True)
    assert file.stat().st_size < LIMIT, f"{file} is too large"


if __name__ == "__main__":
    main()
