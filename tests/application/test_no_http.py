"""Everything a learner does, without HTTP: a sitting, an exercise, code, a card and a project as plain calls."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import anyio
import pytest

from practicum import modes
from practicum.application import cards, exercises, pages, projects, scratch, sittings
from practicum.application.badges import earned_badge
from practicum.application.clock import now
from practicum.application.context import TopicContext, queue_key
from practicum.application.progress import topic_progress
from practicum.application.refusals import Refused
from practicum.application.run_report import Ending, report_run
from practicum.application.runs import start_recorded
from practicum.application.site import Site
from practicum.application.sittings import Address
from practicum.practice import ItemStatus
from practicum.prove.catalogue import Catalogue
from practicum.runner import Cancellation, Client, Output, Pool, RunEvent
from practicum.store import Store
from tests.web.making import proved, write

TOKEN = "a" * 43
CLIENT = Client(queue_key(TOKEN), "192.0.2.1")
"""What identifies the learner: the value of a cookie, an account, or another service's user."""
CODE = """+++
kind = "code"
level = "beginner"
+++

# Double it

Write `double(n)`.

```python start
def double(n):
    ...
```

```python solution
def double(n):
    return 2 * n
```

```python check
assert double(4) == 8, "4 becomes 8."
assert double(5) == 10, "5 becomes 10."
```

```python mutant
def double(n):
    return n + 5
```
"""
NUMBER = """+++
kind = "number"
level = "beginner"
[proof]
value = "total"
+++

# What is the total?

Add them up.

```python run
total = 1 + 2
```
"""
PROJECT = """+++
kind = "project"
level = "beginner"
[goal]
metric = "rate"
at_least = 0.9
+++

# Twice as much

Write `double(n)`.

```python start
def double(n):
    return n + 1
```

```python solution
def double(n):
    return 2 * n
```

```python check
rate = sum(double(n) == 2 * n for n in range(2, 12)) / 10
```
"""
FILES = {
    "course.toml": 'title = "Sums"\nsummary = "s"\nframework = "python"\n',
    "sums/topic.toml": 'title = "Sums"\nsummary = "s"\nminutes = 1\n[badge]\nname = "Adder"\n',
    "sums/learn.md": "# A page\n\n## One\n\nText.\n\n```python run\nx = 1\nprint(x)\n```\n",
    "sums/challenge/01-total.md": NUMBER,
    "sums/try/01-double.md": CODE,
    "sums/project/01-double.md": PROJECT,
    "sums/recall.md": "## What is a sum?\n\nA total.\n",
}


@pytest.fixture(scope="module")
def sums(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Catalogue:
    return proved(write(tmp_path_factory.mktemp("courses") / "sums", FILES), pool)


@pytest.fixture
def site(sums: Catalogue, store: Store, pool: Pool) -> Iterator[Site]:
    site = Site([sums], store, pool)
    yield site
    site.runs.cancel_all()


def topic_context(site: Site, mode: str, token: str = TOKEN) -> TopicContext:
    """The topic in a mode, for this learner."""
    return TopicContext(site, *site.topic("sums", "sums"), modes.get(mode), token)


@pytest.mark.slow
def test_the_application_imports_nothing_of_http() -> None:
    """Neither Starlette nor the web package is loaded with all its modules."""
    code = (
        "import pkgutil, sys, importlib, practicum.application as package\n"
        "for module in pkgutil.iter_modules(package.__path__):\n"
        "    importlib.import_module(f'practicum.application.{module.name}')\n"
        "print([name for name in sys.modules if name.startswith(('starlette', 'uvicorn', 'practicum.web'))])\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "[]"


def test_a_sitting_from_its_start_to_the_badge(site: Site) -> None:
    """A wrong answer, a form sent twice, the right answer, the end; the badge is the learner's."""
    challenge = topic_context(site, "challenge")
    sitting = sittings.start(challenge, "off", "a nonce")
    again = sittings.start(challenge, "off", "a nonce")
    address = Address(site, TOKEN, sitting.id, 1)

    async def take() -> list[sittings.Step]:
        wrong = await sittings.answer(address, ["4"], "first", CLIENT)
        twice = await sittings.answer(address, ["4"], "first", CLIENT)
        incomplete = await sittings.answer(address, ["three"], "second", CLIENT)
        right = await sittings.answer(address, ["3"], "third", CLIENT)
        return [wrong, twice, incomplete, right, await sittings.move_on(address)]

    wrong, twice, incomplete, right, after = anyio.run(take)

    assert again.id == sitting.id
    for step in (wrong, twice):
        assert step.decision
        assert step.sitting.sitting.items[0].attempts_left == 1
    assert incomplete.decision is None
    assert incomplete.notice
    assert incomplete.notice.code == "not-a-number"
    assert right.sitting.sitting.items[0].status is ItemStatus.RIGHT
    assert (after.sitting.sitting.finished, after.sitting.sitting.score) == (True, 1)
    assert sittings.load(site, TOKEN, sitting.id).sitting == after.sitting.sitting
    assert earned_badge(site, TOKEN, "sums", "sums").name == "Adder"
    with pytest.raises(Refused) as refusal:
        sittings.load(site, "b" * 43, sitting.id)
    assert refusal.value.code == "no-such-sitting"


def test_an_exercise_is_graded_by_running_it(site: Site) -> None:
    """Each graded answer is stored; the solution may be shown after the right one."""
    context = topic_context(site, "try")
    exercise = exercises.find_exercise(context, "01-double")
    events: list[RunEvent] = []

    def grade(code: str, nonce: str) -> bool | None:
        answer = exercises.read_answer(exercise, [code])
        return exercises.grade_answer(exercise, answer, nonce, CLIENT, events.append, Cancellation()).right

    wrong = grade("def double(n):\n    return n + 4.5", "first")
    open_ = exercises.exercise_progress(exercise)
    right = grade("def double(n):\n    return n + n", "second")
    done = exercises.exercise_progress(exercise)

    assert (wrong, right) == (False, True)
    assert (open_.done, open_.closed) == (False, False)
    assert (done.done, done.closed) == (True, True)
    assert events
    assert [step.data["right"] for step in context.steps()] == [False, True]


def test_code_of_the_scratch_pad_is_run_and_reported(site: Site, sums: Catalogue) -> None:
    """Its output arrives while it runs; nothing is stored."""
    events: list[RunEvent] = []
    assert site.pool
    code = "print(6 * 7)\nprint(missing)\n"
    result = scratch.run_code(site.pool, sums, sums.course.topics[0], code, CLIENT, events.append, Cancellation())
    report = report_run(result, code)

    assert "42" in "".join(event.text for event in events if isinstance(event, Output))
    assert report.stdout == "42"
    assert (report.ending, report.error_line) == (Ending.FAILED, 2)
    assert site.learner(TOKEN) is None


def test_a_cell_of_a_page_is_run(site: Site) -> None:
    """After the cells above it; reading is stored."""
    page = pages.mode_page(topic_context(site, "learn"))
    cell = pages.shown_cell(page.page, 1)
    assert cell
    assert site.pool
    above = pages.cells_above(page.page, cell, lambda number: None)
    result = pages.run_cell(site.pool, page, "print(2)", above, CLIENT, lambda event: None, Cancellation())
    pages.record_reading(page, 1, read=True)

    assert result.stdout.strip() == "2"
    assert pages.reading_progress(page.context) == pages.ReadingProgress(1, True)


def test_a_card_is_rated_once_and_due_later(site: Site) -> None:
    """A second rating of the same look does not count."""
    context, moment = topic_context(site, "recall"), now()
    [card] = cards.existing_session(context, moment).queue.now
    for _ in range(2):
        cards.rate_card(context, card, "4", "0", moment)
    session = cards.card_session(context, moment)

    assert len(session.reviews) == 1
    assert session.queue.next is None
    assert session.queue.later[0] > moment


def test_a_project_is_run_submitted_and_recorded(site: Site) -> None:
    """The submission is graded on every seed, and its result is found in the store."""
    context = topic_context(site, "project")
    project = projects.find_project(context, "01-double")
    pool = context.require_pool()
    code = "def double(n):\n    return n + n\n"

    async def submit(submission: bool) -> object:
        execute = projects.grade_submission if submission else projects.run_project
        recording = projects.record_run(project, code, submission)

        def work(on_event: projects.OnEvent, cancel: Cancellation) -> projects.Result | projects.Submission:
            return execute(pool, project, code, CLIENT, on_event, cancel)

        run = await start_recorded(site.runs, CLIENT, work, recording)
        return await run.outcome()

    result, submission = anyio.run(submit, False), anyio.run(submit, True)
    newest, oldest = projects.recorded_runs(project)

    assert isinstance(result, projects.Result)
    assert isinstance(submission, projects.Submission)
    assert submission.scores == (1.0, 1.0, 1.0)
    assert projects.goal_met(project)
    assert (newest.code, newest.result and newest.result["met"]) == (code, True)
    assert oldest.result
    assert oldest.result["failure"] is None


def test_progress_in_all_modes(site: Site, sums: Catalogue) -> None:
    """What a learner has done shows in the topic's progress, and another learner has none."""
    _, topic = site.topic("sums", "sums")
    pages.record_reading(pages.mode_page(topic_context(site, "learn")), 1, read=True)
    own, other = (topic_progress(site, token, sums, topic) for token in (TOKEN, "b" * 43))
    finished = {state.mode.name: state.progress.finished for state in own.states}

    assert finished == {"learn": True, "try": False, "challenge": False, "project": False, "recall": False}
    assert own.next
    assert own.next.state.mode.name == "try"
    assert (other.begun, other.finished) == (0, 0)


def test_an_unknown_topic_is_refused_with_a_code(site: Site) -> None:
    with pytest.raises(Refused) as refusal:
        site.topic("sums", "nothing")

    assert refusal.value.code == "no-such-topic"
