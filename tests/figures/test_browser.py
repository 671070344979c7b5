"""Figures in a browser: by keyboard, without scripts, on a phone, and with axe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from practicum import figures
from practicum.charts.line_chart import draw_epochs, mean_series
from practicum.web.security import HEADERS
from tests.browser import LOOKS
from tests.conftest import ROOT
from tests.figures import making
from tests.figures.making import TABLES, draw
from tests.looks import violations

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FILES = {
    "practicum.css": ROOT / "src/practicum/web/static/practicum.css",
    "charts.css": ROOT / "src/practicum/charts/style.css",
    "charts.js": ROOT / "src/practicum/charts/script.js",
    "figures.css": ROOT / "src/practicum/figures/style.css",
    "figures.js": ROOT / "src/practicum/figures/script.js",
}
ADDRESS = "http://localhost"
IMAGES_SHOWN = ("feature_maps", "activation_map", "training_replay", "thumbnails")
TYPES = {".css": "text/css", ".js": "text/javascript"}

Opener = Callable[..., Page]


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Opener]:
    """Opens a page of figures, with the service's own files and headers. Afterwards: no error in the console."""
    contexts = []
    troubles: list[str] = []

    def open_page(*names: str, **options: object) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1000, "height": 900}, **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text) if message.type != "log" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.route("**/*", lambda route: _serve(route, _page(names)))
        page.goto(ADDRESS)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def _page(names: tuple[str, ...]) -> str:
    drawn = "".join(draw(name, number=number) for number, name in enumerate(names, 1))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Figures</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="/practicum.css"><link rel="stylesheet" href="/charts.css">'
        '<link rel="stylesheet" href="/figures.css">'
        '<script src="/charts.js" type="module"></script><script src="/figures.js" type="module"></script></head>'
        f"<body><main><h1>Figures</h1>{drawn}</main></body></html>"
    )


def _serve(route: Route, page: str) -> None:
    name = Path(route.request.url.removeprefix(ADDRESS)).name
    images = {address: content for figure in IMAGES_SHOWN for address, content in making.images(figure).items()}
    if content := images.get(route.request.url.removeprefix(ADDRESS)):
        route.fulfill(body=content, headers={**HEADERS, "content-type": "image/png"})
    elif not name:
        route.fulfill(body=page, headers={**HEADERS, "content-type": "text/html; charset=utf-8"})
    else:
        file = FILES[name]
        route.fulfill(body=file.read_bytes(), headers={**HEADERS, "content-type": TYPES[file.suffix]})


def row(page: Page, figure: str, number: int) -> list[str]:
    """The cells of a row of a figure's table, the head's being number 0."""
    return page.locator(f"#{figure} practicum-curves tr").nth(number).locator("th, td").all_text_contents()


def test_the_slider_reads_out_measured_values(opened: Opener) -> None:
    """By arrow keys: each stop is a row of the table; the markers and the highlighted row follow."""
    page = opened("sweep")
    slider = page.get_by_role("slider", name="Images per class")
    reads = page.locator(".reads")

    slider.focus()
    page.keyboard.press("ArrowRight")

    place, scratch, base = row(page, "figure-1", 4)
    assert place == "20"
    expect(reads).to_have_text(f"Images per class = 20: from scratch {scratch}, pretrained base {base}")
    expect(slider).to_have_attribute("aria-valuetext", "Images per class = 20")
    expect(page.locator("tr.now")).to_have_count(1)
    expect(page.locator("tr.now th")).to_have_text("20")
    dots = [one.get_attribute("cx") for one in page.locator(".mark").all()]
    assert len(dots) == 2
    assert len(set(dots)) == 1
    page.keyboard.press("End")
    expect(reads).to_contain_text("Images per class = 50")
    page.keyboard.press("ArrowRight")
    expect(reads).to_contain_text("Images per class = 50")


def test_epochs_are_stepped_through_by_key_and_button(opened: Opener) -> None:
    """Previous, Next, and the arrow keys on either; the numbers are the table's."""
    page = opened("chart")
    reads = page.locator(".reads")
    last = row(page, "figure-1", 40)
    expect(reads).to_have_text(f"Epoch 40: training {last[1]}, validation {last[2]}")

    page.get_by_role("button", name="Previous").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")

    found = row(page, "figure-1", 38)
    expect(reads).to_have_text(f"Epoch 38: training {found[1]}, validation {found[2]}")
    page.get_by_role("slider", name="Epoch").press("Home")
    page.get_by_role("button", name="Next").click()
    expect(reads).to_contain_text("Epoch 2: ")


def test_playing_runs_to_the_end_and_can_be_paused(opened: Opener) -> None:
    """From the first epoch if it was at the last; screen readers are not interrupted while it runs."""
    page = opened("chart")
    reads = page.locator(".reads")

    page.get_by_role("button", name="Play").click()

    expect(reads).to_have_attribute("aria-live", "off")
    expect(reads).to_contain_text(re.compile(r"^Epoch [1-9]:"))
    page.get_by_role("button", name="Pause").click()
    expect(reads).to_have_attribute("aria-live", "polite")
    page.get_by_role("slider", name="Epoch").fill("37")
    page.get_by_role("button", name="Play").click()
    expect(reads).to_contain_text("Epoch 40: ")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_touch_on_the_plot_selects_the_nearest_value(opened: Opener) -> None:
    """Never a place in between."""
    page = opened("sweep")
    box = page.locator("svg.chart").bounding_box()
    assert box

    page.mouse.click(box["x"] + 3, box["y"] + 50)

    expect(page.locator(".reads")).to_contain_text("Images per class = 2")


def test_a_threshold_updates_the_counts(opened: Opener) -> None:
    """The readout is the table's row, also where a score is not defined."""
    page = opened("predictions")
    slider = page.get_by_role("slider", name="Threshold")
    reads = page.locator(".reads")
    expect(reads).to_contain_text("At a threshold of 0.50: true positives ")

    slider.press("ArrowLeft")

    names, found = row(page, "figure-1", 0), row(page, "figure-1", 10)
    values = ", ".join(f"{name} {cell}" for name, cell in zip(names[1:], found[1:], strict=True))
    assert found[0] == "0.45"
    assert sum(map(int, found[1:5])) == 200
    expect(reads).to_have_text(f"At a threshold of 0.45: {values}")
    slider.press("End")
    expect(reads).to_contain_text("precision not defined")
    expect(page.locator(".mark:not([hidden])")).to_have_count(2)


@pytest.mark.parametrize("places", [0, 5, 20])
def test_the_handle_is_below_the_marker(opened: Opener, places: int) -> None:
    """Where the places are evenly spaced, as thresholds are: the slider is as long as the plot."""
    page = opened("predictions")
    slider = page.get_by_role("slider", name="Threshold")
    slider.fill(str(places))

    track, rule = slider.bounding_box(), page.locator(".at").bounding_box()
    assert track
    assert rule
    handle = 16  # pixels wide
    assert track["x"] + handle / 2 + places / 20 * (track["width"] - handle) == pytest.approx(rule["x"], abs=1)


def test_everything_is_readable_without_scripts(opened: Opener) -> None:
    """Charts and tables are there, and no button without a function."""
    page = opened(*figures.registered(), java_script_enabled=False)

    expect(page.locator(".steer").first).to_be_hidden()
    expect(page.get_by_role("region", name=TABLES["sweep"]["title"])).to_be_visible()
    assert page.get_by_role("button").count() == 0
    page.get_by_text("Show as a table").first.click()
    expect(page.get_by_role("region", name=TABLES["chart"]["title"])).to_be_visible()
    expect(page.locator("svg[role=img]")).to_have_count(6 + 2 + 2 + 3)
    assert page.locator("input:visible").count() == 0
    labels = page.locator(".view .label > *:visible").all_text_contents()
    assert {"photograph", "channel 0 of 32", "(1, 8, 8, 32)", "suit", "Validation images"} <= set(labels)


def test_a_channel_is_chosen_and_its_values_are_read(opened: Opener) -> None:
    """With the pointer and by keys, on both scales of the pixels; another layer and another image have other values."""
    page = opened("feature_maps")
    reads = page.locator(".reading")
    page.get_by_role("radio", name="channel 10").check()
    expect(page.locator(".view.output .name")).to_have_text("channel 10 of 32")

    page.get_by_role("img", name="channel 10").hover(position={"x": 12, "y": 12})
    expect(reads).to_contain_text("before: red 0, green 0, blue 0; after: red -1.00, green -1.00, blue -1.00.")
    expect(reads).to_contain_text("Channel 10, row 0, column 0: at most 0.00.")

    page.get_by_role("img", name="channel 10").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(reads).to_contain_text("Row 1, column 3. before: red 30, green 20, blue 0;")
    expect(reads).to_contain_text("Channel 10, row 1, column 1: 4.24.")  # 9 of 63 steps to 30, as one of 255 greys

    page.get_by_role("radio", name="last layer").check()
    page.get_by_role("radio", name="star").check()
    expect(page.locator(".view.output .shape")).to_have_text("(1, 4, 4, 32)")
    page.get_by_role("img", name="channel 0").hover(position={"x": 12, "y": 12})
    expect(reads).to_contain_text("before: red 0, green 0, blue 100;")


def test_a_point_is_marked_on_all_maps(opened: Opener) -> None:
    """Where points are thumbnails; with the pointer, and from one to the next by keys."""
    page = opened("thumbnails")
    reads, marked = page.locator(".reading"), page.locator("[data-sample].selected")

    page.get_by_role("img", name="after").locator("[data-sample='3'] rect").hover()
    expect(marked).to_have_count(2)
    expect(reads).to_have_text("Image 4: square, validation image.")

    page.get_by_role("img", name="before").press("ArrowLeft")
    expect(reads).to_have_text("Image 3: circle, training image.")
    assert {point.get_attribute("data-sample") for point in marked.all()} == {"2"}


def test_an_image_is_chosen_for_all_figures_of_a_page(opened: Opener) -> None:
    """Its classes, scores and parts are its own; each part is read for all classes."""
    page = opened("feature_maps", "activation_map")
    second = page.locator("#figure-2")

    page.locator("#figure-1").get_by_role("radio", name="star").check()

    expect(second.get_by_role("radio", name="star")).to_be_checked()
    expect(second.locator(".activation .name").first).to_have_text("starfish")
    second.get_by_role("img", name="starfish").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(second.locator(".reading")).to_contain_text("Row 2, column 1: starfish +8.00, suit +4.00.")
    expect(second.locator(".reading")).to_contain_text("starfish 6")
    assert second.locator(".tint rect").nth(3).get_attribute("fill-opacity") == "0.85"


def test_a_training_is_replayed_by_its_slider(opened: Opener) -> None:
    """By keys: each image goes to where its probability was at that epoch, and is marked right or wrong."""
    page = opened("training_replay")
    slider = page.get_by_role("slider", name="Epoch")
    images = page.locator("[data-image]")
    places = [tile.get_attribute("transform") for tile in images.all()]
    expect(page.locator("[data-image].mistaken")).to_have_count(1)

    slider.focus()
    page.keyboard.press("ArrowLeft")

    expect(page.locator(".reads:not(.reading)")).to_have_text(re.compile("^Epoch 2: training accuracy 50"))
    moved = [tile.get_attribute("transform") for tile in images.all()]
    assert all(before != after for before, after in zip(places, moved, strict=True))
    page.get_by_role("img", name="Validation images").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".reading")).to_have_text("Epoch 2: this star is given 10 % for star; predicted: square.")
    slider.press("End")
    assert [tile.get_attribute("transform") for tile in images.all()] == places
    expect(page.locator(".reading")).to_have_text("Epoch 3: this star is given 5 % for star; predicted: ring.")


def test_the_line_of_the_correct_answer_is_visible_on_a_phone(opened: Opener) -> None:
    """In a chart below a proof, as are the others."""
    page = opened(viewport={"width": 360, "height": 800})
    page.locator("main").evaluate(
        "(main, html) => { main.innerHTML = html; }",
        str(draw_epochs("t", [mean_series("1e-5", [[0.1, 0.9]], is_key=True), mean_series("0.1", [[0.1, 0.2]])])),
    )

    expect(page.locator("polyline:visible")).to_have_count(2)
    expect(page.get_by_text("1e-5", exact=True)).to_be_visible()


@LOOKS
def test_figures_are_accessible_and_fit(opened: Opener, scheme: str, width: int) -> None:
    """Axe finds nothing and nothing is wider than the page, in light and dark, with all tables open."""
    page = opened(*figures.registered(), color_scheme=scheme, viewport={"width": width, "height": 800})
    for summary in page.locator("summary").all():
        summary.click()

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for text in page.locator("svg text:visible").all():
        box = text.bounding_box()
        assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= width), text.text_content()


def test_the_layout_does_not_shift_when_the_script_starts(opened: Opener) -> None:
    """Room is kept for what the script adds, and for the longest readout."""
    page = opened("chart", "sweep", "predictions", *IMAGES_SHOWN)
    page.evaluate("() => document.fonts.ready")
    shift = page.evaluate(
        """() => new Promise((done) => {
          let sum = 0;
          new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
            .observe({ type: 'layout-shift', buffered: true });
          setTimeout(() => done(sum), 300);
        })"""
    )
    before = page.evaluate("document.documentElement.scrollHeight")
    for slider in page.get_by_role("slider").all():
        for key in ("Home", *["ArrowRight"] * 5, "End"):
            slider.press(key)

    assert shift == 0
    assert page.evaluate("document.documentElement.scrollHeight") == before
