"""The code editor and the live plot in a browser: by keyboard, by screen reader, on a phone, in both schemes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from practicum.prove.catalogue import Catalogue
from practicum.runner import Pool
from practicum.web import assets
from tests.browser import LOOKS
from tests.looks import faults
from tests.waiting import eventually
from tests.web.conftest import Opener, write
from tests.web.making import TOPIC
from tests.web.serving import Inside, served

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PAD = f"{TOPIC}/scratch"
NAMES = f"{TOPIC}/names.json"
CODE = "import math\n\ndef area(r):\n    return math.pi * r ** 2\n\nprint(area(2))\n"
MARKED = ".cm-lintRange-error"
POPUP = ".cm-tooltip-autocomplete"
SHIFTS = """() => {
    window.moved = 0;
    new PerformanceObserver((list) => { for (const one of list.getEntries()) window.moved += one.value; })
        .observe({ type: 'layout-shift', buffered: true });
}"""


@pytest.fixture(scope="module")
def service(catalogue: Catalogue, pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with served([catalogue], pool, tmp_path_factory.mktemp("data")) as inside:
        yield inside


def pad(opened: Opener, **options: object) -> tuple[Page, Locator, Locator]:
    """Open the pad; return the page, the editor, and the field that the form sends."""
    page = opened(PAD, **options)
    page.locator(".code-box").wait_for()
    return page, page.get_by_role("textbox", name="Your code"), page.locator("#code")


def names(page: Page, **modules: list[list[str]]) -> None:
    """Serve these names, so that a test of the popup needs no TensorFlow."""
    listed = {"modules": {name.replace("_", "."): members for name, members in modules.items()}}
    page.route(f"**{NAMES}", lambda route: route.fulfill(json=listed))


def test_the_form_sends_what_was_typed(opened: Opener) -> None:
    """The field follows every key, with its events, and the editor follows the field."""
    page, area, field = pad(opened)
    page.evaluate("window.inputs = 0; document.querySelector('#code').addEventListener('input', () => window.inputs++)")
    area.press_sequentially("x = 1")

    assert field.input_value() == "x = 1"
    assert page.evaluate("new FormData(document.querySelector('.pad')).get('code')") == "x = 1"
    assert page.evaluate("window.inputs") == 5
    page.evaluate("document.querySelector('practicum-editor').value = 'y = 2'")
    expect(area).to_have_text("y = 2")
    page.evaluate("document.querySelector('.pad').reset()")
    expect(area).to_have_text("")


def test_loading_the_editor_moves_nothing(opened: Opener) -> None:
    """It is as high as the field, with the same font."""
    page = opened(PAD, java_script_enabled=False)
    before = page.locator("#code").bounding_box()
    page, area, _ = pad(opened)
    page.evaluate(SHIFTS)
    page.wait_for_timeout(100)

    assert page.locator(".code-box").bounding_box() == before
    assert page.evaluate("window.moved") == 0
    look = "one => [getComputedStyle(one).fontSize, getComputedStyle(one).fontFamily, getComputedStyle(one).lineHeight]"
    assert area.evaluate(look) == page.locator("#code").evaluate(look)


def test_an_editor_loads_when_it_comes_near(opened: Opener) -> None:
    """One far below costs nothing before the learner scrolls to it."""
    page = opened("/proofs")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(
        """async ([editor, code]) => {
            await import(editor);
            const far = document.createElement('practicum-editor');
            far.dataset.code = code;
            Object.assign(far.style, { display: 'block', marginTop: '4000px' });
            far.innerHTML = '<textarea aria-label="Far"></textarea>';
            document.querySelector('main').append(far);
        }""",
        [assets.address("editor.js"), assets.address("editor-code.js")],
    )
    page.wait_for_timeout(300)

    assert assets.address("editor-code.js") not in "".join(asked)
    page.locator("practicum-editor").scroll_into_view_if_needed()
    page.locator("practicum-editor .code-box").wait_for()


def test_a_focused_field_keeps_the_focus(opened: Opener) -> None:
    """And its cursor, so that typing continues while the editor loads."""
    page = opened(PAD, java_script_enabled=True)
    page.evaluate("localStorage.setItem('practicum-plain-editor', '1')")
    page.reload()
    field = page.locator("#code")
    field.fill("ab")
    field.press("ArrowLeft")
    page.evaluate("localStorage.clear(); document.dispatchEvent(new Event('practicum-plain'))")
    page.locator(".code-box").wait_for()
    page.keyboard.type("-")

    assert field.input_value() == "a-b"


@pytest.mark.tensorflow
def test_completes_names_of_the_environment(opened: Opener) -> None:
    """Those of Keras and NumPy where the code runs, by the imports of the code, with their arguments."""
    page, area, field = pad(opened)
    area.press_sequentially("import keras\nimport numpy as np\nkeras.layers.De")
    expect(page.locator(f"{POPUP} li").first).to_have_text(
        "Dense(units, activation=None, use_bias=True, …)", timeout=60_000
    )
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert field.input_value().endswith("\nkeras.layers.Dense")
    page.keyboard.type("\nmodel = keras.Sequential()\nmodel.summ")
    expect(page.locator(f"{POPUP} li").first).to_contain_text("summary(")
    page.keyboard.type("ary()\nnp.lins")
    expect(page.locator(f"{POPUP} li").first).to_contain_text("linspace(")
    page.keyboard.press("Escape")
    page.keyboard.type("\nfrom keras.optimizers import Adam, SG")
    expect(page.locator(f"{POPUP} li").first).to_contain_text("SGD(")
    answer = page.request.get(NAMES)

    assert answer.headers["cache-control"] == "private, max-age=86400"
    modules = answer.json()["modules"]
    assert {"keras.layers", "keras.applications", "keras.callbacks", "numpy", "numpy.random"} <= set(modules)
    assert ["add", "function", "(x1, x2)"] in modules["keras.ops"]
    assert not [name for members in modules.values() for name, _, _ in members if name.startswith("_")]


def test_a_popup_takes_no_key_before_a_name_is_chosen(opened: Opener) -> None:
    """Enter breaks the line and Tab indents. Escape closes the popup first."""
    page, area, field = pad(opened)
    names(page, keras_layers=[["Dense", "class", "(units)"], ["Dropout", "class", "(rate)"]])
    area.press_sequentially("from keras import layers as l\nl.D")
    expect(page.locator(f"{POPUP} li")).to_have_text(["Dense(units)", "Dropout(rate)"])
    page.keyboard.press("Enter")
    assert field.input_value().endswith("l.D\n")
    page.keyboard.type("l.D")
    expect(page.locator(POPUP)).to_be_visible()
    page.keyboard.press("Tab")

    assert field.input_value().endswith("\nl.D ")
    page.keyboard.press("Backspace")
    page.keyboard.type("r")
    expect(page.locator(f"{POPUP} li")).to_have_text(["Dropout(rate)"])
    page.keyboard.press("Escape")
    expect(page.locator(POPUP)).to_have_count(0)
    expect(area).to_be_focused()
    page.keyboard.type("o")
    expect(page.locator(POPUP)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert field.input_value().endswith("\nl.Dropout")


def test_completes_nothing_in_strings_and_comments(opened: Opener) -> None:
    page, area, _ = pad(opened)
    names(page, numpy=[["linspace", "function", "(start, stop)"]])
    area.press_sequentially("'numpy.li")
    page.wait_for_timeout(400)
    assert page.locator(POPUP).count() == 0
    write(page, "")
    area.press_sequentially("# numpy.li")
    page.wait_for_timeout(400)

    assert page.locator(POPUP).count() == 0


def test_an_error_is_underlined_at_its_line(opened: Opener) -> None:
    """Until that line is edited or the next run begins."""
    page, _, _ = pad(opened)
    write(page, "best = 3\nprint(bets)\nprint(1)\n")
    page.keyboard.press("Control+Enter")
    mark = page.locator(MARKED)
    expect(mark).to_have_text("print(bets)")
    mark.hover()
    expect(page.locator(".cm-diagnostic")).to_contain_text("name 'bets' is not defined")
    page.keyboard.press("Control+Home")
    page.keyboard.type("# first\n")
    expect(mark).to_have_text("print(bets)")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.type("  # edited")

    expect(mark).to_have_count(0)
    page.evaluate("document.querySelector('practicum-editor').mark(99, 'beyond')")
    page.evaluate("document.querySelector('practicum-editor').mark(2, 'again')")
    expect(mark).to_have_text("best = 3")
    page.evaluate("document.querySelector('practicum-editor').clear()")
    expect(mark).to_have_count(0)


def test_tabbing_through_a_page_changes_no_code(opened: Opener) -> None:
    """Tab passes the editor in both directions, also after keys that only move the caret."""
    page, area, field = pad(opened)
    page.evaluate("document.querySelector('practicum-editor').value = 'x = 1'")
    area.focus()
    page.keyboard.press("Tab")
    expect(area).not_to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(area).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Shift+Tab")
    expect(area).not_to_be_focused()

    assert field.input_value() == "x = 1"


@pytest.mark.parametrize("begin", ["Enter", "z", "click"])
def test_tab_indents_once_editing_has_begun(opened: Opener, begin: str) -> None:
    """By Enter, which breaks no line, by typing, or by a click. Escape and leaving end it; the description says so."""
    page, area, field = pad(opened)
    area.click() if begin == "click" else area.press(begin)
    typed = "z" if begin == "z" else ""
    page.keyboard.press("Tab")
    assert field.input_value() == typed + "    "[len(typed) :]
    expect(area).to_be_focused()
    page.keyboard.press("Escape")
    before = field.input_value()
    page.keyboard.press("Shift+Tab")
    expect(area).not_to_be_focused()
    area.focus()
    page.keyboard.press("Tab")

    expect(area).not_to_be_focused()
    assert field.input_value() == before
    expect(area).to_have_accessible_description(re.compile("Enter.*Tab.*Escape"))


def test_escape_closes_a_popup_before_it_ends_editing(opened: Opener) -> None:
    page, area, field = pad(opened)
    names(page, keras_layers=[["Dense", "class", "(units)"]])
    area.press_sequentially("import keras\nkeras.layers.D")
    expect(page.locator(POPUP)).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")

    expect(area).to_be_focused()
    assert field.input_value().endswith("D  ")


def test_the_plain_editor(opened: Opener) -> None:
    """A button restores the field with the code; the choice is remembered, and Ctrl+Enter still runs."""
    page, area, field = pad(opened)
    write(page, "print('plain')")
    page.get_by_role("button", name="Plain editor").click()
    expect(field).to_be_visible()
    assert field.input_value() == "print('plain')"
    expect(page.locator(".code-box")).to_have_count(0)
    field.press("Control+Enter")
    expect(page.locator(".stdout")).to_have_text("plain")
    field.press("Tab")
    expect(page.get_by_role("button", name="Reset")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Code editor")).to_be_focused()
    page.reload()
    page.wait_for_timeout(300)

    expect(field).to_be_visible()
    page.evaluate("document.querySelector('practicum-editor').mark(1, 'no harm')")
    field.fill("x = 2")
    page.get_by_role("button", name="Code editor").click()
    page.locator(".code-box").wait_for()
    expect(area).to_have_text("x = 2")


def test_the_label_focuses_the_editor(opened: Opener) -> None:
    page, area, _ = pad(opened)
    page.locator("label", has_text="Your code").click()

    expect(area).to_be_focused()


def test_a_page_can_handle_ctrl_enter(opened: Opener) -> None:
    """The event `practicum-run` comes first, and can prevent the form from being sent."""
    page, _, _ = pad(opened)
    page.evaluate(
        "document.addEventListener('practicum-run', (event) => { event.preventDefault(); document.title = 'ran'; })"
    )
    write(page, "print(1)")
    page.keyboard.press("Control+Enter")

    expect(page).to_have_title("ran")
    expect(page.locator(".live")).to_be_empty()


def test_without_the_bundle_the_field_remains(opened: Opener) -> None:
    """The learner can write and run code in it."""
    page = opened("/proofs", allow="ERR_FAILED")
    page.route("**/editor-code.*.js", lambda route: route.abort())
    page.goto(PAD)
    page.get_by_role("textbox", name="Your code").fill("print(6 * 7)")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".stdout")).to_have_text("42")
    assert page.locator(".code-box").count() == 0


def test_the_editor_fits_a_phone(opened: Opener) -> None:
    """The page is not wider, the font is large enough that it does not zoom in, and there are no line numbers."""
    page, area, field = pad(
        opened, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    names(page, keras_layers=[["Dense", "class", "(units, activation=None)"]])
    area.tap()
    page.keyboard.type("print('a line that is longer than a phone is wide')\nkeras.layers.D")
    page.locator(f"{POPUP} li").tap()

    assert field.input_value().endswith("keras.layers.Dense")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert area.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 16
    expect(page.locator(".cm-gutters")).to_be_hidden()


PLOT = """async ([script, sheet]) => {
    const css = document.createElement('link');
    Object.assign(css, { rel: 'stylesheet', href: sheet });
    document.head.append(css);
    const plot = document.createElement('practicum-plot');
    const epochs = [0.9, 0.7].map((loss, at) => ({ number: at + 1, epochs: 2, metrics: { loss, val_loss: loss } }));
    const data = document.createElement('script');
    data.type = 'application/json';
    data.textContent = JSON.stringify([{ name: 'first', epochs }]);
    plot.append(data);
    document.querySelector('practicum-live form').after(plot);
    await new Promise((done) => { css.onload = done; });
    window.empty = plot.getBoundingClientRect().height;
    await import(script);
}"""


def plot(page: Page) -> Locator:
    page.evaluate(PLOT, [assets.address("plot-live.js"), assets.address("plot.css")])
    return page.locator("practicum-plot")


EPOCHS = [
    {"index": at, "number": at + 1, "epochs": 4, "first": False, "seconds": 1.0}
    | {"metrics": {"loss": loss, "val_loss": loss + 0.1, "acc": 1 - loss, "val_acc": 0.5}}
    for at, loss in enumerate((0.8, 0.4, 0.25))
]
DISPATCH = """([name, detail]) =>
    document.querySelector('practicum-live').dispatchEvent(new CustomEvent(name, { detail }))"""
INK = """canvas => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 250) colours.add(data.slice(at, at + 3).join());
    return [...colours];
}"""


@pytest.mark.parametrize(("scheme", "validation"), [("light", "11,102,87"), ("dark", "108,207,184")])
def test_the_plot_grows_with_each_epoch(opened: Opener, scheme: str, validation: str) -> None:
    """An epoch sent twice counts once; the plot has the page's colours and a text alternative."""
    page, _, _ = pad(opened, color_scheme=scheme)
    drawn = plot(page)
    expect(drawn.get_by_role("img", name="Loss: no epoch yet")).to_be_visible()
    page.evaluate("epochs => document.querySelector('practicum-plot').add(epochs)", EPOCHS)
    page.evaluate("epoch => document.querySelector('practicum-plot').add(epoch)", EPOCHS[-1])
    loss = drawn.get_by_role("img", name="Loss after 3 epochs: training 0.25, validation 0.35")
    expect(loss).to_be_visible()
    expect(drawn.get_by_role("img", name="Acc after 3 epochs: training 75.0 %, validation 50.0 %")).to_be_visible()
    expect(drawn.get_by_text("The thin line is the run before")).to_be_visible()

    assert validation in loss.locator("canvas").evaluate(INK)
    assert page.evaluate("document.querySelector('practicum-plot').getBoundingClientRect().height === window.empty")
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    assert eventually(lambda: validation not in loss.locator("canvas").evaluate(INK))


def test_the_plot_follows_its_run(opened: Opener) -> None:
    """Within a live run it reads the run's events; the run before becomes a thin line."""
    page, _, _ = pad(opened)
    drawn = plot(page)
    page.evaluate(DISPATCH, ["practicum-began", None])
    page.evaluate(DISPATCH, ["practicum-epochs", EPOCHS[:2]])
    expect(drawn.get_by_role("img", name="Loss after 2 epochs")).to_be_visible()
    page.evaluate(DISPATCH, ["practicum-began", None])

    expect(drawn.get_by_role("img", name="Loss: no epoch yet")).to_be_visible()
    expect(drawn.get_by_text("Thin lines are the 2 runs before")).to_be_visible()


@LOOKS
def test_every_state_is_accessible_and_fits(opened: Opener, scheme: str, width: int) -> None:
    """With code, a popup, an error, a plot, and as a plain field: axe finds no violation, and nothing is too wide."""
    page, area, _ = pad(opened, color_scheme=scheme, viewport={"width": width, "height": 780})
    names(page, keras_layers=[["Dense", "class", "(units, activation=None)"], ["Dropout", "class", "(rate)"]])
    write(page, CODE)
    found = faults(page, "code")
    page.evaluate("document.querySelector('practicum-editor').mark(4, \"NameError: name 'r' is not defined\")")
    page.locator(MARKED).first.hover()
    expect(page.locator(".cm-diagnostic")).to_be_visible()
    found += faults(page, "error")
    area.press("Control+End")
    page.keyboard.type("keras.layers.D")
    expect(page.locator(POPUP)).to_be_visible()
    page.keyboard.press("ArrowDown")
    found += faults(page, "popup")
    page.keyboard.press("Escape")
    plot(page)
    page.evaluate("epochs => document.querySelector('practicum-plot').add(epochs)", EPOCHS)
    found += faults(page, "plot")
    page.get_by_role("button", name="Plain editor").click()
    found += faults(page, "plain")

    assert found == []


def test_typing_replaces_a_selection(opened: Opener) -> None:
    """Several lines by several lines, without a style that the policy forbids; and it can be undone."""
    page, area, field = pad(opened)
    area.focus()
    page.keyboard.insert_text(CODE)
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("a = 1\nb = 2\n")
    assert field.input_value() == "a = 1\nb = 2\n"
    page.keyboard.press("Control+z")
    assert field.input_value() == CODE
    page.keyboard.press("Control+a")
    page.keyboard.type("x")

    assert field.input_value() == "x"
