"""A challenge as a learner without JavaScript goes through it: pages and forms."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from practicum.application import clock as seat
from practicum.application import sittings as challenge
from practicum.application.site import Site
from practicum.model import Verdict
from practicum.practice import GRACE
from practicum.prove.catalogue import Catalogue
from practicum.store import Store
from practicum.web.app import create_app
from tests.web.making import TOPIC, Learner, revised, right_answers


def test_all_right_earns_the_badge(learner: Learner, catalogue: Catalogue) -> None:
    """Five right answers, whatever the attempts: the score, the badge, its page and its picture."""
    sitting = learner.begin()
    for number, texts in enumerate(right_answers(catalogue, learner, sitting), 1):
        page = f"{sitting}/{number}"
        answer = learner.answer(page, *texts)
        assert answer.headers["location"] == page
        assert '<h1 tabindex="-1" autofocus>Right</h1>' in learner.get(page).text
        onward = learner.send(page, "next")
    result = learner.get(onward.headers["location"])

    assert onward.headers["location"] == f"{sitting}/result"
    assert "<b>5</b> <span>of 5 right</span>" in result.text
    assert "List Keeper" in result.text
    assert "List Keeper" in learner.get("/").text
    assert "List Keeper" in learner.get("/badges/python-basics/lists").text
    picture = learner.get("/badges/python-basics/lists.svg?name=Ada%20%3Cb%3E")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "Ada &lt;b&gt;" in picture.text


def test_a_result_stays_though_its_problems_change(learner: Learner, catalogue: Catalogue, store: Store) -> None:
    """One taken out, one reshaped, one no longer proved: how each went is told, without its text."""
    sitting = learner.begin()
    for number in range(1, 6):
        learner.send(f"{sitting}/{number}", "skip")
        learner.send(f"{sitting}/{number}", "next")
    slice_, copies, index = (f"lists/challenge/{name}.md" for name in ("01-slice", "02-copies", "03-index"))
    problem = catalogue.entries[copies].problem
    fewer = tuple(replace(one, options=one.options[:-1]) for one in problem.variants)
    later = revised(catalogue, replace(problem, variants=fewer))
    unproved = replace(later.entries[index], verdict=Verdict.UNPROVED)
    entries = {path: one for path, one in {**later.entries, index: unproved}.items() if path != slice_}
    again = learner.at(create_app(Site([replace(later, entries=entries)], store)))
    result = again.get(f"{sitting}/result")

    assert result.status_code == 200
    assert re.findall(r"Problem (\d), which has changed since", result.text) == ["1", "2", "3"]
    assert re.findall(rf'href="{sitting}/(\d)"', result.text) == ["4", "5"]
    assert result.text.count("<p>Skipped</p>") == 5
    assert again.get(f"{sitting}/2").status_code == 410


def test_a_wrong_first_try_says_only_that(learner: Learner, catalogue: Catalogue) -> None:
    """It says so, keeps the rest, offers the hint, and takes the tried option away."""
    sitting = learner.begin()
    page = f"{sitting}/1"
    (right,) = right_answers(catalogue, learner, sitting)[0]
    wrong = next(text for text in learner.places(page) if text != right)
    learner.answer(page, wrong)
    html = learner.get(page).text

    assert "Not that one." in html
    assert "1 attempt left. The hint may help." in html
    assert "Tried: not that one" in html
    assert wrong not in learner.places(page)
    assert right in learner.places(page)
    learner.answer(page, right)
    assert "At the second attempt." in learner.get(page).text


def test_two_wrong_tries_close_it(learner: Learner, catalogue: Catalogue) -> None:
    """Then the key is shown, with what each option gave, and it counts as not right."""
    sitting = learner.begin()
    page = f"{sitting}/1"
    (right,) = right_answers(catalogue, learner, sitting)[0]
    for wrong in [text for text in learner.places(page) if text != right]:
        learner.answer(page, wrong)
    html = learner.get(page).text

    assert "Not right" in html
    assert html.count('<div class="ran"><span>When run</span>') == 3
    assert "stops before its second" in html


def test_several_right_options_are_picked_together(learner: Learner, catalogue: Catalogue) -> None:
    """Where more than one is right there are boxes to tick, and only the whole set is right."""
    sitting = learner.begin()
    learner.send(f"{sitting}/1", "skip")
    learner.send(f"{sitting}/1", "next")
    page = f"{sitting}/2"
    assert 'type="checkbox"' in learner.get(page).text

    learner.answer(page, "sliced")
    assert "Not quite." in learner.get(page).text
    learner.answer(page, "sliced", "copied")
    assert "At the second attempt" in learner.get(page).text


def test_the_hint_is_shown_when_asked_for_and_keeps_what_is_picked(learner: Learner) -> None:
    """Opening it costs no attempt and loses no choice."""
    page = learner.begin() + "/1"
    assert "include the element" not in learner.get(page).text

    answer = learner.send(page, "hint", answer="2")
    html = learner.get(answer.headers["location"]).text

    assert "Does a slice include the element at its second index?" in html
    assert re.search(r'value="2" checked', html)
    assert "2 attempts left" in html


def test_nothing_chosen_costs_nothing(learner: Learner) -> None:
    """It says so."""
    page = learner.begin() + "/1"
    answer = learner.send(page, "answer")
    html = learner.get(answer.headers["location"]).text

    assert "Nothing was chosen, so no attempt was used." in html
    assert "2 attempts left" in html


def test_the_same_form_counts_once(learner: Learner, store: Store, catalogue: Catalogue) -> None:
    """A double click, a reload, an impatient second press: one attempt."""
    sitting = learner.begin()
    page = f"{sitting}/1"
    (right,) = right_answers(catalogue, learner, sitting)[0]
    places = learner.places(page)
    wrong = next(text for text in places if text != right)
    fields = {**learner.form(page), "answer": places[wrong]}
    answers = [learner.post(f"{page}/answer", fields) for _ in range(3)]
    record = store.sitting(sitting.removeprefix("/s/"))

    assert {answer.headers["location"] for answer in answers} == {page}
    assert record is not None
    assert [event.kind for event in record.events] == ["shown", "answered"]


def test_a_start_sent_twice_begins_once(learner: Learner) -> None:
    """One after the other or at once, all lead to the same sitting, and to where it stands."""
    start = f"{TOPIC}/challenge"
    fields = {**learner.form(start), "clock": "2"}
    with ThreadPoolExecutor(8) as many:
        begun = {answer.headers["location"] for answer in many.map(lambda _: learner.post(start, fields), range(16))}
    (first,) = begun
    learner.send(first, "skip")
    learner.send(first, "next")

    assert learner.post(start, fields).headers["location"] == first.removesuffix("1") + "2"


def test_what_is_to_come_is_not_shown(learner: Learner) -> None:
    """A later problem's address leads back to the one that is open; so does its form, which costs nothing."""
    sitting = learner.begin()
    fields = learner.form(f"{sitting}/1")

    assert learner.get(f"{sitting}/3").headers["location"] == f"{sitting}/1"
    answer = learner.post(f"{sitting}/3/answer", {**fields, "answer": "1"})
    assert answer.headers["location"] == f"{sitting}/1?note=order"
    assert "cost nothing" in learner.get(answer.headers["location"]).text
    assert learner.get(f"{sitting}/6").status_code == 404
    assert learner.get(f"{sitting}/result").headers["location"] == f"{sitting}/1"


@pytest.mark.parametrize("place", ["0", "9", "-1", "1.5", "²", "x", "1" * 5000])
def test_an_option_that_is_not_there_is_refused(learner: Learner, place: str) -> None:
    """Politely, and at no cost."""
    page = learner.begin() + "/1"

    assert learner.send(page, "answer", answer=place).status_code == 400
    assert "2 attempts left" in learner.get(page).text


def test_an_unknown_clock_is_refused(learner: Learner) -> None:
    start = f"{TOPIC}/challenge"

    assert learner.post(start, {**learner.form(start), "clock": "1e9"}).status_code == 400


def test_time_runs_out(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """A late answer does not count, the page says so by itself, and looking at it twice changes nothing."""
    at = seat.now()
    monkeypatch.setattr(challenge, "now", lambda: at)
    sitting = learner.begin(clock="1")
    page = f"{sitting}/1"
    assert '<noscript><meta http-equiv="refresh" content="94"></noscript>' in learner.get(page).text
    assert learner.get(f"{page}/clock").json() == {"left": 90_000, "closes": 90_000 + GRACE}
    fields = learner.form(page)

    monkeypatch.setattr(challenge, "now", lambda: at + 90_000 + GRACE + 1)

    assert learner.get(f"{page}/clock").json() == {"left": None, "closes": None}
    assert "Time ran out" in learner.get(page).text
    late = learner.post(f"{page}/answer", {**fields, "answer": "1"})
    assert late.headers["location"] == page
    assert "Time ran out" in learner.get(page).text
    assert learner.send(page, "next").headers["location"] == f"{sitting}/2"


def test_an_overdue_problem_is_left_in_one_step(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its verdict was on view already, so going on goes on: no second press."""
    at = seat.now()
    monkeypatch.setattr(challenge, "now", lambda: at)
    sitting = learner.begin(clock="1")
    monkeypatch.setattr(challenge, "now", lambda: at + 100_000)

    assert learner.send(f"{sitting}/1", "next").headers["location"] == f"{sitting}/2"


def test_the_clock_can_be_off_or_slower(learner: Learner) -> None:
    """Off there is none on the page; ten times slower there is ten times as much."""
    assert "practicum-clock" not in learner.get(learner.begin(clock="off") + "/1").text.split("</head>")[1].replace(
        "clock.js", ""
    )
    slow = learner.get(learner.begin(clock="10") + "/1").text
    assert 'data-total="900000"' in slow


def test_going_back_to_a_closed_problem_shows_its_verdict(learner: Learner) -> None:
    """At any time, for as long as the sitting is kept."""
    sitting = learner.begin()
    learner.send(f"{sitting}/1", "skip")
    learner.send(f"{sitting}/1", "next")

    assert "Skipped" in learner.get(f"{sitting}/1").text
    assert learner.get(sitting).headers["location"] == f"{sitting}/2"
    assert "at problem 2 of 5" in learner.get("/").text.replace("\n", " ")


def test_skipping_all_gives_no_badge(learner: Learner) -> None:
    sitting = learner.begin()
    for number in range(1, 6):
        learner.send(f"{sitting}/{number}", "skip")
        learner.send(f"{sitting}/{number}", "next")

    assert "<b>0</b>" in learner.get(f"{sitting}/result").text
    assert learner.get("/badges/python-basics/lists").status_code == 404


def test_a_retake_draws_another_variant(learner: Learner) -> None:
    """The problem with two variants comes with the other one."""
    pages = [re.sub(r"<[^>]+>", "", learner.get(learner.begin() + "/1").text) for _ in range(4)]
    stops = [re.findall(r"numbers\[1:(\d)\]", page)[0] for page in pages]

    assert stops[0] != stops[1] != stops[2] != stops[3]


def test_a_cited_problem_says_so(learner: Learner) -> None:
    """Before and after the answer, with its sources, and without anything to run."""
    sitting = learner.begin()
    for number in range(1, 5):
        learner.send(f"{sitting}/{number}", "skip")
        learner.send(f"{sitting}/{number}", "next")
    before = learner.get(f"{sitting}/5").text
    learner.answer(f"{sitting}/5", "Explicit")
    after = learner.get(f"{sitting}/5").text

    assert "Cited, not run" in before
    assert "peps.python.org" not in before
    assert "Cited, not proved" in after
    assert '<a href="https://peps.python.org/pep-0020/"' in after
    assert "Run it again" not in after


def test_a_proof_says_what_it_rests_on(learner: Learner) -> None:
    """The day, the versions, the runs and their seeds, and curves with the same data as a table."""
    sitting = learner.begin()
    for number in range(1, 5):
        learner.send(f"{sitting}/{number}", "skip")
        if number < 4:
            learner.send(f"{sitting}/{number}", "next")
    html = learner.get(f"{sitting}/4").text

    assert "15, with 5 seeds" in html
    assert "Python 3." in html
    assert '<svg class="chart ' in html
    assert "The curves as tables" in html
    assert "nearness" in html
