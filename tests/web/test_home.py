"""The home page, progress, settings and search as pages: for a first visit and for a learner who returns."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from practicum.application.preferences import Preferences
from practicum.application.showcase import showcase
from practicum.prove.catalogue import Catalogue
from practicum.web import assets
from practicum.web.progress import MAX_UPLOAD
from tests.html import main_text, refusal_code
from tests.web.making import TOPIC, Learner, right_answers


def primary(html: str) -> list[str]:
    """The addresses of the main buttons of a page."""
    return re.findall(r'<a class="button primary" href="([^"]+)"', html)


def test_a_first_visit_shows_a_problem_with_the_result_of_each_answer(learner: Learner) -> None:
    """And one button, to where the topic begins."""
    html, shown = learner.get("/").text, showcase()

    assert shown is not None
    results = re.findall(r'<li(?: class="(right)")?><span><code>([^<]+)</code>', html)
    assert [text for _, text in results] == [one.option.text.strip("`") for one in shown.options]
    assert [text for mark, text in results if mark] == ["0.1"]
    assert primary(html) == [f"{TOPIC}/challenge"]
    assert 'class="calendar"' not in html


def test_a_learner_who_returns_goes_on_where_they_left_off(catalogue: Catalogue, learner: Learner) -> None:
    """Every page makes the same suggestion, and the calendar counts today."""
    sitting = learner.begin()
    learner.answer(f"{sitting}/1", *right_answers(catalogue, learner, sitting)[0])

    pages = [learner.get(path).text for path in ("/", "/progress", TOPIC)]

    assert [primary(html) for html in pages] == [[f"{sitting}/1"]] * 3
    assert "1 today" in main_text(pages[0])
    assert 'class="results"' not in pages[0]


def test_another_learner_sees_a_first_visit(learner: Learner, another: Callable[[], Learner]) -> None:
    learner.begin()

    assert 'class="results"' in another().get("/").text


def test_a_completed_set_is_celebrated_and_another_is_not(catalogue: Catalogue, learner: Learner) -> None:
    """The page names the set, so that the browser celebrates it once."""
    for answered in (True, False):
        sitting = learner.begin()
        for number, texts in enumerate(right_answers(catalogue, learner, sitting), 1):
            if answered:
                learner.answer(f"{sitting}/{number}", *texts)
            else:
                learner.send(f"{sitting}/{number}", "skip")
            learner.send(f"{sitting}/{number}", "next")
        html = learner.get(f"{sitting}/result").text
        name = sitting.removeprefix("/s/") if answered else ""

        assert f'<practicum-celebration data-of="{name}">' in html


def test_search_marks_the_words_by_mode(learner: Learner) -> None:
    """A topic is found by its title; a query is shown as text."""
    html = learner.get("/search?q=challenge+%3Cb%3E").text

    assert "<mark>Challenge</mark>" in html
    assert f'href="{TOPIC}/challenge"' in html
    assert 'value="challenge &lt;b&gt;"' in html
    assert "<b>" not in html.partition("<main")[2]


@pytest.mark.parametrize("query", ["", "?q=", "?q=%22", "?q=" + "x" * 5000, "?q=%ED%A0%80"])
def test_search_answers_any_query(learner: Learner, query: str) -> None:
    assert learner.get(f"/search{query}").status_code == 200


# --- settings


def save(learner: Learner, **chosen: str) -> str:
    """Save settings, and return the home page."""
    response = learner.post("/settings", {**vars(Preferences()), **chosen})
    assert response.headers["location"] == "/settings?saved=1"
    return learner.get("/").text


def test_a_theme_decides_the_styles(learner: Learner) -> None:
    """The style's media queries are decided, at an address of its own that caches keep."""
    before = learner.get("/").text
    html = save(learner, theme="dark", motion="reduced")
    found = re.findall(r'href="(/static/practicum\.[^"]+\.css)"', html)
    style = learner.get(found[0])

    assert 'data-theme="dark"' in html
    assert found[0] not in before
    assert style.headers["cache-control"] == assets.FOREVER
    assert "prefers-color-scheme" not in style.text
    assert "prefers-reduced-motion" not in style.text
    assert "color-scheme: dark;" in style.text


def test_settings_stay_until_they_are_changed(learner: Learner, another: Callable[[], Learner]) -> None:
    """For this browser only; a value that no form sends is the default."""
    save(learner, goal="10")
    learner.begin()
    assert "of 10 today" in main_text(learner.get("/").text)
    assert 'value="10" checked' in learner.get("/settings").text
    assert 'value="0" checked' in another().get("/settings").text

    save(learner, goal="1000000")
    assert 'value="0" checked' in learner.get("/settings").text


def test_a_hidden_clock_keeps_its_deadline(learner: Learner, another: Callable[[], Learner]) -> None:
    """Only what is drawn changes."""
    other = another()
    save(learner, clock="last-minute")
    hidden, shown = (one.get(one.begin(clock="1") + "/1").text for one in (learner, other))

    totals = [re.findall(r'data-total="(\d+)"', html) for html in (hidden, shown)]
    assert totals[0] == totals[1] != []
    assert re.search(r"<practicum-clock[^>]* data-quiet", hidden)
    assert not re.search(r"<practicum-clock[^>]* data-quiet", shown)


# --- a file of progress


def test_a_cleared_browser_loses_nothing(
    catalogue: Catalogue, learner: Learner, another: Callable[[], Learner]
) -> None:
    """A new browser that adds the file shows the same progress, settings and badge; adding it again changes nothing."""
    save(learner, theme="dark", goal="5")
    sitting = learner.begin()
    for number, texts in enumerate(right_answers(catalogue, learner, sitting), 1):
        learner.answer(f"{sitting}/{number}", *texts)
        learner.send(f"{sitting}/{number}", "next")
    file, cleared = learner.get("/progress/file"), another()
    before = learner.get("/progress").text
    assert "badge earned" in main_text(before)

    answers = [cleared.http.post("/progress/file", files={"file": ("p.json", file.content)}) for _ in range(2)]

    assert [answer.headers["location"] for answer in answers] == ["/progress?added=some", "/progress?added=none"]
    assert main_text(cleared.get("/progress").text) == main_text(before)
    assert 'data-theme="dark"' in cleared.get("/").text
    assert cleared.get("/badges/python-basics/lists.svg").status_code == 200


def test_a_file_is_saved_by_its_learner_only(learner: Learner, another: Callable[[], Learner]) -> None:
    """It is an attachment that no cache keeps, and holds nothing of another learner."""
    save(learner, goal="5")
    response, other = learner.get("/progress/file"), another().get("/progress/file")

    assert response.headers["content-disposition"].startswith("attachment")
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["progress"]["settings"] == "goal=5"
    assert other.json()["progress"]["settings"] == ""


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 100_000, b"PK\x03\x04"])
def test_a_strange_file_is_refused(learner: Learner, content: bytes) -> None:
    """With a page, and without a new learner."""
    response = learner.http.post("/progress/file", files={"file": ("p.json", content)})

    assert (response.status_code, refusal_code(response)) == (400, "not-a-progress-file")
    assert learner.http.post("/progress/file", data={"file": "x"}).status_code == 415


def test_a_file_that_is_too_large_is_not_read(learner: Learner) -> None:
    response = learner.http.post("/progress/file", files={"file": ("p.json", b"x" * (MAX_UPLOAD + 1))})

    assert (response.status_code, refusal_code(response)) == (413, "file-too-large")
