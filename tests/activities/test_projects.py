"""Projects: runs that are kept and compared, graded on what the code never sees."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from starlette.applications import Starlette

from practicum.application import projects as project
from practicum.application import run_serialization as shelf
from practicum.application.site import Site
from practicum.model import Problem
from practicum.prove.catalogue import Catalogue
from practicum.runner import Epoch, Limits, Pool, Result
from practicum.store import StepRecord, Store
from practicum.web.app import create_app
from practicum.web.server import GRACE
from tests.waiting import eventually
from tests.web.making import Learner, proved, revised, write
from tests.web.serving import Inside, browser

PROJECTS = "/little/sums/project"
HERE = f"{PROJECTS}/01-double"
STREAM = "text/event-stream"
START = "def double(n):\n    return n + 1\n"
RIGHT = "print('mine')\nrate = 1\ndef double(n):\n    return n + n\n"
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
    "course.toml": 'title = "Little"\n',
    "sums/topic.toml": 'title = "Sums"\n',
    "sums/project/01-double.md": TEXT,
}


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """A course of one project, proved."""
    return proved(write(tmp_path_factory.mktemp("courses") / "little", FILES))


@pytest.fixture
def app(little: Catalogue, store: Store, pool: Pool) -> Starlette:
    return create_app(Site([little], store, pool, local=True))


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def send(learner: Learner, code: str, action: str = "") -> str:
    """Run or submit code as a script does; the result."""
    answer = learner.post(HERE + action, {**learner.form(HERE), "code": code}, accept=STREAM)
    assert answer.status_code == 200, answer.text
    name, data = re.findall(r"event: (\w+)\ndata: (.*)\nid", answer.text)[-1]
    assert name == "result"
    return str(json.loads(data))


def runs(html: str) -> list[str]:
    """The rows of the table of runs."""
    table = html.partition('aria-label="Each of your runs"')[2].partition("</table>")[0].partition("<tbody>")[2]
    return [words(row) for row in re.findall(r"<tr.*?</tr>", table, re.S)]


# --- pages


def test_projects_are_listed(learner: Learner) -> None:
    """With their goals, and the way to one's own pictures."""
    html = learner.get(PROJECTS).text

    assert f'href="{HERE}"' in html
    assert "rate at least 0.9" in words(html)
    assert f'href="{PROJECTS}/own"' in html


def test_the_page_before_the_first_run(learner: Learner) -> None:
    """The statement, the goal, the code to begin with; nothing that gives the answer away."""
    html = learner.get(HERE).text

    assert "rate at least 0.9, on average" in words(html)
    assert START in unescape(html)
    assert "A run may take 60 s" in html
    for secret in ("MarkSolution", "MarkCheck", "MarkExplanation", "SetupSpeaks"):
        assert secret not in html


# --- runs


def test_a_run_is_kept_beside_the_others(learner: Learner) -> None:
    """With its number, what came of it, and a page of its own from which its code is used again."""
    send(learner, "print('first', known, seed)\n")
    came = send(learner, "1 / 0\n")
    html = learner.get(HERE).text
    first = re.findall(r'href="([^"]*/run/[^"]*)"', html)[-1]
    own = learner.get(first).text
    again = learner.get(re.findall(r'href="([^"]*\?from=[^"]*)"', own)[0]).text

    assert [row.split()[0] for row in runs(html)] == ["2", "1"]
    assert "ZeroDivisionError at line 1" in runs(html)[0]
    assert "ran to its end" in runs(html)[1]
    assert runs(came) == runs(html)
    assert 'data-line="1"' in came
    assert "first 1 0" in own
    assert "SetupSpeaks" not in own
    assert "print('first', known, seed)" in unescape(again.partition("<textarea")[2].partition("</textarea>")[0])
    assert "1 / 0" in html.partition("<textarea")[2].partition("</textarea>")[0]


def test_without_a_script_a_run_leads_back_to_the_page(learner: Learner) -> None:
    """Which shows that it runs, looks again every few seconds, and shows what came of it in the end."""
    answer = learner.post(HERE, {**learner.form(HERE), "code": "import time\ntime.sleep(4)\nprint('slept')\n"})
    during = learner.get(HERE).text

    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}#came")
    assert 'http-equiv="refresh"' in during
    assert "data-run=" in during
    assert "running" in runs(during)[0]
    assert eventually(lambda: "data-run=" not in learner.get(HERE).text)
    assert "slept" in learner.get(HERE).text


def test_another_persons_runs_are_not_there(learner: Learner, another: Callable[[], Learner]) -> None:
    """Neither listed, nor opened, nor used."""
    send(learner, "print('private')")
    [own] = re.findall(r'href="([^"]*/run/[^"]*)"', learner.get(HERE).text)
    bob = another()

    assert "private" not in bob.get(HERE).text
    assert bob.get(own).status_code == 404
    assert bob.get(own.replace("/run/", "?from=")).status_code == 404


def test_a_run_that_the_end_of_the_service_cut_off(learner: Learner, app: Starlette) -> None:
    """Is shown as such, in order or not; and it does not count as running."""
    fields = {**learner.form(HERE), "code": "import time\ntime.sleep(30)"}
    learner.post(HERE, fields)
    assert eventually(lambda: len(app.state.site.runs) == 1)
    app.state.site.runs.cancel_all()
    assert eventually(lambda: not len(app.state.site.runs))
    from practicum.store import RunRecord

    store: Store = app.state.site.store
    known = store.learner_for(learner.http.cookies["practicum"])
    assert known
    store.begin_run(RunRecord("killed", known, "little", "sums", "project", "01-double", "x = 1", 1))

    assert [row.count("interrupted: the service ended") for row in runs(learner.get(HERE).text)] == [1, 1]


@pytest.mark.slow
def test_the_service_notes_what_its_end_cut_off(little: Catalogue, store: Store) -> None:
    """Before the store is closed, though nobody watches."""
    with (
        Pool(1) as own,
        Inside(create_app(Site([little], store, own, local=True))) as inside,
        browser(inside.url) as http,
    ):
        began = http.post(HERE, data={"code": "import time\ntime.sleep(60)"})
        known = store.learner_for(http.cookies["practicum"])
        assert known
        assert eventually(lambda: own.queue.running == 1)
        began_to_end = time.monotonic()
        inside.end()
        took = time.monotonic() - began_to_end
    [record] = store.runs(known, "little", "sums", "01-double")

    assert began.status_code == 303
    assert record.ended is not None
    assert record.result is not None
    assert record.result["interrupted"] is True
    assert took >= GRACE


def test_a_run_that_takes_too_long(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "LIMITS", Limits(seconds=0.5))
    came = send(learner, "while True:\n    pass\n")

    assert "Stopped after 0.5 s" in words(came)
    assert "stopped: time" in runs(came)[0]


@pytest.mark.parametrize("names", [1, 500])
def test_what_is_kept_of_a_run_is_bounded(names: int) -> None:
    """However long it trained, whatever it said, and whatever its metrics are called."""
    metrics = {f"{number}{'é' * 1000}": 1 / 3 for number in range(names)}
    epochs = tuple(Epoch(number, 10_000, metrics, 1e9) for number in range(10_000))
    long = "é" * 1_000_000
    kept = shelf.to_json(Result(long, long, traceback=long, epochs=epochs))

    assert len(json.dumps(kept, ensure_ascii=False)) < 1_000_000
    assert shelf.recorded_epochs(kept)[-1].number == 9_999


def test_the_newest_runs_are_kept(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older one is gone with its code; the others keep their numbers, and what it was worth still counts."""
    monkeypatch.setattr(project, "KEPT", 2)
    send(learner, RIGHT, "/submit")
    [oldest] = re.findall(r'href="([^"]*/run/[^"]*)"', learner.get(HERE).text)
    for number in range(3):
        send(learner, f"print({number})")

    assert learner.get(oldest).status_code == 404
    assert [row.split()[0] for row in runs(learner.get(HERE).text)] == ["4", "3", "2"]
    assert "Goal met." in words(learner.get(HERE).text)


# --- submissions


def test_a_submission_that_meets_the_goal(learner: Learner, app: Starlette) -> None:
    """The score of each seed, the mean; then what others reach and the author's code; and all of it is noted."""
    before = learner.get(HERE).text
    came = send(learner, RIGHT, "/submit")
    html = learner.get(HERE).text
    store: Store = app.state.site.store
    known = store.learner_for(learner.http.cookies["practicum"])
    assert known
    [step] = store.steps(known, "little", "sums", "project")

    assert "Goal met: 1 on average, at least 0.9 was asked." in words(came)
    assert "rate 1 1 1 1" in words(came)
    assert "mine" not in came
    assert "MarkSolution" not in before
    for shown in (came, html):
        assert "MarkSolution" in shown
        assert "MarkExplanation" in shown
        assert re.search(r"The code to begin with 0(\.0)? 0(\.0)? 0(\.0)? The author's code 1", words(shown))
    assert (step.kind, step.item) == ("submitted", "01-double")
    assert (step.data["met"], step.data["scores"]) == (True, [1.0, 1.0, 1.0])
    assert "Submitted: goal met: 1" in runs(html)[0]
    assert "goal met" in words(learner.get(PROJECTS).text)


@pytest.mark.parametrize(
    ("change", "stands"), [({"at_least": 0.99}, False), ({"metric": "rate + 0"}, False), (None, True)], ids=str
)
def test_a_goal_is_met_for_as_long_as_it_stands(
    learner: Learner, little: Catalogue, store: Store, pool: Pool, change: dict[str, object] | None, stands: bool
) -> None:
    """One that was raised, or is measured in another way, is open again, its solution hidden; new words matter not."""
    send(learner, RIGHT, "/submit")
    problem = little.entries["sums/project/01-double.md"].problem
    other = replace(problem, goal={**problem.goal, **change}) if change else reworded(problem)
    later = learner.at(create_app(Site([revised(little, other)], store, pool, local=True)))
    html = later.get(HERE).text

    assert ("Goal met. rate" in words(html), "MarkSolution" in html) == (stands, stands)
    assert ("goal met" in words(later.get(PROJECTS).text)) is stands
    assert ("1 of 1 met" in words(later.get("/little/sums").text)) is stands


def reworded(problem: Problem) -> Problem:
    """The project in other words, with another code of its author's."""
    (one,) = problem.variants
    return replace(
        problem, variants=(replace(one, statement="Double it.", solution=f"{one.solution}\n# MarkSolution"),)
    )


def test_a_step_from_before_marks_were_noted_counts(learner: Learner, store: Store) -> None:
    """Nothing says that the goal was another."""
    learner.get(HERE)
    known = store.learner_for(learner.http.cookies["practicum"], create=True)
    assert known
    data = {"met": True, "scores": [1.0, 1.0, 1.0]}
    store.add_step(known, StepRecord("little", "sums", "project", "01-double", "submitted", 1, data))

    assert "Goal met." in words(learner.get(HERE).text)


def test_what_the_code_says_of_itself_does_not_count(learner: Learner) -> None:
    """The check counts, in its own process; and nothing of what it asks comes back."""
    came = send(learner, CHEAT, "/submit")

    assert "Not yet: 0 on average, at least 0.9 is asked." in words(came)
    assert "asked" not in came.replace("is asked", "")
    assert "MarkSolution" not in came


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (BROKEN, "Not graded. AttributeError: 'int' object has no attribute 'twice'"),
        ("double = 3", "Not graded. AssertionError: leave a function `double`"),
        ("x = 1", "Not graded. NameError"),
        ("def double(n): 1 +", "Not graded. SyntaxError"),
    ],
)
def test_what_cannot_be_graded_says_why(learner: Learner, code: str, says: str) -> None:
    """Without a line of the check."""
    came = send(learner, code, "/submit")

    assert says in words(came)
    assert "MarkCheck" not in came
    assert "not graded" in runs(came)[0]


def test_what_others_reach_can_be_asked_for(learner: Learner) -> None:
    """By a form, once; then it stays."""
    answer = learner.send(HERE, "reach")
    html = learner.get(HERE).text

    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}#reach")
    assert "MarkSolution" in html
    assert "Goal met" not in html


def test_where_nothing_may_be_run(little: Catalogue, store: Store) -> None:
    """The page says so, and a form is refused."""
    learner = Learner(create_app(Site([little], store)))
    html = learner.get(HERE).text
    answer = learner.post(HERE, {**learner.form(HERE), "code": "x = 1"})

    assert "Nothing is run here." in html
    assert answer.status_code == 403


def test_code_that_is_too_long_stays_on_the_page(learner: Learner) -> None:
    answer = learner.post(HERE, {**learner.form(HERE), "code": "#" * 50_001})

    assert answer.status_code == 413
    assert "a run takes 50,000 at the most" in answer.text
    assert "#" * 50_001 in answer.text


def test_a_project_is_refused_where_it_is_none(learner: Learner, tmp_path: Path) -> None:
    assert learner.get(f"{PROJECTS}/02-none").status_code == 404
    assert learner.get("/little/none/project").status_code == 404
