"""Exercises without JavaScript and with it: each kind by its form, graded at once, as often as a learner likes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from starlette.applications import Starlette

from practicum.application import grading
from practicum.application.site import Site
from practicum.model import Verdict
from practicum.prove.catalogue import Catalogue
from practicum.runner import Limits, Pool
from practicum.store import StepRecord, Store
from practicum.web.app import create_app
from tests.activities.kinds_course import (
    KINDS,
    TOPIC,
    TYPED_KINDS,
    form_values,
    right_answer,
    send,
    shown_lines,
    wrong_answer,
)
from tests.html import (
    STREAM,
    hidden_fields,
    main_text,
    notice_code,
    refusal_code,
    result_of,
    shown_grade,
    text_of,
)
from tests.web.making import Learner, of_every_kind, proved, revised, write

CLOSED = 'id="solution-title"'
"""On a page with the answer and its proof."""


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Catalogue:
    return proved(of_every_kind(tmp_path_factory.mktemp("every") / "kinds"), pool)


@pytest.fixture
def app(every: Catalogue, store: Store, pool: Pool) -> Starlette:
    assert all(entry.verdict.served for entry in every.entries.values())
    return create_app(Site([every], store, pool))


def steps(learner: Learner, store: Store) -> Sequence[StepRecord]:
    """What the store has of the learner's exercises."""
    id = store.learner_for(learner.http.cookies["practicum"])
    return store.steps(id, "kinds", "topic", "try") if id else ()


OFF = "decimal point"
"""In the hint for a number that is right but for its decimal point."""


def test_a_wrong_number_is_answered_with_what_is_off(learner: Learner) -> None:
    """As a page and to a script. Where nothing is known about the mistake, nothing is said about it."""
    page = f"{TOPIC}/try/number"
    known, unknown = (send(learner, page, "answer", text).text for text in ("23.03", "0.7"))
    fields = {**learner.form(page), "answer": "23.03"}
    streamed = result_of(learner.post(f"{page}/answer", fields, accept=STREAM))

    assert OFF in known
    assert OFF in streamed
    assert "2.30" not in known + streamed
    assert OFF not in unknown


def listed_state(learner: Learner, slug: str) -> str:
    """The state of an exercise in the list: `done`, `begun`, or nothing."""
    row = learner.get(f"{TOPIC}/try").text.partition(f'/{slug}">')[2].partition("</li>")[0]
    return text_of(row.partition('<span class="side">')[2]).lower()


@pytest.mark.parametrize("kind", KINDS)
def test_grades_an_exercise_of_every_kind(learner: Learner, kind: str, store: Store) -> None:
    """Each attempt is stored; the answer and its proof are shown after the right one, and from then on."""
    page = f"{TOPIC}/try/{kind}"
    first = send(learner, page, "answer", *wrong_answer(learner, kind, page))
    send(learner, page, "answer", *wrong_answer(learner, kind, page))
    last = send(learner, page, "answer", *right_answer(learner, kind, page))

    assert (first.status_code, shown_grade(first.text)) == (200, "wrong")
    assert CLOSED not in first.text
    assert shown_grade(last.text) == "right"
    assert CLOSED in last.text
    assert CLOSED in learner.get(page).text
    assert [(step.item, step.kind, step.data["right"]) for step in steps(learner, store)] == [
        (kind, "answered", right) for right in (False, False, True)
    ]
    assert listed_state(learner, kind) == "done"


@pytest.mark.parametrize("kind", TYPED_KINDS)
@pytest.mark.parametrize("action", ["hint", "answer", "solution"])
def test_input_stays_in_the_form(learner: Learner, kind: str, action: str) -> None:
    """After a hint, a wrong answer, and a look at the solution."""
    page = f"{TOPIC}/try/{kind}"
    answer = wrong_answer(learner, kind, page)

    html = send(learner, page, action, *answer).text

    assert form_values(kind, html) == sorted(field.replace("\r\n", "\n") for field in answer)


def test_an_error_of_the_learner_is_explained_at_its_line(learner: Learner) -> None:
    """The line is quoted, and the name that was meant is suggested; nothing of the check or the setup is shown."""
    html = send(learner, f"{TOPIC}/try/blanks", "answer", "clases", "label").text

    assert "NameError at line 2:" in html
    assert "<code>classes</code>" in html.partition('class="aside"')[2]
    assert '<span class="line marked"><span class="n">2</span>    row = [0] * clases' in html
    assert "Traceback" not in html


def test_a_failed_check_shows_its_message_and_never_its_code(learner: Learner) -> None:
    html = send(learner, f"{TOPIC}/try/blanks", "answer", "classes", "label - 1").text

    assert "label 2 of 4" in html
    assert "assert one_hot" not in html


@pytest.mark.parametrize("answer", ["def scale(p): return 1", "a = 1", "def scale(): return 1"])
def test_a_failed_check_is_never_a_bare_exception(learner: Learner, answer: str) -> None:
    """Also where its author wrote no message, or the answer lacks a name or an argument."""
    html = send(learner, f"{TOPIC}/try/repair", "answer", answer).text

    assert shown_grade(html) == "wrong"
    assert "AssertionError" not in html
    assert "NameError" not in html
    assert re.search(r'<div class="notice wrong ending">\s*<p>[^<]{20,}</p>', html)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs may take a second only."""
    monkeypatch.setattr(grading, "SHORT", Limits(seconds=1))


@pytest.mark.usefixtures("impatient")
def test_a_run_that_was_stopped_is_not_graded(learner: Learner, store: Store) -> None:
    """It is no wrong answer, and nothing is stored. The reason is shown once, with a button that sends it again."""
    html = send(learner, f"{TOPIC}/try/repair", "answer", "while True:\n    pass").text

    assert shown_grade(html) == "none"
    assert text_of(html).count("was still running") == 1
    assert '<button class="quiet" form="answer">' in html
    assert steps(learner, store) == ()
    assert listed_state(learner, "repair") == ""


def test_without_a_runner_only_known_keys_are_graded(every: Catalogue, store: Store) -> None:
    """The page of an exercise that is graded by running it says so before the answer."""
    learner = Learner(create_app(Site([every], store)))

    assert '<div class="notice"><p><strong>Code is not run here.' in learner.get(f"{TOPIC}/try/repair").text
    not_run = send(learner, f"{TOPIC}/try/repair", "answer", "a = 1").text
    assert shown_grade(not_run) == "none"
    assert 'form="answer"' not in not_run  # it would not help
    assert shown_grade(send(learner, f"{TOPIC}/try/number", "answer", "2.3").text) == "right"


@pytest.mark.parametrize(
    ("kind", "answer", "code"),
    [
        ("number", ["two"], "not-a-number"),
        ("blanks", ["classes", ""], "blank-empty"),
        ("predict", ["(1"], "not-a-literal"),
        ("order", ["1-1", "2-1", "3-3", "4-4"], "place-taken"),
        ("code", [""], "answer-empty"),
    ],
)
def test_an_incomplete_answer_is_not_graded(
    learner: Learner, store: Store, kind: str, answer: list[str], code: str
) -> None:
    """A page and a stream report why."""
    page = f"{TOPIC}/try/{kind}"
    streamed = send(learner, page, "answer", *answer, accept=STREAM)

    assert notice_code(send(learner, page, "answer", *answer).text) == code
    assert (streamed.status_code, refusal_code(streamed)) == (422, code)
    assert steps(learner, store) == ()


def test_refuses_fields_of_another_kind(learner: Learner) -> None:
    for kind, answer in (("choice", ["9"]), ("blanks", ["a", "b", "c"])):
        response = send(learner, f"{TOPIC}/try/{kind}", "answer", *answer)
        assert (response.status_code, refusal_code(response)) == (400, "no-such-answer")


def test_a_form_sent_twice_is_stored_once(learner: Learner, store: Store) -> None:
    """By its nonce."""
    page = f"{TOPIC}/try/number"
    form = {**hidden_fields(learner.get(page).text), "answer": "1"}
    for _ in range(2):
        learner.post(f"{page}/answer", form)

    assert len(steps(learner, store)) == 1


def test_another_answer_in_the_same_form_counts(learner: Learner, store: Store) -> None:
    """A form that the Back button restored has an old nonce."""
    page = f"{TOPIC}/try/number"
    form = hidden_fields(learner.get(page).text)

    learner.post(f"{page}/answer", {**form, "answer": ["1"]})
    second = learner.post(f"{page}/answer", {**form, "answer": ["2.30"]}).text

    assert shown_grade(second) == "right"
    assert [step.data["right"] for step in steps(learner, store)] == [False, True]


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("try/order/hint", {"answer": ["x"]}),
        ("try/order/solution", {"answer": ["1-1", "1-x"]}),
        ("try/number/answer", {"answer": ["2.3"], "version": "9" * 5000}),
    ],
)
def test_malformed_fields_are_answered_with_a_page(learner: Learner, page: str, fields: dict[str, object]) -> None:
    form = hidden_fields(learner.get(f"{TOPIC}/{page.rpartition('/')[0]}").text)

    assert learner.post(f"{TOPIC}/{page}", {**form, **fields}).status_code == 200
    assert learner.get(f"{TOPIC}/try/number?version={'9' * 5000}").status_code == 200


def test_a_learner_has_one_version_and_may_ask_for_the_other(learner: Learner) -> None:
    """Each version is closed by itself, and a version that does not exist is the learner's own."""
    page = f"{TOPIC}/try/predict"
    html = learner.get(page).text
    own = hidden_fields(html)["version"]
    link = re.search(r'<a href="([^"]+\?version=\d)"', html)
    assert link
    other_page = unescape(link[1])
    other = learner.get(other_page).text
    graded = send(learner, other_page, "answer", "4" if "in batches of 32" in other else "3").text

    assert hidden_fields(learner.get(page).text)["version"] == own
    assert hidden_fields(other)["version"] == str(3 - int(own))
    assert ("in batches of 32" in html) != ("in batches of 32" in other)
    assert shown_grade(graded) == "right"
    assert CLOSED not in learner.get(page).text
    assert hidden_fields(learner.get(f"{page}?version=9").text)["version"] == own


def test_lines_are_shuffled_for_each_learner(learner: Learner, another: Callable[[], Learner]) -> None:
    """A learner sees the same order each time, so that work on it is not lost."""
    page = f"{TOPIC}/try/order"
    own = shown_lines(learner.get(page).text)
    orders = {tuple(shown_lines(another().get(page).text)) for _ in range(20)}

    assert shown_lines(learner.get(page).text) == own
    assert len(orders) > 5


def test_a_script_gets_the_grade_and_what_changes_on_the_page(learner: Learner) -> None:
    """A new nonce each time; the answer and its proof once the answer is right; the hint when it is asked for."""
    page = f"{TOPIC}/try/blanks"
    wrong = result_of(send(learner, page, "answer", "classes", "label - 1", accept=STREAM))
    right = result_of(send(learner, page, "answer", "classes", "label", accept=STREAM))
    hint = result_of(send(learner, page, "hint", "a", "b", accept=STREAM))

    assert "label 2 of 4" in wrong
    assert shown_grade(wrong) == "wrong"
    assert shown_grade(right) == "right"
    assert 'data-into="once"' in wrong
    assert 'data-into="closed"' not in wrong
    assert 'data-into="closed"' in right
    assert CLOSED in right
    assert 'data-into="hint"' in hint
    assert "How long is the row" in hint


# --- exercises that their author changed


def changed(every: Catalogue, kind: str, **fields: object) -> Catalogue:
    """The course after its author changed every variant of an exercise."""
    problem = every.entries[f"topic/try/{kind}.md"].problem
    variants = tuple(replace(variant, **fields) for variant in problem.variants)  # type: ignore[arg-type]
    return revised(every, replace(problem, variants=variants))


@pytest.mark.parametrize("action", ["answer", "hint", "solution"])
def test_a_form_of_an_older_version_is_not_graded(
    learner: Learner, every: Catalogue, store: Store, pool: Pool, action: str
) -> None:
    """Its places are those of options in another order. The response is the exercise as it is now."""
    page = f"{TOPIC}/try/choice"
    options = every.entries["topic/try/choice.md"].problem.variants[0].options
    form = {**hidden_fields(learner.get(page).text), "answer": right_answer(learner, "choice", page)}

    later = learner.at(create_app(Site([changed(every, "choice", options=options[::-1])], store, pool)))
    shown = later.post(f"{page}/{action}", form)
    streamed = later.post(f"{page}/{action}", form, accept=STREAM)

    assert notice_code(shown.text) == "exercise-changed"
    assert CLOSED not in shown.text
    assert (streamed.status_code, refusal_code(streamed)) == (409, "exercise-changed")
    assert steps(later, store) == ()
    assert shown_grade(send(later, page, "answer", *right_answer(later, "choice", page)).text) == "right"


def test_code_typed_for_an_older_version_stays(learner: Learner, every: Catalogue, store: Store, pool: Pool) -> None:
    page = f"{TOPIC}/try/repair"
    form = {**hidden_fields(learner.get(page).text), "answer": "a = 1"}

    later = learner.at(create_app(Site([changed(every, "repair", statement="Better.")], store, pool)))
    html = later.post(f"{page}/answer", form).text

    assert notice_code(html) == "exercise-changed"
    assert form_values("repair", html) == ["a = 1"]


def test_a_removed_variant_is_not_graded_as_another(
    learner: Learner, every: Catalogue, store: Store, pool: Pool
) -> None:
    """Its author removed it while its page was open."""
    page = f"{TOPIC}/try/predict"
    form = {**hidden_fields(learner.get(f"{page}?version=2").text), "answer": "4"}
    problem = every.entries["topic/try/predict.md"].problem
    course = revised(every, replace(problem, variants=problem.variants[:1]))

    html = learner.at(create_app(Site([course], store, pool))).post(f"{page}/answer", form).text

    assert notice_code(html) == "exercise-changed"


def test_an_exercise_that_asks_something_else_is_not_done(
    learner: Learner, every: Catalogue, store: Store, pool: Pool
) -> None:
    """On its own page, in the list, and in the topic's progress."""
    send(learner, f"{TOPIC}/try/number", "answer", "2.3")
    later = learner.at(create_app(Site([changed(every, "number", statement="Another question.")], store, pool)))

    def done(learner: Learner) -> tuple[bool, str, bool]:
        page, topic = learner.get(f"{TOPIC}/try/number").text, learner.get(TOPIC).text
        return CLOSED in page, listed_state(learner, "number"), "1 of 7 solved" in main_text(topic)

    assert done(learner) == (True, "done", True)
    assert done(later) == (False, "", False)


# --- exercises that are not there


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{TOPIC}/try/nothing", "no-such-exercise"),
        (f"{TOPIC}/learn/blanks", None),
        ("/kinds/nothing/try", "no-such-topic"),
    ],
)
def test_an_unknown_exercise_is_not_found(learner: Learner, path: str, code: str | None) -> None:
    response = learner.get(path)

    assert (response.status_code, refusal_code(response)) == (404, code)


def test_an_unproved_exercise_is_shown_in_a_draft_only(every: Catalogue, store: Store, pool: Pool) -> None:
    """There its key is not known, so it is not graded."""
    entry = every.entries["topic/try/number.md"]
    unproved = replace(entry, evidence=None, verdict=Verdict.UNPROVED, why="it changed")
    course = replace(every, entries={**every.entries, entry.path: unproved})
    page = f"{TOPIC}/try/number"
    author = Learner(create_app(Site([course], store, pool, draft=True)))

    assert Learner(create_app(Site([course], store, pool))).get(page).status_code == 404
    assert shown_grade(send(author, page, "answer", "2.3").text) == "none"


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
assert len(model.trainable_weights) == 2, "Train only the head."
assert model.output_shape == (None, 5), "There are five classes."
```

```python mutant
model = keras.Sequential([base, keras.layers.Dense(5)])
```
"""


@pytest.mark.slow
@pytest.mark.tensorflow
def test_grades_a_model_built_with_keras(tmp_path: Path, store: Store, pool: Pool) -> None:
    """A second process checks the model that the answer built."""
    files = {
        "course.toml": 'title = "Kinds"\nsummary = "s"\n',
        "topic/topic.toml": 'title = "Topic"\nsummary = "s"\n',
        "topic/try/build.md": BUILD,
    }
    page = f"{TOPIC}/try/build"
    course = proved(write(tmp_path / "kinds", files), pool)
    learner = Learner(create_app(Site([course], store, pool)))
    grades = [shown_grade(send(learner, page, "answer", "False", width).text) for width in ("4", "5")]

    assert grades == ["wrong", "right"]


DEEP_ANSWERS = {
    "parentheses": "(" * 20_000 + "1" + ")" * 20_000,
    "lists": "[" * 150 + "]" * 150,
    "lists beyond the parser": "[" * 20_000 + "]" * 20_000,
    "sum": "1" + "+1" * 20_000,
    "sum of a list": "[1" + "+1" * 2_000 + "]",
    "signs": "-" * 20_000 + "1",
    "not": "not " * 10_000 + "1",
    "attributes": "numbers" + ".a" * 15_000,
    "calls": "f" + "()" * 15_000,
    "powers": "2" + "**2" * 10_000,
    "comparison": "1" + "<1" * 15_000,
    "conditions": "1 if 1 else " * 3_000 + "1",
    "lambdas": "lambda: " * 5_000 + "1",
    "blocks": "".join(" " * depth + "if 1:\n" for depth in range(99)) + " " * 99 + "pass",
    "digits": "9" * 40_000,
}


@pytest.mark.parametrize("kind", TYPED_KINDS)
@pytest.mark.parametrize("answer", DEEP_ANSWERS.values(), ids=DEEP_ANSWERS)
def test_an_answer_nested_too_deeply_is_no_fault(learner: Learner, kind: str, answer: str) -> None:
    """It is wrong, or is not graded: the page says so, and still has the form."""
    page = f"{TOPIC}/try/{kind}"
    count = learner.get(page).text.count('name="answer"')
    response = send(learner, page, "answer", *[answer] * max(1, count))

    assert response.status_code in (200, 400, 413)
    assert refusal_code(response) != "fault"
