"""Projects: runs that are recorded and compared, and submissions graded on data that the code never sees."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from starlette.applications import Starlette

from practicum.application import projects
from practicum.application.site import Site
from practicum.model import Problem
from practicum.prove.catalogue import Catalogue
from practicum.runner import Limits, Pool
from practicum.store import RunRecord, StepRecord, Store
from practicum.web.app import create_app
from practicum.web.server import GRACE
from tests.html import STREAM, editor_text, main_text, refusal_code, result_of, shown_ending, text_of
from tests.waiting import eventually
from tests.web.making import Learner, proved, revised, write
from tests.web.serving import Inside, browser

PROJECTS = "/little/sums/project"
HERE = f"{PROJECTS}/01-double"
START = "def double(n):\n    return n + 1\n"
RIGHT = "print('MarkOutput')\nrate = 1\ndef double(n):\n    return n + n\n"
CHEAT = "rate = asked = 1.0\ndef double(n):\n    print('asked', n)\n    return n + 1\n"
BROKEN = "def double(n):\n    return n.twice\n"

TEXT = f"""+++
kind = "project"
level = "beginner"
[goal]
metric = "rate"
at_least = 0.9
+++

# Twice as much

Write `double(n)`, twice any number.

```python setup
print("SetupSpeaks")
known = seed + 1
```

```python start
{START}```

```python solution
def double(n):
    MarkSolution = 2
    return MarkSolution * n
```

```python check
import secrets
MarkCheck = [secrets.randbelow(1000) + 2 for n in range(20)]
assert callable(double), "leave a function `double`"
rate = sum(double(n) == 2 * n for n in MarkCheck) / len(MarkCheck)
```

## Explanation

MarkExplanation
"""
FILES = {
    "course.toml": 'title = "Little"\nframework = "python"\n',
    "sums/topic.toml": 'title = "Sums"\n',
    "sums/project/01-double.md": TEXT,
}


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Catalogue:
    """A course of one project, proved."""
    return proved(write(tmp_path_factory.mktemp("courses") / "little", FILES), pool)


@pytest.fixture
def app(little: Catalogue, store: Store, pool: Pool) -> Starlette:
    return create_app(Site([little], store, pool, local=True))


def send(learner: Learner, code: str, action: str = "") -> str:
    """Run or submit code as a script does, and return the fragment with the result."""
    return result_of(learner.post(HERE + action, {**learner.form(HERE), "code": code}, accept=STREAM))


def rows(html: str) -> list[str]:
    """The rows of the table of runs."""
    table = html.partition('<div class="table runs"')[2].partition("</table>")[0].partition("<tbody>")[2]
    return [text_of(row) for row in re.findall(r"<tr.*?</tr>", table, re.S)]


def run_links(html: str) -> list[str]:
    return re.findall(r'href="([^"]*/run/[^"]*)"', html)


def scores(html: str) -> list[str]:
    """The scores of a submission, seed by seed, and their mean if it is complete."""
    table = html.partition('<div class="table grades"')[2].partition("</table>")[0].partition("<tbody>")[2]
    return [text_of(cell) for cell in re.findall(r"<td.*?</td>", table)]


def goal_is_met(html: str) -> bool:
    return '<div class="notice goal hint">' in html


def learner_id(learner: Learner, store: Store) -> str:
    id = store.learner_for(learner.http.cookies["practicum"], create=True)
    assert id is not None
    return id


# --- pages


def test_lists_projects_with_their_goals(learner: Learner) -> None:
    """And a link to the page for the learner's own images."""
    html = learner.get(PROJECTS).text

    assert f'href="{HERE}"' in html
    assert "rate at least 0.9" in main_text(html)
    assert f'href="{PROJECTS}/own"' in html


def test_the_page_shows_the_goal_and_the_starting_code(learner: Learner) -> None:
    """Nothing on it gives the answer away."""
    html = learner.get(HERE).text

    assert "rate at least 0.9" in main_text(html)
    assert editor_text(html) == START
    assert not goal_is_met(html)
    for secret in ("MarkSolution", "MarkCheck", "MarkExplanation", "SetupSpeaks"):
        assert secret not in html


@pytest.mark.parametrize(
    ("path", "code"), [(f"{PROJECTS}/02-none", "no-such-project"), ("/little/none/project", "no-such-topic")]
)
def test_an_unknown_project_is_not_found(learner: Learner, path: str, code: str) -> None:
    response = learner.get(path)

    assert (response.status_code, refusal_code(response)) == (404, code)


# --- runs


def test_a_run_is_recorded_beside_the_others(learner: Learner) -> None:
    """It has a number, its result, and a page from which its code can be used again."""
    send(learner, "print('first', known, seed)\n")
    result = send(learner, "1 / 0\n")
    html = learner.get(HERE).text
    first = learner.get(run_links(html)[-1]).text
    again = learner.get(re.findall(r'href="([^"]*\?from=[^"]*)"', first)[0]).text

    assert [row.split()[0] for row in rows(html)] == ["2", "1"]
    assert "ZeroDivisionError at line 1" in rows(html)[0]
    assert rows(result) == rows(html)
    assert 'data-line="1"' in result
    assert "first 1 0" in first
    assert "SetupSpeaks" not in first
    assert editor_text(again) == "print('first', known, seed)\n"
    assert editor_text(html) == "1 / 0\n"


def test_without_a_script_a_run_leads_back_to_the_page(learner: Learner) -> None:
    """It reloads every few seconds until the run has ended, and then shows the result."""
    code = "import time\ntime.sleep(4)\nprint('slept')\n"
    response = learner.post(HERE, {**learner.form(HERE), "code": code})
    during = learner.get(HERE).text

    assert (response.status_code, response.headers["location"]) == (303, f"{HERE}#result")
    assert 'http-equiv="refresh"' in during
    assert "data-run=" in during
    assert "running" in rows(during)[0]
    assert eventually(lambda: "data-run=" not in learner.get(HERE).text)
    assert "slept" in learner.get(HERE).text


def test_another_learners_runs_do_not_exist(learner: Learner, another: Callable[[], Learner]) -> None:
    """They are neither listed nor shown nor used."""
    send(learner, "print('private')")
    [link] = run_links(learner.get(HERE).text)
    bob = another()
    responses = [bob.get(link), bob.get(link.replace("/run/", "?from="))]

    assert "private" not in bob.get(HERE).text
    assert [(response.status_code, refusal_code(response)) for response in responses] == [(404, "no-such-run")] * 2


def test_an_interrupted_run_is_listed_as_such(learner: Learner, app: Starlette) -> None:
    """Whether its end was recorded or the service was killed; it does not count as running."""
    learner.post(HERE, {**learner.form(HERE), "code": "import time\ntime.sleep(60)"})
    assert eventually(lambda: len(app.state.site.runs) == 1)
    app.state.site.runs.cancel_all()
    assert eventually(lambda: not len(app.state.site.runs))
    store: Store = app.state.site.store
    id = learner_id(learner, store)
    store.begin_run(RunRecord("killed", id, "little", "sums", "project", "01-double", "x = 1", 1))

    assert ["interrupted" in row for row in rows(learner.get(HERE).text)] == [True, True]


@pytest.mark.slow
def test_a_stopping_service_records_the_runs_it_interrupts(little: Catalogue, store: Store) -> None:
    """They have some seconds to end by themselves, and are recorded before the store is closed."""
    with (
        Pool(1) as own,
        Inside(create_app(Site([little], store, own, local=True))) as inside,
        browser(inside.url) as http,
    ):
        response = http.post(HERE, data={"code": "import time\ntime.sleep(60)"})
        id = store.learner_for(http.cookies["practicum"])
        assert id
        assert eventually(lambda: own.queue.running == 1)
        stopped = time.monotonic()
        inside.end()
        seconds = time.monotonic() - stopped
    [record] = store.runs(id, "little", "sums", "01-double")

    assert response.status_code == 303
    assert record.ended is not None
    assert record.result is not None
    assert record.result["interrupted"] is True
    assert seconds >= GRACE


def test_a_run_that_takes_too_long_is_stopped(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projects, "LONG", Limits(seconds=0.5))
    result = send(learner, "while True:\n    pass\n")

    assert shown_ending(result) == "failed"
    assert "time" in rows(result)[0]


def test_only_the_newest_runs_are_kept(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two besides the one that began last. They keep their numbers, and a goal that was met stays met."""
    monkeypatch.setattr(projects, "MAX_KEPT_RUNS", 2)
    send(learner, RIGHT, "/submit")
    [oldest] = run_links(learner.get(HERE).text)
    for number in range(3):
        send(learner, f"print({number})")
    html = learner.get(HERE).text

    assert learner.get(oldest).status_code == 404
    assert [row.split()[0] for row in rows(html)] == ["4", "3", "2"]
    assert goal_is_met(html)


# --- submissions


def test_a_submission_that_meets_the_goal(learner: Learner, store: Store) -> None:
    """It shows the score of each seed, their mean, the reference scores and the author's code; it is stored."""
    before = learner.get(HERE).text
    result = send(learner, RIGHT, "/submit")
    html = learner.get(HERE).text
    [step] = store.steps(learner_id(learner, store), "little", "sums", "project")

    assert scores(result) == ["1", "1", "1", "1"]
    assert "MarkOutput" not in result
    assert "MarkSolution" not in before
    for shown in (result, html):
        assert "MarkSolution" in shown
        assert "MarkExplanation" in shown
        reference = text_of(shown.partition('aria-label="Reference scores"')[2].partition("</table>")[0])
        assert re.search(r"0(\.0)? 0(\.0)? 0(\.0)? .* 1(\.0)? 1(\.0)? 1(\.0)?", reference)
    assert goal_is_met(html)
    assert (step.kind, step.item) == ("submitted", "01-double")
    assert (step.data["met"], step.data["scores"]) == (True, [1.0, 1.0, 1.0])
    assert '<tr class="met">' in html
    assert "Goal met" in main_text(learner.get(PROJECTS).text)


@pytest.mark.parametrize(
    ("change", "met"), [({"at_least": 0.99}, False), ({"metric": "rate + 0"}, False), (None, True)], ids=str
)
def test_a_goal_stays_met_as_long_as_it_is_the_same(
    learner: Learner, little: Catalogue, store: Store, pool: Pool, change: dict[str, object] | None, met: bool
) -> None:
    """A raised goal is open again, and the solution hidden; other words change nothing."""
    send(learner, RIGHT, "/submit")
    problem = little.entries["sums/project/01-double.md"].problem
    other = replace(problem, goal={**problem.goal, **change}) if change else reworded(problem)
    later = learner.at(create_app(Site([revised(little, other)], store, pool, local=True)))
    html = later.get(HERE).text

    assert (goal_is_met(html), "MarkSolution" in html) == (met, met)
    assert ("Goal met" in main_text(later.get(PROJECTS).text)) is met
    assert ("1 of 1 goals met" in main_text(later.get("/little/sums").text)) is met


def reworded(problem: Problem) -> Problem:
    """The project with another statement and another solution."""
    (variant,) = problem.variants
    changed = replace(variant, statement="Double it.", solution=f"{variant.solution}\n# MarkSolution")
    return replace(problem, variants=(changed,))


def test_a_submission_without_a_mark_counts(learner: Learner, store: Store) -> None:
    """Earlier versions stored none."""
    learner.get(HERE)
    data = {"met": True, "scores": [1.0, 1.0, 1.0]}
    step = StepRecord("little", "sums", "project", "01-double", "submitted", 1, data)
    store.add_step(learner_id(learner, store), step)

    assert goal_is_met(learner.get(HERE).text)


def test_a_score_that_the_code_sets_itself_does_not_count(learner: Learner) -> None:
    """The check measures in another process, and nothing that it passes to the code comes back."""
    result = send(learner, CHEAT, "/submit")

    assert scores(result) == ["0", "0", "0", "0"]
    assert not re.search(r"asked \d", result)
    assert "MarkSolution" not in result
    assert not goal_is_met(learner.get(HERE).text)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (BROKEN, "AttributeError on hidden data"),
        ("double = 3", "leave a function `double`"),
        ("x = 1", "NameError"),
        ("def double(n): 1 +", "SyntaxError"),
    ],
)
def test_code_that_cannot_be_graded_is_explained(learner: Learner, code: str, error: str) -> None:
    """Without a line of the check."""
    result = send(learner, code, "/submit")

    assert error in text_of(result)
    assert scores(result) == []
    assert "MarkCheck" not in result
    assert "not graded" in rows(result)[0]


def test_reference_scores_can_be_asked_for(learner: Learner, store: Store) -> None:
    """From then on they are shown; the goal is not met by that."""
    responses = [learner.send(HERE, "reference") for _ in range(2)]
    html = learner.get(HERE).text
    steps = store.steps(learner_id(learner, store), "little", "sums", "project")

    assert {(answer.status_code, answer.headers["location"]) for answer in responses} == {(303, f"{HERE}#reference")}
    assert "MarkSolution" in html
    assert not goal_is_met(html)
    assert [step.kind for step in steps] == ["asked"]


# --- refusals


def test_without_a_runner_nothing_is_run(little: Catalogue, store: Store) -> None:
    learner = Learner(create_app(Site([little], store)))
    html = learner.get(HERE).text
    response = learner.post(HERE, {**learner.form(HERE), "code": "x = 1"})

    assert "<textarea" not in html
    assert (response.status_code, refusal_code(response)) == (403, "code-is-not-run")


@pytest.mark.parametrize(("code", "status"), [("#" * 50_001, 413), (" ", 422)])
def test_refuses_code_that_is_empty_or_too_long(learner: Learner, code: str, status: int) -> None:
    """It stays on the page, with the reason."""
    fields = {**learner.form(HERE), "code": code}
    page, streamed = learner.post(HERE, fields), learner.post(HERE, fields, accept=STREAM)

    assert '<div class="notice wrong">' in page.text
    assert unescape(code).strip() in editor_text(page.text)
    assert (streamed.status_code, refusal_code(streamed)) == (status, "code-not-runnable")


def test_a_topic_without_projects_has_no_page_for_them(tmp_path: Path, store: Store, pool: Pool) -> None:
    files = {name: text for name, text in FILES.items() if "/project/" not in name}
    root = write(tmp_path / "little", {**files, "sums/learn.md": "# A page\n\nText.\n"})
    response = Learner(create_app(Site([proved(root, pool)], store, pool))).get(PROJECTS)

    assert (response.status_code, refusal_code(response)) == (404, "no-projects")
