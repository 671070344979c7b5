"""A challenge as a learner without JavaScript goes through it: pages and forms."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from practicum.application.site import Site
from practicum.model import Verdict
from practicum.practice import GRACE, REFUSALS
from practicum.prove.catalogue import Catalogue
from practicum.store import Store
from practicum.web.app import create_app
from tests.clock import SetClock, set_clock
from tests.html import main_text, notice_code, refusal_code
from tests.web.making import TOPIC, Learner, revised, right_answers


@pytest.fixture
def clock(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> SetClock:
    return set_clock(monkeypatch)


def skip(learner: Learner, sitting: str, *numbers: int) -> None:
    """Skip these problems, and go on after each."""
    for number in numbers:
        learner.send(f"{sitting}/{number}", "skip")
        learner.send(f"{sitting}/{number}", "next")


def attempts_left(html: str) -> int:
    """The number of attempts that the page of an open problem shows beside its buttons."""
    found = re.search(r'<span class="soft small">(\d+) attempts? left</span>', html)
    assert found
    return int(found[1])


def verdict_heading(html: str) -> str:
    """The heading of the page of a closed problem."""
    found = re.search(r'<div class="verdict.*?<h1[^>]*>(.*?)</h1>', html, re.S)
    assert found
    return found[1]


def test_all_right_earns_the_badge(learner: Learner, catalogue: Catalogue) -> None:
    """The result shows the score and the badge, which has a page and an SVG image."""
    sitting = learner.begin()
    for number, texts in enumerate(right_answers(catalogue, learner, sitting), 1):
        page = f"{sitting}/{number}"
        response = learner.answer(page, *texts)
        assert response.headers["location"] == page
        assert '<div class="verdict right">' in learner.get(page).text
        onward = learner.send(page, "next")
    result = learner.get(onward.headers["location"])

    assert onward.headers["location"] == f"{sitting}/result"
    assert "<b>5</b>" in result.text
    for path in (f"{sitting}/result", "/", "/badges", "/badges/python-basics/lists"):
        assert "List Keeper" in learner.get(path).text
    image = learner.get("/badges/python-basics/lists.svg?name=Ada%20%3Cb%3E")
    assert image.headers["content-type"] == "image/svg+xml"
    assert "Ada &lt;b&gt;" in image.text


def test_a_result_stays_when_its_problems_change(learner: Learner, catalogue: Catalogue, store: Store) -> None:
    """Of a removed, a changed and an unproved problem the result is listed without the text and without a link."""
    sitting = learner.begin()
    skip(learner, sitting, 1, 2, 3, 4, 5)
    slice_, copies, index = (f"lists/challenge/{name}.md" for name in ("01-slice", "02-copies", "03-index"))
    problem = catalogue.entries[copies].problem
    fewer = tuple(replace(variant, options=variant.options[:-1]) for variant in problem.variants)
    later = revised(catalogue, replace(problem, variants=fewer))
    unproved = replace(later.entries[index], verdict=Verdict.UNPROVED)
    entries = {path: entry for path, entry in {**later.entries, index: unproved}.items() if path != slice_}
    again = learner.at(create_app(Site([replace(later, entries=entries)], store)))
    result = again.get(f"{sitting}/result")
    gone = again.get(f"{sitting}/2")

    assert result.status_code == 200
    assert re.findall(rf'href="{sitting}/(\d)"', result.text) == ["4", "5"]
    assert result.text.count('<li class="wrong">') == 5
    assert (gone.status_code, refusal_code(gone)) == (410, "problem-changed")


def test_a_wrong_first_attempt_reveals_nothing_else(learner: Learner, catalogue: Catalogue) -> None:
    """The tried option cannot be picked again; the others, the hint and one attempt remain."""
    sitting = learner.begin()
    page = f"{sitting}/1"
    (right,) = right_answers(catalogue, learner, sitting)[0]
    wrong = next(text for text in learner.places(page) if text != right)
    learner.answer(page, wrong)
    html = learner.get(page).text

    assert notice_code(html) == "wrong-answer"
    assert attempts_left(html) == 1
    assert f'formaction="{page}/hint"' in html
    assert wrong not in learner.places(page)
    assert right in learner.places(page)
    learner.answer(page, right)
    assert '<div class="verdict right">' in learner.get(page).text


def test_two_wrong_attempts_close_the_problem(learner: Learner, catalogue: Catalogue) -> None:
    """It counts as not right; the key, the result of each option and the explanation are shown."""
    sitting = learner.begin()
    page = f"{sitting}/1"
    (right,) = right_answers(catalogue, learner, sitting)[0]
    for wrong in [text for text in learner.places(page) if text != right]:
        learner.answer(page, wrong)
    html = learner.get(page).text

    assert '<div class="verdict wrong">' in html
    assert html.count('<div class="ran">') == 3
    assert "stops before its second" in html


def test_only_the_whole_set_of_right_options_is_right(learner: Learner) -> None:
    """A problem with more than one right option has checkboxes."""
    sitting = learner.begin()
    skip(learner, sitting, 1)
    page = f"{sitting}/2"
    assert 'type="checkbox"' in learner.get(page).text

    learner.answer(page, "sliced")
    assert notice_code(learner.get(page).text) == "wrong-answer"
    learner.answer(page, "sliced", "copied")
    assert '<div class="verdict right">' in learner.get(page).text


def test_a_wrong_answer_in_parts_is_counted_once_the_problem_is_closed(learner: Learner) -> None:
    """Before that, the number would give right options away."""
    sitting = learner.begin()
    skip(learner, sitting, 1)
    page = f"{sitting}/2"

    learner.answer(page, "sliced")
    assert "1 of the 2 right options" not in learner.get(page).text
    learner.answer(page, "sliced", "alias")
    assert "1 of the 2 right options, and 1 that is not" in learner.get(page).text


def test_a_hint_costs_no_attempt_and_keeps_the_picks(learner: Learner) -> None:
    """It is on the page only after the learner asked for it."""
    page = learner.begin() + "/1"
    hint = "Does a slice include the element at its second index?"
    assert hint not in learner.get(page).text

    response = learner.send(page, "hint", answer="2")
    html = learner.get(response.headers["location"]).text

    assert hint in html
    assert re.search(r'value="2"[^>]* checked', html)
    assert attempts_left(html) == 2


def test_an_empty_answer_costs_no_attempt(learner: Learner) -> None:
    """The page reports why it did not count."""
    page = learner.begin() + "/1"
    response = learner.send(page, "answer")
    html = learner.get(response.headers["location"]).text

    assert notice_code(html) == "empty"
    assert attempts_left(html) == 2


def test_the_same_form_counts_once(learner: Learner, store: Store, catalogue: Catalogue) -> None:
    """A double click or a reload is one attempt."""
    sitting = learner.begin()
    page = f"{sitting}/1"
    (right,) = right_answers(catalogue, learner, sitting)[0]
    places = learner.places(page)
    wrong = next(text for text in places if text != right)
    fields = {**learner.form(page), "answer": places[wrong]}
    responses = [learner.post(f"{page}/answer", fields) for _ in range(3)]
    record = store.sitting(sitting.removeprefix("/s/"))

    assert {response.headers["location"] for response in responses} == {page}
    assert record is not None
    assert [event.kind for event in record.events] == ["shown", "answered"]


def test_a_start_sent_many_times_starts_one_sitting(learner: Learner) -> None:
    """At once or later, each form leads to the same sitting, at its current problem."""
    start = f"{TOPIC}/challenge"
    fields = {**learner.form(start), "clock": "2"}
    with ThreadPoolExecutor(8) as threads:
        begun = {
            response.headers["location"] for response in threads.map(lambda _: learner.post(start, fields), range(16))
        }
    (first,) = begun
    learner.send(first, "skip")
    learner.send(first, "next")

    assert learner.post(start, fields).headers["location"] == first.removesuffix("1") + "2"


def test_later_problems_are_not_shown(learner: Learner) -> None:
    """Their pages and forms lead to the open problem, at no cost."""
    sitting = learner.begin()
    fields = learner.form(f"{sitting}/1")
    ahead = learner.post(f"{sitting}/3/answer", {**fields, "answer": "1"})
    missing = learner.get(f"{sitting}/6")

    assert learner.get(f"{sitting}/3").headers["location"] == f"{sitting}/1"
    assert ahead.headers["location"] == f"{sitting}/1?note=out_of_order"
    assert attempts_left(learner.get(ahead.headers["location"]).text) == 2
    assert (missing.status_code, refusal_code(missing)) == (404, "no-such-problem")
    assert learner.get(f"{sitting}/result").headers["location"] == f"{sitting}/1"


@pytest.mark.parametrize("place", ["0", "9", "-1", "1.5", "²", "x", "1" * 5000])
def test_refuses_an_option_that_does_not_exist(learner: Learner, place: str) -> None:
    """At no cost."""
    page = learner.begin() + "/1"
    response = learner.send(page, "answer", answer=place)

    assert (response.status_code, refusal_code(response)) == (400, "no-such-answer")
    assert attempts_left(learner.get(page).text) == 2


def test_refuses_an_answer_without_a_nonce(learner: Learner) -> None:
    """Otherwise a double click could count twice."""
    page = learner.begin() + "/1"
    response = learner.post(f"{page}/answer", {"answer": "1"})

    assert (response.status_code, refusal_code(response)) == (400, "no-nonce")


def test_refuses_an_unknown_clock(learner: Learner) -> None:
    start = f"{TOPIC}/challenge"
    response = learner.post(start, {**learner.form(start), "clock": "1e9"})

    assert (response.status_code, refusal_code(response)) == (400, "no-such-clock")


# --- refusals on pages


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_is_shown(learner: Learner, code: str) -> None:
    """On the page of an open problem, on a verdict, and on a result."""
    sitting = learner.begin()
    opened = learner.get(f"{sitting}/1?note={code}").text
    learner.send(f"{sitting}/1", "skip")
    closed = learner.get(f"{sitting}/1?note={code}").text
    learner.send(f"{sitting}/1", "next")
    skip(learner, sitting, 2, 3, 4, 5)
    result = learner.get(f"{sitting}/result?note={code}").text

    assert [notice_code(html) for html in (opened, closed, result)] == [code] * 3


def test_an_unknown_code_in_an_address_is_ignored(learner: Learner) -> None:
    """Nothing of an address is put into a page."""
    html = learner.get(learner.begin() + "/1?note=<b>").text

    assert notice_code(html) is None
    assert "<b>" not in main_text(html)


def test_a_form_for_a_closed_problem_reports_that_it_is_closed(learner: Learner) -> None:
    """An answer and a hint after the verdict lead to the verdict, with the reason."""
    page = learner.begin() + "/1"
    fields = {**learner.form(page), "answer": "1"}
    learner.send(page, "skip")

    for action in ("answer", "hint"):
        location = learner.post(f"{page}/{action}", fields).headers["location"]
        assert location == f"{page}?note=closed"
        assert notice_code(learner.get(location).text) == "closed"


def test_going_on_from_an_open_problem_reports_that_it_is_open(learner: Learner) -> None:
    """The learner stays at the problem."""
    page = learner.begin() + "/1"
    location = learner.send(page, "next").headers["location"]

    assert location == f"{page}?note=open"
    assert notice_code(learner.get(location).text) == "open"


def test_an_answer_that_was_tried_already_is_reported(learner: Learner, catalogue: Catalogue) -> None:
    """It costs no attempt."""
    sitting = learner.begin()
    page = f"{sitting}/1"
    (right,) = right_answers(catalogue, learner, sitting)[0]
    places = learner.places(page)
    wrong = next(text for text in places if text != right)
    learner.answer(page, wrong)
    location = learner.send(page, "answer", answer=places[wrong]).headers["location"]
    html = learner.get(location).text

    assert notice_code(html) == "repeated"
    assert attempts_left(html) == 1


def test_a_form_for_a_finished_sitting_leads_to_its_result(learner: Learner) -> None:
    """With the reason."""
    sitting = learner.begin()
    fields = {**learner.form(f"{sitting}/1"), "answer": "1"}
    skip(learner, sitting, 1, 2, 3, 4, 5)
    location = learner.post(f"{sitting}/5/answer", fields).headers["location"]

    assert location == f"{sitting}/result?note=finished"
    assert notice_code(learner.get(location).text) == "finished"


# --- the clock


def test_time_runs_out(learner: Learner, clock: SetClock) -> None:
    """A late answer does not count, the verdict is shown without a form, and looking at it changes nothing."""
    sitting = learner.begin(clock="1")
    page = f"{sitting}/1"
    assert '<noscript><meta http-equiv="refresh" content="94"></noscript>' in learner.get(page).text
    assert learner.get(f"{page}/clock").json() == {"left": 90_000, "closes": 90_000 + GRACE}
    fields = {**learner.form(page), "answer": "1"}

    clock.advance(90_000 + GRACE + 1)

    assert learner.get(f"{page}/clock").json() == {"left": None, "closes": None}
    before = verdict_heading(learner.get(page).text)
    late = learner.post(f"{page}/answer", fields)
    assert late.headers["location"] == f"{page}?note=late"
    html = learner.get(late.headers["location"]).text
    assert (notice_code(html), verdict_heading(html)) == ("late", before)
    assert learner.send(page, "next").headers["location"] == f"{sitting}/2"


def test_an_answer_within_the_grace_counts(learner: Learner, clock: SetClock, catalogue: Catalogue) -> None:
    """The network may take that long."""
    sitting = learner.begin(clock="1")
    page = f"{sitting}/1"
    (right,) = right_answers(catalogue, learner, sitting)[0]
    fields = {**learner.form(page), "answer": learner.places(page)[right]}
    clock.advance(90_000 + GRACE)
    learner.post(f"{page}/answer", fields)

    assert '<div class="verdict right">' in learner.get(page).text


def test_an_overdue_problem_is_left_in_one_step(learner: Learner, clock: SetClock) -> None:
    """Its verdict was on the page already, so going on needs no second press."""
    sitting = learner.begin(clock="1")
    clock.advance(100_000)

    assert learner.send(f"{sitting}/1", "next").headers["location"] == f"{sitting}/2"


def test_the_clock_can_be_off_or_slower(learner: Learner) -> None:
    """A factor of ten allows ten times as long."""
    off = learner.get(learner.begin(clock="off") + "/1").text
    slow = learner.get(learner.begin(clock="10") + "/1").text

    assert "<practicum-clock" not in off
    assert 'data-total="900000"' in slow


# --- afterwards


def test_a_closed_problem_keeps_its_verdict_page(learner: Learner) -> None:
    """The short address of the sitting leads to the current problem."""
    sitting = learner.begin()
    skip(learner, sitting, 1)

    assert '<div class="verdict wrong">' in learner.get(f"{sitting}/1").text
    assert learner.get(sitting).headers["location"] == f"{sitting}/2"
    assert f'href="{sitting}/2"' in learner.get("/").text


def test_skipping_all_earns_no_badge(learner: Learner) -> None:
    sitting = learner.begin()
    skip(learner, sitting, 1, 2, 3, 4, 5)
    badge = learner.get("/badges/python-basics/lists")

    assert "<b>0</b>" in learner.get(f"{sitting}/result").text
    assert (badge.status_code, refusal_code(badge)) == (404, "no-such-badge")


def test_a_retake_draws_another_variant(learner: Learner) -> None:
    """The problem with two variants alternates between them."""
    pages = [re.sub(r"<[^>]+>", "", learner.get(learner.begin() + "/1").text) for _ in range(4)]
    stops = [re.findall(r"numbers\[1:(\d)\]", page)[0] for page in pages]

    assert stops[0] != stops[1] != stops[2] != stops[3]


def test_the_result_names_the_set_that_a_retake_draws(learner: Learner, catalogue: Catalogue, store: Store) -> None:
    """A retake asks the next set, not this one again, and the badge is for one whole set: both pages agree on it."""
    later = catalogue
    for entry in list(catalogue.entries.values())[3:]:
        later = revised(later, replace(entry.problem, set=2))
    of_sets = learner.at(create_app(Site([later], store)))
    first = of_sets.begin()
    skip(of_sets, first, 1, 2, 3)
    result = main_text(of_sets.get(f"{first}/result").text)
    start = main_text(of_sets.get("/python-basics/lists/challenge").text)

    assert "set 1 of 2" in result
    assert "Take set 2" in result
    assert "all problems of one set" in result
    assert "set 2 of 2" in start
    assert (
        len(re.findall(r"<li", of_sets.get("/python-basics/lists/challenge").text.partition('class="awaits"')[2])) == 2
    )


def test_a_cited_problem_has_sources_and_no_rerun(learner: Learner) -> None:
    """It is marked as cited, and its sources come with the verdict."""
    sitting = learner.begin()
    skip(learner, sitting, 1, 2, 3, 4)
    page = f"{sitting}/5"
    before = learner.get(page).text
    learner.answer(page, "Explicit")
    after = learner.get(page).text

    assert "Cited" in main_text(before)
    assert "peps.python.org" not in before
    assert '<a href="https://peps.python.org/pep-0020/"' in after
    assert f'action="{page}/again"' not in after


def test_a_proof_shows_its_runs_versions_and_curves(learner: Learner) -> None:
    """The data of the curves is there as a table too."""
    sitting = learner.begin()
    skip(learner, sitting, 1, 2, 3)
    learner.send(f"{sitting}/4", "skip")
    html = learner.get(f"{sitting}/4").text
    facts = main_text("<main>" + html.partition('<dl class="facts">')[2].partition("</dl>")[0])
    charts = html.partition('<div class="charts">')[2].partition("</section>")[0]

    assert "21" in facts
    assert "7 seeds" in facts
    assert "Python 3." in facts
    assert '<svg class="chart ' in charts
    assert "<table" in charts.partition("<details")[2]
    assert "nearness" in charts
