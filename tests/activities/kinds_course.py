"""Right and wrong answers to the example of each kind of problem, as its form sends them."""

from __future__ import annotations

import re
from html import unescape

from httpx2 import Response

from tests.html import hidden_fields
from tests.web.making import Learner

TOPIC = "/kinds/topic"
KINDS = ["blanks", "choice", "code", "number", "order", "predict", "repair"]
"""In the order of their files."""
TYPED_KINDS = ["blanks", "code", "number", "order", "predict", "repair"]
"""Kinds whose answer is typed or put together."""
_BEST_EPOCH = """def best_epoch(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best"""
FIXED_ANSWERS = {
    "blanks": (["classes", "label"], ["label", "label"]),
    "code": (
        [_BEST_EPOCH.replace("\n", "\r\n")],
        ["def best_epoch(losses, patience):\n    return losses.index(min(losses))"],
    ),
    "repair": (["def scale(pixel):\n    return pixel / 127.5 - 1"], ["def scale(pixel):\n    return pixel"]),
    "number": (["2,30"], ["1"]),
}
"""A right answer and a wrong one of the kinds for which neither depends on the page."""
_LINES = ["guess = w * x", "error = guess - y", "gradient = 2 * error * x", "w = w - rate * gradient"]


def send(learner: Learner, page: str, action: str, *answer: str, **headers: str) -> Response:
    """Open the page of an exercise, and send its form with this answer to one of its addresses."""
    fields = {**hidden_fields(learner.get(page).text), "answer": list(answer)}
    return learner.post(f"{page.partition('?')[0]}/{action}", fields, **headers)


def shown_lines(html: str) -> list[str]:
    """Return the lines of an order problem as they are shown."""
    found = re.findall(r"</select><code>(.*?)</code>", html)
    return [unescape(re.sub(r"<[^>]+>", "", line)) for line in found]


def _placed(html: str, wanted: list[str]) -> list[str]:
    """The fields that put the lines of a page into this order."""
    shown = re.findall(r'<option value="(\d+)-1"', html)
    return [f"{place}-{wanted.index(line) + 1}" for place, line in zip(shown, shown_lines(html), strict=True)]


def _right_options(learner: Learner, page: str) -> set[str]:
    (catalogue,) = learner.http.app.state.site.catalogues.values()  # type: ignore[attr-defined]
    for variant in catalogue.entries["topic/challenge/choice.md"].problem.variants:
        texts = {option.text.replace("`", ""): option.key for option in variant.options}
        if texts.keys() >= learner.places(page).keys():
            return {text for text, key in texts.items() if key}
    raise AssertionError("no variant has these options")


def right_answer(learner: Learner, kind: str, page: str) -> list[str]:
    """Return the fields of a right answer to the problem on a page."""
    if kind in FIXED_ANSWERS:
        return FIXED_ANSWERS[kind][0]
    html = learner.get(page).text
    if kind == "predict":
        return ["4" if "in batches of 32" in html else "3"]
    if kind == "choice":
        right = _right_options(learner, page)
        return [place for text, place in learner.places(page).items() if text in right]
    return _placed(html, _LINES)


def wrong_answer(learner: Learner, kind: str, page: str) -> list[str]:
    """Return the fields of a wrong answer to the problem on a page."""
    if kind in FIXED_ANSWERS:
        return FIXED_ANSWERS[kind][1]
    if kind == "order":
        return _placed(learner.get(page).text, _LINES[::-1])
    if kind == "choice":
        right = _right_options(learner, page)
        return [place for text, place in learner.places(page).items() if text not in right][:1]
    return ["99"]


def form_values(kind: str, html: str) -> list[str]:
    """Return what the form of a page contains, sorted."""
    if kind == "order":
        return sorted(re.findall(r'<option value="(\d-\d)" selected', html))
    found = re.findall(r'name="answer" value="([^"]*)"', html) or re.findall(
        r"<textarea.*?>\n(.*?)</textarea>", html, re.S
    )
    return sorted(map(unescape, found))
