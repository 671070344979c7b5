"""Exercises, as they are served: graded at once and as often as one likes, each kind by its form, without a script."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.applications import Starlette

from practicum.application import grading as answering
from practicum.application.site import Site
from practicum.model import Verdict
from practicum.practice import Sitting
from practicum.prove.catalogue import Catalogue
from practicum.runner import Job, Limits, Pool, Result
from practicum.store import Store
from practicum.web.app import create_app
from tests.web.making import Learner, of_every_kind, proved, revised, write

TOPIC = "/kinds/topic"
BEST = """def best_epoch(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best"""
SOLVED = {
    "blanks": (["classes", "label"], ["label", "label"]),
    "code": (
        [BEST.replace("\n", "\r\n")],
        ["def best_epoch(losses, patience):\n    return losses.index(min(losses))"],
    ),
    "repair": (["def scale(pixel):\n    return pixel / 127.5 - 1"], ["def scale(pixel):\n    return pixel"]),
    "number": (["2,30"], ["1"]),
}
"""A right answer and a wrong one, as a form sends them."""


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return proved(of_every_kind(tmp_path_factory.mktemp("every") / "kinds"))


@pytest.fixture
def app(every: Catalogue, store: Store, pool: Pool) -> Starlette:
    assert all(entry.verdict.served for entry in every.entries.values())
    return create_app(Site([every], store, pool))


def fields(learner: Learner, page: str) -> dict[str, str]:
    """All hidden fields of the form of an exercise."""
    html = learner.get(page).text
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html)}


def send(learner: Learner, page: str, action: str, *answer: str, **headers: str) -> Response:
    return learner.post(
        f"{page.partition('?')[0]}/{action}", {**fields(learner, page), "answer": list(answer)}, **headers
    )


def order_of(html: str) -> list[str]:
    """The lines as they are shown."""
    found = re.findall(r"</select><code>(.*?)</code>", html)
    return [unescape(re.sub(r"<[^>]+>", "", line)) for line in found]


def ordered(learner: Learner, page: str, wanted: list[str]) -> list[str]:
    """The fields that put the lines of a page into this order."""
    html = learner.get(page).text
    shown = [int(one) for one in re.findall(r'<option value="(\d+)-1"', html)]
    return [f"{place}-{wanted.index(line) + 1}" for place, line in zip(shown, order_of(html), strict=True)]


def keys(learner: Learner, page: str) -> set[str]:
    """The right options of the choice on a page."""
    (catalogue,) = learner.http.app.state.site.catalogues.values()  # type: ignore[attr-defined]
    for one in catalogue.entries["topic/challenge/choice.md"].problem.variants:
        texts = {option.text.replace("`", ""): option.key for option in one.options}
        if texts.keys() >= learner.places(page).keys():
            return {text for text, key in texts.items() if key}
    raise AssertionError("no variant has these options")


def right(learner: Learner, kind: str, page: str) -> list[str]:
    if kind in SOLVED:
        return SOLVED[kind][0]
    html = learner.get(page).text
    if kind == "predict":
        return ["4" if "taken 32" in html else "3"]
    if kind == "choice":
        return [place for text, place in learner.places(page).items() if text in keys(learner, page)]
    lines = ["guess = w * x", "error = guess - y", "gradient = 2 * error * x", "w = w - rate * gradient"]
    return ordered(learner, page, lines)


def wrong(learner: Learner, kind: str, page: str) -> list[str]:
    if kind in SOLVED:
        return SOLVED[kind][1]
    if kind == "order":
        return [f"{place}-{5 - int(place)}" for place in "1234"] if right(learner, kind, page) != [
            "1-4", "2-3", "3-2", "4-1"
        ] else ["1-1", "2-2", "3-3", "4-4"]  # fmt: skip
    if kind == "choice":
        return [place for text, place in learner.places(page).items() if text not in keys(learner, page)][:1]
    return ["99"]


KINDS = ["blanks", "choice", "code", "number", "order", "predict", "repair"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_exercise_of_every_kind(learner: Learner, kind: str, store: Store) -> None:
    """Wrong, again wrong, then right: each is told at once and noted, and then the answer and its proof are seen."""
    page = f"{TOPIC}/try/{kind}"
    answer = send(learner, page, "answer", *wrong(learner, kind, page))
    assert (answer.status_code, "Not right yet." in answer.text) == (200, True)
    assert "The proof" not in answer.text

    send(learner, page, "answer", *wrong(learner, kind, page))
    answer = send(learner, page, "answer", *right(learner, kind, page))

    assert "<strong>Right.</strong>" in answer.text
    assert "The proof" in answer.text
    assert "The proof" in learner.get(page).text
    site = learner.http.app.state.site  # type: ignore[attr-defined]
    steps = store.steps(next(iter(site._learners._values.values())), "kinds", "topic", "try")
    assert [(step.item, step.kind, step.data["right"]) for step in steps] == [
        (kind, "answered", good) for good in (False, False, True)
    ]
    assert re.search(
        rf'{kind}">[^<]+</a></h3>\n<p>[^\n]+</p>\n<span class="side"><span class="sr">Done',
        learner.get(f"{TOPIC}/try").text,
    )


@pytest.mark.parametrize("kind", ["blanks", "code", "number", "order", "predict", "repair"])
@pytest.mark.parametrize("action", ["hint", "answer", "solution"])
def test_what_was_put_in_stays(learner: Learner, kind: str, action: str) -> None:
    """After a hint, a wrong answer, and a look at the solution: nobody types anything twice, script or not."""
    page = f"{TOPIC}/try/{kind}"
    put_in = wrong(learner, kind, page)

    html = send(learner, page, action, *put_in).text

    assert still(kind, html) == sorted(one.replace("\r\n", "\n") for one in put_in)


def still(kind: str, html: str) -> list[str]:
    """What the form of a page holds."""
    if kind == "order":
        return sorted(re.findall(r'<option value="(\d-\d)" selected', html))
    found = re.findall(r'name="answer" value="([^"]*)"', html) or re.findall(
        r"<textarea.*?>\n(.*?)</textarea>", html, re.S
    )
    return sorted(map(unescape, found))


def test_the_learner_s_own_error_is_explained(learner: Learner) -> None:
    """At its line, which is quoted, with a hint; nothing of the check or the setup is shown."""
    html = send(learner, f"{TOPIC}/try/blanks", "answer", "clases", "label").text

    assert "NameError at line 2:" in html
    assert "There is a name <code>classes</code>." in html
    assert '<span class="line here"><span class="n">2</span>    row = [0] * clases' in html
    assert "Traceback" not in html


def test_a_check_that_fails_says_what_its_author_wrote_for_learners(learner: Learner) -> None:
    """Its message, and never its code."""
    html = send(learner, f"{TOPIC}/try/blanks", "answer", "classes", "label - 1").text

    assert "label 2 of 4" in html
    assert "assert one_hot" not in html


def test_a_check_without_words_and_names_that_are_missing_are_told_plainly(learner: Learner) -> None:
    """No bare AssertionError."""
    page = f"{TOPIC}/try/repair"

    assert "It runs, but does not yet do what is asked." in send(learner, page, "answer", "def scale(p): return 1").text
    assert "makes nothing that is called scale" in send(learner, page, "answer", "a = 1").text
    assert "cannot be used as asked. TypeError:" in send(learner, page, "answer", "def scale(): return 1").text


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs may take a second only."""
    monkeypatch.setattr(answering, "LIMITS", Limits(seconds=1))


@pytest.mark.usefixtures("impatient")
def test_what_cannot_be_graded_is_no_wrong_answer(learner: Learner) -> None:
    """A loop without an end is stopped, said to be so, and not noted."""
    page = f"{TOPIC}/try/repair"

    html = send(learner, page, "answer", "while True:\n    pass").text

    assert "Not graded." in html
    assert "Stopped after 1 s" in html
    assert "Not right yet" not in html
    assert "begun" not in learner.get(f"{TOPIC}/try").text


def test_without_a_runner_code_is_not_graded(every: Catalogue, store: Store) -> None:
    """It says so on the page already; what needs no run is graded."""
    learner = Learner(create_app(Site([every], store)))

    assert "Nothing is run here." in learner.get(f"{TOPIC}/try/repair").text
    assert "Not graded." in send(learner, f"{TOPIC}/try/repair", "answer", "a = 1").text
    assert "Right." in send(learner, f"{TOPIC}/try/number", "answer", "2.3").text


@pytest.mark.parametrize(
    ("kind", "answer", "said"),
    [
        ("number", ["two"], "This is not a number."),
        ("blanks", ["classes", ""], "Blank 2 of 2 is still empty."),
        ("predict", ["(1"], "This is not a Python value."),
        ("order", ["1-1", "2-1", "3-3", "4-4"], "Two lines have position 1."),
        ("code", [""], "Answer first."),
    ],
)
def test_what_is_no_answer_yet_is_not_graded(learner: Learner, kind: str, answer: list[str], said: str) -> None:
    """It says what to do; to a script too."""
    page = f"{TOPIC}/try/{kind}"

    assert said in send(learner, page, "answer", *answer).text
    told = send(learner, page, "answer", *answer, accept="text/event-stream")
    assert (told.status_code, said in told.text) == (422, True)
    assert "begun" not in learner.get(f"{TOPIC}/try").text


def test_the_form_of_another_kind_is_refused(learner: Learner) -> None:
    """No form of ours sends that."""
    assert send(learner, f"{TOPIC}/try/choice", "answer", "9").status_code == 400
    assert send(learner, f"{TOPIC}/try/blanks", "answer", "a", "b", "c").status_code == 400


def test_a_form_sent_twice_is_noted_once(learner: Learner, store: Store) -> None:
    """By its nonce."""
    page = f"{TOPIC}/try/number"
    form = {**fields(learner, page), "answer": "1"}
    for _ in range(2):
        learner.post(f"{page}/answer", form)

    site = learner.http.app.state.site  # type: ignore[attr-defined]
    assert len(store.steps(next(iter(site._learners._values.values())), "kinds", "topic", "try")) == 1


def test_an_answer_mended_in_the_same_form_is_another_answer(learner: Learner, store: Store) -> None:
    """A form whose verdict was never seen, or that Back has brought, has an old nonce: what it says still counts."""
    page = f"{TOPIC}/try/number"
    form = fields(learner, page)

    learner.post(f"{page}/answer", {**form, "answer": ["1"]})
    told = learner.post(f"{page}/answer", {**form, "answer": ["2.30"]}).text

    assert "Right" in told
    learner_id = store.learner_for(learner.http.cookies["practicum"])
    assert learner_id is not None
    steps = store.steps(learner_id, "kinds", "topic", "try")
    assert [step.data["right"] for step in steps] == [False, True]
    assert "done" in learner.get(page).text


@pytest.mark.parametrize(
    ("page", "fields_", "status"),
    [
        ("try/order/hint", {"answer": ["x"]}, 200),
        ("try/order/solution", {"answer": ["1-1", "1-x"]}, 200),
        ("try/number/answer", {"answer": ["2.3"], "version": "9" * 5000}, 200),
    ],
)
def test_what_no_form_of_ours_sends_breaks_nothing(
    learner: Learner, page: str, fields_: dict[str, object], status: int
) -> None:
    """It is answered with a page."""
    form = fields(learner, f"{TOPIC}/{page.rpartition('/')[0]}")

    assert learner.post(f"{TOPIC}/{page}", {**form, **fields_}).status_code == status
    assert learner.get(f"{TOPIC}/try/number?version={'9' * 5000}").status_code == 200


def test_versions(learner: Learner) -> None:
    """A learner meets the same one each time, may ask for another, and each is done by itself."""
    page = f"{TOPIC}/try/predict"
    html = learner.get(page).text
    assert html.count("<h1") == 1
    assert all("This is version" in learner.get(page).text for _ in range(2))
    mine = re.search(r"This is version (\d) of 2", html)
    assert mine
    assert f"version {mine[1]} of 2" in learner.get(page).text

    other = re.search(r'<a href="([^"]+)">Another version', html)
    assert other
    asked = learner.get(unescape(other[1])).text
    assert f"This is version {3 - int(mine[1])} of 2" in asked
    assert ("taken 32" in html) != ("taken 32" in asked)
    assert "Right." in send(learner, unescape(other[1]), "answer", "4" if "taken 32" in asked else "3").text
    assert "The proof" not in learner.get(page).text
    assert learner.get(f"{page}?version=9").text.count(f"This is version {mine[1]}") == 1


def test_lines_are_shown_to_a_learner_in_one_order(learner: Learner, another: object) -> None:
    """The same at each look, so what was put in order is not lost; others see another."""
    page = f"{TOPIC}/try/order"
    mine = order_of(learner.get(page).text)
    others = {tuple(order_of(another().get(page).text)) for _ in range(20)}  # type: ignore[operator]

    assert order_of(learner.get(page).text) == mine
    assert len(others) > 5


def events(answer: Response) -> list[tuple[str, object]]:
    blocks = [dict(line.split(": ", 1) for line in block.split("\n")) for block in answer.text.strip().split("\n\n")]
    return [(block["event"], json.loads(block["data"])) for block in blocks]


def test_with_a_script_the_answer_is_graded_in_place(learner: Learner) -> None:
    """What came of it, a new number for the form, and once it is right the answer and its proof."""
    page = f"{TOPIC}/try/blanks"
    first = str(events(send(learner, page, "answer", "classes", "label - 1", accept="text/event-stream"))[-1][1])
    then = str(events(send(learner, page, "answer", "classes", "label", accept="text/event-stream"))[-1][1])

    assert "label 2 of 4" in first
    assert 'data-into="once"' in first
    assert 'data-into="closed"' not in first
    assert 'data-said="Right."' in then
    assert 'data-into="closed"' in then
    assert "The proof" in then
    hint = str(events(send(learner, page, "hint", "a", "b", accept="text/event-stream"))[-1][1])
    assert 'data-into="hint"' in hint
    assert "How long is the row" in hint


def changed(every: Catalogue, kind: str, **of: object) -> Catalogue:
    """The course, its author having changed every variant of an exercise."""
    problem = every.entries[f"topic/try/{kind}.md"].problem
    variants = tuple(replace(one, **of) for one in problem.variants)  # type: ignore[arg-type]
    return revised(every, replace(problem, variants=variants))


@pytest.mark.parametrize("action", ["answer", "hint", "solution"])
def test_a_form_of_an_older_text_is_not_graded(
    learner: Learner, every: Catalogue, store: Store, pool: Pool, action: str
) -> None:
    """Its places are those of options that stood in another order. It is answered with the exercise as it is now."""
    page = f"{TOPIC}/try/choice"
    options = every.entries["topic/try/choice.md"].problem.variants[0].options
    form = {**fields(learner, page), "answer": right(learner, "choice", page)}

    later = learner.at(create_app(Site([changed(every, "choice", options=options[::-1])], store, pool)))
    told = later.post(f"{page}/{action}", form)
    script = later.post(f"{page}/{action}", form, accept="text/event-stream")

    assert "This exercise has changed since you opened it, so nothing was graded." in told.text
    assert "The proof" not in told.text
    assert (script.status_code, "This exercise has changed." in script.text) == (409, True)
    assert "begun" not in later.get(f"{TOPIC}/try").text
    assert "Right." in send(later, page, "answer", *right(later, "choice", page)).text


def test_what_was_typed_for_an_older_text_stays(learner: Learner, every: Catalogue, store: Store, pool: Pool) -> None:
    """Code is not lost to a better sentence."""
    page = f"{TOPIC}/try/repair"
    form = {**fields(learner, page), "answer": "a = 1"}

    later = learner.at(create_app(Site([changed(every, "repair", statement="Better.")], store, pool)))
    told = later.post(f"{page}/answer", form)

    assert "This exercise has changed" in told.text
    assert still("repair", told.text) == ["a = 1"]


def test_a_version_that_is_there_no_more_is_not_graded_as_another(
    learner: Learner, every: Catalogue, store: Store, pool: Pool
) -> None:
    """The author has taken it out while its page was open."""
    page = f"{TOPIC}/try/predict"
    form = {**fields(learner, f"{page}?version=2"), "answer": "4"}
    problem = every.entries["topic/try/predict.md"].problem
    course = revised(every, replace(problem, variants=problem.variants[:1]))

    told = learner.at(create_app(Site([course], store, pool))).post(f"{page}/answer", form)

    assert "This exercise has changed" in told.text


def test_what_was_done_is_done_for_as_long_as_its_text_stands(
    learner: Learner, every: Catalogue, store: Store, pool: Pool
) -> None:
    """On its own page, in the list, and where progress is told: an exercise that asks something else is a new one."""

    def told(learner: Learner) -> tuple[bool, bool, bool]:
        """Whether it is done by its page, by the list, and by the page of the topic."""
        pages = [learner.get(path).text for path in (f"{TOPIC}/try/number", f"{TOPIC}/try", TOPIC)]
        return " · done" in pages[0], 'class="sr">Done' in pages[1], "1 of 7 solved" in pages[2]

    send(learner, f"{TOPIC}/try/number", "answer", "2.3")
    later = learner.at(create_app(Site([changed(every, "number", statement="Another question.")], store, pool)))

    assert told(learner) == (True, True, True)
    assert told(later) == (False, False, False)
    assert "begun" not in later.get(f"{TOPIC}/try").text


def test_there_is_no_such_exercise(learner: Learner) -> None:
    """Nor one of another mode, nor one that is not proved."""
    assert learner.get(f"{TOPIC}/try/nothing").status_code == 404
    assert learner.get(f"{TOPIC}/learn/blanks").status_code == 404
    assert learner.get("/kinds/nothing/try").status_code == 404


def test_what_is_not_proved_is_not_asked(every: Catalogue, store: Store, pool: Pool) -> None:
    """In a draft it is, and what needs a key is not graded there."""
    entry = every.entries["topic/try/number.md"]
    changed = replace(entry, evidence=None, verdict=Verdict.UNPROVED, why="it changed")
    course = replace(every, entries={**every.entries, entry.path: changed})
    page = f"{TOPIC}/try/number"

    assert Learner(create_app(Site([course], store, pool))).get(page).status_code == 404
    drafted = Learner(create_app(Site([course], store, pool, draft=True)))
    assert "Not graded." in send(drafted, page, "answer", "2.3").text


# --- the same kinds in a challenge -----------------------------------------------------------------------------------


def sitting_of(learner: Learner, kind: str) -> str:
    """A challenge, gone on to the problem of that kind; its page."""
    sitting = learner.begin(TOPIC)
    for number in range(1, KINDS.index(kind) + 1):
        learner.send(f"{sitting}/{number}", "skip")
        learner.send(f"{sitting}/{number}", "next")
    return f"{sitting}/{KINDS.index(kind) + 1}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_challenge_may_hold_any_kind(learner: Learner, kind: str) -> None:
    """A wrong try says that it is, and why; a right one after it closes the problem with the answer and its proof."""
    page = sitting_of(learner, kind)
    answer = learner.send(page, "answer", answer=wrong(learner, kind, page))
    html = learner.get(page).text
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert "1 attempt left." in html
    assert "The proof" not in html
    if kind not in ("choice",):
        assert still(kind, html) == sorted(wrong(learner, kind, page))

    learner.send(page, "answer", answer=right(learner, kind, page))

    html = learner.get(page).text
    assert "At the second attempt." in html
    assert "The proof" in html


@pytest.mark.parametrize("kind", KINDS)
def test_what_no_form_of_ours_sends_breaks_no_challenge(learner: Learner, kind: str) -> None:
    """The problem is shown as if nothing had been put in; a hint that was asked for so is there."""
    page = sitting_of(learner, kind)
    picked = learner.get(f"{page}?pick=1")
    hinted = [learner.send(page, "hint", answer=answer) for answer in (["x"], ["1-1", "1-x"], ["9"] * 50)]
    empty = order_of(learner.get(page).text)

    assert picked.status_code == 200
    assert all(answer.status_code in (200, 303) for answer in hinted)
    assert 'id="hint"' in learner.get(page).text
    assert order_of(picked.text) == empty


@pytest.mark.parametrize("kind", ["blanks", "code", "number", "order", "predict", "repair"])
def test_a_hint_loses_nothing_that_was_typed(learner: Learner, kind: str) -> None:
    """The page answers the form itself: what was typed is in no address, and in no store."""
    page = sitting_of(learner, kind)
    put_in = wrong(learner, kind, page)

    answer = learner.send(page, "hint", answer=put_in)

    assert answer.status_code == 200
    assert answer.headers["hx-push-url"] == page
    assert still(kind, answer.text) == sorted(put_in)
    assert 'id="hint"' in answer.text
    assert "2 attempts left" in answer.text


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("kind", "answer", "said"),
    [
        ("number", ["1,500"], "can be read in two ways"),
        ("blanks", ["classes", ""], "Blank 2 of 2 is still empty"),
        ("code", [""], "Nothing was filled in, so no attempt was used."),
        ("repair", ["while True:\n    pass"], "Stopped after 1 s"),
    ],
)
def test_what_is_no_answer_or_cannot_be_graded_costs_no_attempt(
    learner: Learner, kind: str, answer: list[str], said: str
) -> None:
    """It says why, and keeps what was typed."""
    page = sitting_of(learner, kind)

    html = learner.send(page, "answer", answer=answer).text

    assert said in html
    assert "2 attempts left" in html
    assert answer == [""] or still(kind, html) == sorted(answer)


def test_the_same_answer_costs_no_second_attempt(learner: Learner) -> None:
    """However it is written, as far as its kind can tell; it is not run again either."""
    page = sitting_of(learner, "number")
    learner.send(page, "answer", answer="1.0")

    html = learner.send(page, "answer", answer="1,00").text

    assert "You have tried this already" in html
    assert "1 attempt left" in html


class Slow:
    """The pool, but each run waits until it is let go."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.mode = pool.mode
        self.begun, self.go, self.runs = threading.Event(), threading.Event(), 0

    def run(self, job: Job, *rest: object) -> Result:
        self.runs += 1
        self.begun.set()
        assert self.go.wait(20)
        return self._pool.run(job, *rest)  # type: ignore[arg-type]


class Timed:
    """A challenge with a clock, whose first answer was sent in time and is being run when an hour has passed."""

    def __init__(self, every: Catalogue, store: Store, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
        from practicum.application import sittings as challenge

        self.slow = Slow(pool)
        app = create_app(Site([every], store, self.slow))  # type: ignore[arg-type]
        self.learner, self.other = Learner(app), Learner(app)
        real, late = challenge.now, [0]
        monkeypatch.setattr(challenge, "now", lambda: real() + late[0])
        self.page = self.learner.begin(TOPIC, clock="1") + "/1"
        self.other.http.cookies = self.learner.http.cookies
        self.form = {**self.learner.form(self.page), "answer": SOLVED["blanks"][0]}
        self.sent = threading.Thread(target=lambda: self.learner.post(f"{self.page}/answer", self.form))
        self.sent.start()
        assert self.slow.begun.wait(60)
        late[0] = 3_600_000

    def meanwhile(self, do: Callable[[Learner], Response]) -> tuple[bool, Response]:
        """What another tab does meanwhile: whether that waits for the answer, and what comes of it."""
        seen: list[Response] = []
        doing = threading.Thread(target=lambda: seen.append(do(self.other)))
        doing.start()
        time.sleep(0.3)
        waited = not seen
        self.slow.go.set()
        self.sent.join(60)
        doing.join(60)
        return waited, seen[0]


@pytest.fixture
def timed(every: Catalogue, store: Store, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Timed:
    return Timed(every, store, pool, monkeypatch)


def test_what_counts_is_when_an_answer_came(timed: Timed) -> None:
    """Its run may end after the deadline. Meanwhile a page of the problem waits for what comes of it."""
    clock = timed.other.get(f"{timed.page}/clock").json()
    waited, seen = timed.meanwhile(lambda other: other.get(timed.page))

    assert waited
    assert clock["closes"] > 0
    assert "At the first attempt." in seen.text


@pytest.mark.parametrize("action", ["answer", "hint", "skip", "next"])
def test_nothing_overtakes_an_answer_that_is_being_graded(timed: Timed, action: str) -> None:
    """Whatever is sent after it, from another tab: the answer came in time, so it counts."""
    form = {**timed.form, "nonce": "another tab's", "answer": SOLVED["blanks"][1]}
    waited, _ = timed.meanwhile(lambda other: other.post(f"{timed.page}/{action}", form))

    assert waited
    assert "At the first attempt." in timed.learner.get(timed.page).text
    assert timed.slow.runs == 1


def test_a_second_click_waits_for_what_comes_of_the_first(timed: Timed) -> None:
    """And is answered with that: nothing is run twice, and the problem is not out of time."""
    waited, answer = timed.meanwhile(lambda other: other.post(f"{timed.page}/answer", timed.form))

    assert waited
    assert answer.headers["location"] == timed.page
    assert "At the first attempt." in timed.learner.get(timed.page).text
    assert timed.slow.runs == 1


def test_an_answer_that_would_not_count_is_not_run(every: Catalogue, store: Store, pool: Pool) -> None:
    """A form sent twice, and one for a problem that is closed."""
    slow = Slow(pool)
    slow.go.set()
    learner = Learner(create_app(Site([every], store, slow)))  # type: ignore[arg-type]
    page = learner.begin(TOPIC) + "/1"
    form = {**learner.form(page), "answer": ["label", "label"]}
    for _ in range(2):
        learner.post(f"{page}/answer", form)
    once = slow.runs
    learner.send(page, "skip")
    learner.post(f"{page}/answer", {**form, "nonce": "another"})

    assert (once, slow.runs) == (1, 1)


def test_an_old_sitting_is_read_back(learner: Learner, store: Store) -> None:
    """What was typed is kept with its sitting, as its kind reads it."""
    page = sitting_of(learner, "repair")
    learner.send(page, "answer", answer="def scale(pixel):\r\n    return pixel\r\n")
    record = store.sitting(page.split("/")[2])
    assert record is not None

    from practicum import practice
    from practicum.practice import Exam

    events = tuple(practice.event_from_json(dict(event.data)) for event in record.events)
    sitting = Sitting(Exam.from_json(record.exam), events)

    assert sitting.items[KINDS.index("repair")].answers[0].answer == ("def scale(pixel):\n    return pixel",)


BUILD = """+++
kind = "blanks"
level = "beginner"
+++

# A head

```python run
import keras

base = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Conv2D(8, 3), keras.layers.GlobalAveragePooling2D()])
```

```python start
base.trainable = ____
model = keras.Sequential([base, keras.layers.Dense(____)])
```

```python solution
base.trainable = False
model = keras.Sequential([base, keras.layers.Dense(5)])
```

```python check
assert len(model.trainable_weights) == 2, "Only the head is to be trained."
assert model.output_shape == (None, 5), "There are five classes."
```

```python mutant
model = keras.Sequential([base, keras.layers.Dense(5)])
```
"""


@pytest.mark.slow
@pytest.mark.tensorflow
def test_a_tiny_build_is_graded_by_interpreters_that_are_kept_ready(tmp_path: Path, store: Store) -> None:
    """From the form that is sent to the word that it is right, where a second process checks it too.

    Interpreters are kept ready as `practicum serve` keeps them.
    """
    root = write(
        tmp_path / "kinds",
        {
            "course.toml": 'title = "Kinds"\nsummary = "s"\n',
            "topic/topic.toml": 'title = "Topic"\nsummary = "s"\n',
            "topic/try/build.md": BUILD,
        },
    )
    page = f"{TOPIC}/try/build"
    with Pool(2, spares=2) as pool:
        learner = Learner(create_app(Site([proved(root, pool)], store, pool)))
        pool.warm()
        for number in range(2):
            pool.wait_until_ready()  # Nobody answers faster than the next interpreters are made ready.
            form = {**fields(learner, page), "answer": ["False", "5" if number % 2 else "4"]}
            said = learner.post(f"{page}/answer", form, accept="text/event-stream").text
            assert ("Not right yet." in said, "<strong>Right." in said) == (number % 2 == 0, number % 2 == 1)
