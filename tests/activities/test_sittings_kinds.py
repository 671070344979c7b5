"""Problems of every kind in a challenge: attempts, hints, and answers whose grading takes a while."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from httpx2 import Response
from starlette.applications import Starlette

from practicum import practice
from practicum.application import grading
from practicum.application.in_flight import InFlight
from practicum.application.site import Site
from practicum.practice import Exam, Sitting
from practicum.prove.catalogue import Catalogue
from practicum.runner import Job, Limits, Pool, Result
from practicum.store import Store
from practicum.web.app import create_app
from tests.activities.kinds_course import (
    FIXED_ANSWERS,
    KINDS,
    TOPIC,
    TYPED_KINDS,
    form_values,
    right_answer,
    shown_lines,
    wrong_answer,
)
from tests.clock import set_clock
from tests.html import notice_code
from tests.waiting import PATIENCE
from tests.web.making import Learner, of_every_kind, proved

RIGHT = '<div class="verdict right">'
"""On the page of a problem that was answered right."""
HOUR = 3_600_000


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Catalogue:
    return proved(of_every_kind(tmp_path_factory.mktemp("every") / "kinds"), pool)


@pytest.fixture
def app(every: Catalogue, store: Store, pool: Pool) -> Starlette:
    return create_app(Site([every], store, pool))


OFF = "decimal point"
"""In the hint for a number that is right but for its decimal point."""


def test_what_was_off_is_shown_when_the_problem_is_closed(learner: Learner) -> None:
    """Not between two attempts."""
    page = problem_of(learner, "number")
    learner.send(page, "answer", answer="23.03")
    between = learner.get(page).text
    learner.send(page, "answer", answer="230.3")
    after = learner.get(page).text

    assert RIGHT not in after
    assert OFF not in between
    assert OFF in after


def problem_of(learner: Learner, kind: str) -> str:
    """Start a challenge, skip to the problem of that kind, and return its path."""
    sitting = learner.begin(TOPIC)
    for number in range(1, KINDS.index(kind) + 1):
        learner.send(f"{sitting}/{number}", "skip")
        learner.send(f"{sitting}/{number}", "next")
    return f"{sitting}/{KINDS.index(kind) + 1}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_challenge_may_contain_any_kind(learner: Learner, kind: str) -> None:
    """A wrong attempt keeps the input and reveals nothing; a right one closes the problem with its proof."""
    page = problem_of(learner, kind)
    wrong = wrong_answer(learner, kind, page)
    response = learner.send(page, "answer", answer=wrong)
    html = learner.get(page).text

    assert (response.status_code, response.headers["location"]) == (303, page)
    assert "1 attempt left" in html
    assert 'aria-labelledby="proof"' not in html
    assert kind == "choice" or form_values(kind, html) == sorted(wrong)

    learner.send(page, "answer", answer=right_answer(learner, kind, page))
    html = learner.get(page).text

    assert RIGHT in html
    assert 'aria-labelledby="proof"' in html


@pytest.mark.parametrize("kind", KINDS)
def test_malformed_fields_break_no_page(learner: Learner, kind: str) -> None:
    """The problem is shown as it was; a hint that was asked for with such fields is shown."""
    page = problem_of(learner, kind)
    picked = learner.get(f"{page}?pick=1")
    hinted = [learner.send(page, "hint", answer=answer) for answer in (["x"], ["1-1", "1-x"], ["9"] * 50)]
    html = learner.get(page).text

    assert picked.status_code == 200
    assert all(response.status_code in (200, 303) for response in hinted)
    assert 'id="hint"' in html
    assert shown_lines(picked.text) == shown_lines(html)


@pytest.mark.parametrize("kind", TYPED_KINDS)
def test_a_hint_keeps_what_was_typed(learner: Learner, kind: str) -> None:
    """The response to the form is the page itself: the input is in no address and in no store."""
    page = problem_of(learner, kind)
    answer = wrong_answer(learner, kind, page)

    response = learner.send(page, "hint", answer=answer)

    assert response.status_code == 200
    assert response.headers["hx-push-url"] == page
    assert form_values(kind, response.text) == sorted(answer)
    assert 'id="hint"' in response.text
    assert "2 attempts left" in response.text


@pytest.mark.parametrize(
    ("kind", "answer", "code"),
    [
        ("number", ["1,500"], "ambiguous-number"),
        ("blanks", ["classes", ""], "blank-empty"),
        ("code", [""], "empty"),
        ("repair", ["while True:\n    pass"], "not-graded"),
        ("repair", ["import os\ntry:\n    os.fork()\nexcept OSError:\n    pass"], "not-graded"),
    ],
)
def test_an_answer_that_is_not_graded_costs_no_attempt(
    learner: Learner, kind: str, answer: list[str], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page reports why, and keeps the input."""
    monkeypatch.setattr(grading, "SHORT", Limits(seconds=1))
    page = problem_of(learner, kind)

    html = learner.send(page, "answer", answer=answer).text

    assert notice_code(html) == code
    assert "2 attempts left" in html
    assert answer == [""] or form_values(kind, html) == sorted(answer)


def test_the_same_answer_costs_no_second_attempt(learner: Learner) -> None:
    """However it is written, as far as its kind can tell."""
    page = problem_of(learner, "number")
    learner.send(page, "answer", answer="1.0")

    html = learner.send(page, "answer", answer="1,00").text

    assert notice_code(html) == "repeated"
    assert "1 attempt left" in html


def test_an_answer_is_stored_as_its_kind_reads_it(learner: Learner, store: Store) -> None:
    """With line ends as Python has them."""
    page = problem_of(learner, "repair")
    learner.send(page, "answer", answer="def scale(pixel):\r\n    return pixel\r\n")
    record = store.sitting(page.split("/")[2])
    assert record is not None

    events = tuple(practice.event_from_json(dict(event.data)) for event in record.events)
    sitting = Sitting(Exam.from_json(record.exam), events)

    assert sitting.items[KINDS.index("repair")].answers[0].answer == ("def scale(pixel):\n    return pixel",)


# --- answers in flight


class HeldPool:
    """A pool in which each run waits until it is released."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.mode = pool.mode
        self.begun, self.released, self.count = threading.Event(), threading.Event(), 0

    def run(self, job: Job, *rest: object) -> Result:
        self.count += 1
        self.begun.set()
        assert self.released.wait(PATIENCE)
        return self._pool.run(job, *rest)  # type: ignore[arg-type]


class SlowGrading:
    """A challenge with a clock: the first answer arrived in time, and is still being run an hour later."""

    def __init__(self, every: Catalogue, store: Store, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pool = HeldPool(pool)
        site = Site([every], store, self.pool)  # type: ignore[arg-type]
        app = create_app(site)
        clock = set_clock(monkeypatch)
        self.waiting = threading.Event()
        """Set once another request waits for the answer."""
        self._watch(site.in_flight, monkeypatch)
        self.learner = Learner(app)
        self.page = self.learner.begin(TOPIC, clock="1") + "/1"
        self.other_tab = self.learner.at(app)
        self.form = {**self.learner.form(self.page), "answer": FIXED_ANSWERS["blanks"][0]}
        self._first = threading.Thread(target=lambda: self.learner.post(f"{self.page}/answer", self.form))
        self._first.start()
        assert self.pool.begun.wait(PATIENCE)
        clock.advance(HOUR)

    def _watch(self, in_flight: InFlight, monkeypatch: pytest.MonkeyPatch) -> None:
        """Notice when a request meets an answer that is being graded."""
        for name in ("grading", "wait", "wait_if_room"):
            monkeypatch.setattr(in_flight, name, self._watched(in_flight, getattr(in_flight, name)))

    def _watched(self, in_flight: InFlight, method: Callable[[str, int], object]) -> Callable[[str, int], object]:
        def watched(sitting: str, index: int) -> object:
            if in_flight.is_grading(sitting, index):
                self.waiting.set()
            return method(sitting, index)

        return watched

    def meanwhile(self, act: Callable[[Learner], Response]) -> Response:
        """Do something in another tab, which must wait for the answer; release the answer, and return the response."""
        responses: list[Response] = []
        acting = threading.Thread(target=lambda: responses.append(act(self.other_tab)))
        acting.start()
        assert self.waiting.wait(PATIENCE)
        assert responses == []
        self.pool.released.set()
        self._first.join(PATIENCE)
        acting.join(PATIENCE)
        return responses[0]


@pytest.fixture
def slow(every: Catalogue, store: Store, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> SlowGrading:
    return SlowGrading(every, store, pool, monkeypatch)


def test_the_time_of_arrival_counts(slow: SlowGrading) -> None:
    """Grading may end after the deadline. Until then a page of the problem waits for the grade."""
    clock = slow.other_tab.get(f"{slow.page}/clock").json()
    shown = slow.meanwhile(lambda tab: tab.get(slow.page))

    assert clock["closes"] > 0
    assert RIGHT in shown.text


@pytest.mark.parametrize("action", ["answer", "hint", "skip", "next"])
def test_no_form_overtakes_an_answer_that_is_being_graded(slow: SlowGrading, action: str) -> None:
    """The answer arrived in time and first, so it counts."""
    form = {**slow.form, "nonce": "another tab's", "answer": FIXED_ANSWERS["blanks"][1]}
    slow.meanwhile(lambda tab: tab.post(f"{slow.page}/{action}", form))

    assert RIGHT in slow.learner.get(slow.page).text
    assert slow.pool.count == 1


def test_a_second_click_gets_the_response_to_the_first(slow: SlowGrading) -> None:
    """Nothing is run twice, and the problem is not out of time."""
    response = slow.meanwhile(lambda tab: tab.post(f"{slow.page}/answer", slow.form))

    assert response.headers["location"] == slow.page
    assert RIGHT in slow.learner.get(slow.page).text
    assert slow.pool.count == 1


def test_an_answer_that_would_not_count_is_not_run(every: Catalogue, store: Store, pool: Pool) -> None:
    """A form sent twice, and one for a problem that is closed."""
    held = HeldPool(pool)
    held.released.set()
    learner = Learner(create_app(Site([every], store, held)))  # type: ignore[arg-type]
    page = learner.begin(TOPIC) + "/1"
    form = {**learner.form(page), "answer": ["label", "label"]}
    for _ in range(2):
        learner.post(f"{page}/answer", form)
    count = held.count
    learner.send(page, "skip")
    learner.post(f"{page}/answer", {**form, "nonce": "another"})

    assert (count, held.count) == (1, 1)
