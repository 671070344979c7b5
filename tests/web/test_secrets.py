"""Nothing that gives an answer away leaves the service before the problem is closed: every byte is searched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Response

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Pool
from practicum.store import Store
from practicum.web.app import create_app
from tests.web.making import Learner, proved, write

SECRETS = {
    "feedback of the key": "MarkFeedbackKey",
    "feedback of a distractor": "MarkFeedbackWrong",
    "explanation": "MarkExplanation",
    "claim of the key": "mark_claim_key",
    "claim of a distractor": "mark_claim_wrong",
    "setup": "mark_setup",
    "proof": "mark_proof",
    "observed": "mark_observed",
    "fix": "mark_fix",
}
HINT = "MarkHint"

CLAIMS = """+++
level = "beginner"
attempts = 3
+++

# Which is it?

Pick.

```python setup
mark_setup = 1
mark_claim_key = lambda: 1
mark_claim_wrong = lambda: 2
```

```python run
shown = 1
```

- [{one}] Alpha

  MarkFeedback{One}

  ```python claim
  mark_claim_{key_one}() == shown
  ```

- [{two}] Beta

  MarkFeedback{Two}

  ```python claim
  mark_claim_{key_two}() == shown
  ```

- [ ] Gamma

  MarkFeedbackWrong

  ```python claim
  mark_claim_wrong() == shown
  ```

## Hint

MarkHint

## Explanation

MarkExplanation
"""

VALUE = """+++
level = "beginner"
attempts = 1
[proof]
value = "mark_proof"
+++

# What does it give?

```python setup
mark_proof = "mark_observed"[:4]
```

```python run
shown = 1
```

- [x] `'mark'`

  MarkFeedbackKey

- [ ] `'no'`

  MarkFeedbackWrong

## Explanation

MarkExplanation
"""

FIX = """+++
level = "beginner"
[proof]
raises = "NameError"
+++

# What is wrong?

```python run
print(absent)
```

- [x] The name

  MarkFeedbackKey

  ```diff fix
  -print(absent)
  +mark_fix = 1
  ```

- [ ] The call

  MarkFeedbackWrong

  ```diff fix
  -print(absent)
  +mark_fix = absent
  ```

## Explanation

MarkExplanation
"""


FILLED = """+++
kind = "{kind}"
level = "beginner"
attempts = 3
+++

# Make it so

Do what is asked.

```python setup
mark_setup = 1
```

{start}```python solution
first = 1
mark_solution = first + 1
```

```python check
mark_check = 2
assert mark_solution == mark_check, "not two"
```

```python mutant
{mutant}
```

## Hint

MarkHint

## Explanation

MarkExplanation
"""
ANSWERED = {
    "blanks": ("first = ____\n____ = first", "mark_solution = 1\nmark_mutant = 1", ["1", "x"]),
    "repair": ("first = 1", "mark_mutant = 1", ["first = 3"]),
    "code": ("...", "mark_mutant = 1", ["x = 1"]),
    "order": ("", "mark_solution = first + 1\nfirst = 1", ["1-1", "2-2"]),
}
"""Of each kind that is answered with code: its start, a mutant, and a wrong answer."""

OBSERVED = """+++
kind = "{kind}"
level = "beginner"
attempts = 3
[proof]
value = "mark_proof"
+++

# What does it give?

```python setup
mark_setup = 1
mark_proof = 7654321
```

```python run
shown = 1
```

## Hint

MarkHint

## Explanation

MarkExplanation
"""
CODED = {
    "solution": "mark_solution",
    "check": "mark_check",
    "mutant": "mark_mutant",
    "setup": "mark_setup",
    "explanation": "MarkExplanation",
    "proof": "mark_proof",
    "observed": "7654321",
}


def typed_course(root: Path) -> Path:
    """Write a course whose answers are typed or put together, with a mark in each secret."""
    files = {
        "course.toml": 'title = "Typed"\nsummary = "s"\nframework = "python"\n',
        "topic/topic.toml": 'title = "Topic"\nsummary = "s"\nminutes = 1\n[badge]\nname = "Badge"\n',
    }
    for kind, (start, mutant, _) in ANSWERED.items():
        fence = f"```python start\n{start}\n```\n\n" if start else ""
        files[f"{kind}.md"] = FILLED.format(kind=kind, start=fence, mutant=mutant)
    files |= {f"{kind}.md": OBSERVED.format(kind=kind) for kind in ("predict", "number")}
    problems = {name: text for name, text in files.items() if name.endswith(".md")}
    others = {name: text for name, text in files.items() if name not in problems}
    placed = {f"topic/{mode}/{name}": text for mode in ("challenge", "try") for name, text in problems.items()}
    return write(root, others | placed)


def marked_course(root: Path, key: int = 1) -> Path:
    """Write a course with a mark in each secret. `key`: which option of the first problem is right, 1 or 2."""
    one = {"one": "x", "One": "Key", "key_one": "key", "two": " ", "Two": "Wrong", "key_two": "wrong"}
    two = {"one": " ", "One": "Wrong", "key_one": "wrong", "two": "x", "Two": "Key", "key_two": "key"}
    claims = re.sub(r"\{(\w+)\}", lambda found: (one if key == 1 else two)[found[1]], CLAIMS)
    return write(
        root,
        {
            "course.toml": 'title = "Marks"\nsummary = "s"\nframework = "python"\n',
            "topic/topic.toml": 'title = "Topic"\nsummary = "s"\nminutes = 1\n[badge]\nname = "Badge"\n',
            "topic/challenge/01-claims.md": claims,
            "topic/challenge/02-value.md": VALUE,
            "topic/challenge/03-fix.md": FIX,
        },
    )


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Catalogue:
    return proved(marked_course(tmp_path_factory.mktemp("marked") / "marks"), pool)


@pytest.fixture
def reader(marked: Catalogue, store: Store, pool: Pool) -> Learner:
    assert all(entry.verdict.served for entry in marked.entries.values()), marked.entries
    return Learner(create_app(Site([marked], store, pool)))


def text_of_all(responses: list[Response]) -> str:
    """Return all bytes of these responses, with their headers, as text."""
    return "\n".join(f"{response.url} {response.headers!r} {response.content.decode()}" for response in responses)


def leaks(responses: list[Response], secrets: dict[str, str]) -> list[str]:
    """Return the names of the secrets that are in these responses."""
    text = text_of_all(responses).lower()
    return [name for name, mark in secrets.items() if mark.lower() in text]


def poke(learner: Learner, sitting: str, problem: int) -> None:
    """Try everything that a learner could at an open problem, and look at all other pages."""
    page = f"{sitting}/{problem}"
    for path in ("/", "/proofs", "/badges", "/marks/topic", "/marks/topic/challenge", sitting, page, f"{page}/clock"):
        learner.get(path)
    for path in ("/progress", "/search?q=mark", "/search?q=observed+claim+key", "/search?q=which"):
        learner.get(path)
    for later in range(problem, 5):
        learner.get(f"{sitting}/{later}")
        fields = learner.form(page)
        for action in ("again", "next"):
            learner.post(f"{sitting}/{later}/{action}", fields)
            learner.post(f"{sitting}/{later}/{action}", fields, accept="text/event-stream")
    learner.get(f"{sitting}/result")
    learner.send(page, "answer")
    learner.send(page, "answer", answer="99")
    learner.get(f"{page}?note=empty&pick=1")


def test_the_marks_are_shown_once_all_is_closed(reader: Learner) -> None:
    """So that not finding one before means something."""
    sitting = reader.begin("/marks/topic")
    for problem in (1, 2, 3):
        reader.send(f"{sitting}/{problem}", "skip")
        reader.get(f"{sitting}/{problem}")
        reader.send(f"{sitting}/{problem}", "next")
    shown = set(SECRETS) - set(leaks(reader.seen, SECRETS))

    # Some code is run and never shown.
    assert shown <= {"setup", "proof", "observed", "fix", "claim of the key", "claim of a distractor"}
    assert {"feedback of the key", "feedback of a distractor", "explanation"}.isdisjoint(shown)


@pytest.mark.parametrize("problem", [1, 2, 3])
def test_nothing_leaks_while_a_problem_is_open(reader: Learner, problem: int) -> None:
    """No feedback, explanation, claim, proof, fix, setup or result; and no hint that was not asked for."""
    sitting = reader.begin("/marks/topic")
    for before in range(1, problem):
        reader.send(f"{sitting}/{before}", "skip")
        reader.send(f"{sitting}/{before}", "next")
    reader.seen.clear()
    poke(reader, sitting, problem)

    assert leaks(reader.seen, {**SECRETS, "hint": HINT}) == []


def test_a_wrong_attempt_leaks_nothing(reader: Learner) -> None:
    """The hint is shown when it is asked for, and nothing else."""
    sitting = reader.begin("/marks/topic")
    page = f"{sitting}/1"
    reader.answer(page, "Beta")
    poke(reader, sitting, 1)
    assert leaks(reader.seen, {**SECRETS, "hint": HINT}) == []

    reader.send(page, "hint")
    reader.answer(page, "Gamma")
    poke(reader, sitting, 1)

    assert leaks(reader.seen, {**SECRETS, "hint": HINT}) == ["hint"]


def test_the_headers_do_not_reveal_the_grade(reader: Learner) -> None:
    """A right and a wrong answer lead to the same page."""
    headers = []
    for text in ("Alpha", "Beta"):
        page = reader.begin("/marks/topic") + "/1"
        response = reader.answer(page, text)
        headers.append({name: value for name, value in response.headers.items() if name not in ("location", "date")})
        assert response.headers["location"] == page

    assert headers[0] == headers[1]


def test_pages_do_not_depend_on_the_key(tmp_path: Path, store: Store, pool: Pool) -> None:
    """Two courses that differ only in the key have the same pages, apart from what is random."""

    def pages() -> Iterator[str]:
        for key in (1, 2):
            course = proved(marked_course(tmp_path / str(key) / "marks", key), pool)
            learner = Learner(create_app(Site([course], store)))
            sitting = learner.begin("/marks/topic")
            learner.send(f"{sitting}/1", "answer", answer=learner.places(f"{sitting}/1")["Gamma"])
            learner.seen.clear()
            responses = [learner.get(path) for path in (f"{sitting}/1", "/marks/topic/challenge", "/")]
            yield "\n".join(_without_randomness(response, sitting) for response in responses)

    first, second = pages()
    assert first == second


def _without_randomness(response: Response, sitting: str) -> str:
    """A page without nonces, the names of the learner and the sitting, and the order of the options."""
    html = re.sub(r'name="nonce" value="[^"]*"', "", response.text.replace(sitting, "/s/ID"))
    html = re.sub(r' data-learner="[0-9a-f]{16}"', "", html)
    options = sorted(re.findall(r'<div class="text">(.*?)</div>', html))
    return "\n".join([re.sub(r'<div class="options">.*?</fieldset>', "", html, flags=re.S), *options])


def test_the_order_of_the_options_is_random(reader: Learner) -> None:
    """Authors often write the right option first; a form sends a place on the page, drawn for each sitting."""
    first = 0
    for _ in range(60):
        page = reader.begin("/marks/topic") + "/1"
        places = reader.places(page)
        assert sorted(places.values()) == ["1", "2", "3"]
        first += places["Alpha"] == "1"

    assert 7 <= first <= 35  # One third of 60 is expected; outside this range once in 100,000 runs.


# --- kinds that are typed or put together

TYPED = sorted([*ANSWERED, "predict", "number"])
"""In the order of their files."""


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Catalogue:
    return proved(typed_course(tmp_path_factory.mktemp("typed") / "typed"), pool)


@pytest.fixture
def writer(coded: Catalogue, store: Store, pool: Pool) -> Learner:
    assert all(entry.verdict.served for entry in coded.entries.values()), coded.entries
    return Learner(create_app(Site([coded], store, pool)))


def hidden_of(kind: str) -> dict[str, str]:
    """The secrets of a kind. The lines of an order are none, only which comes first."""
    return {name: mark for name, mark in CODED.items() if not (kind == "order" and name == "solution")}


def wrong_of(kind: str) -> list[str]:
    return ANSWERED[kind][2] if kind in ANSWERED else ["8"]


@pytest.mark.parametrize("kind", TYPED)
def test_nothing_of_typed_kinds_leaks_while_a_problem_is_open(writer: Learner, kind: str) -> None:
    """Nor after wrong or incomplete answers and the hint; the answer and the check come with the verdict."""
    sitting = writer.begin("/typed/topic")
    number = TYPED.index(kind) + 1
    for before in range(1, number):
        writer.send(f"{sitting}/{before}", "skip")
        writer.send(f"{sitting}/{before}", "next")
    writer.seen.clear()
    page = f"{sitting}/{number}"
    for _ in range(2):
        writer.get(page)
        writer.send(page, "answer", answer=wrong_of(kind))
        writer.get(page)
        writer.send(page, "hint", answer=wrong_of(kind))
        writer.send(page, "answer", answer="99")
        writer.send(page, "again")
        writer.get(f"{page}/scratch")
    assert leaks(writer.seen, hidden_of(kind)) == []

    writer.send(page, "skip")
    writer.get(page)

    shown = {"solution", "check", "explanation"} if kind in ANSWERED else {"observed", "explanation"}
    assert shown - {"solution" if kind == "order" else ""} <= set(leaks(writer.seen, hidden_of(kind)))


@pytest.mark.parametrize("kind", TYPED)
@pytest.mark.parametrize("accept", ["text/html", "text/event-stream"])
def test_nothing_of_an_exercise_leaks_before_it_is_right_or_given_up(writer: Learner, kind: str, accept: str) -> None:
    """On the page and in the fragments for scripts; the solution comes when it is asked for."""
    page = f"/typed/topic/try/{kind}"
    fields = {**writer.form(page), "answer": wrong_of(kind)}
    writer.get("/typed/topic/try")
    writer.get("/search?q=mark")
    writer.get("/search?q=make")
    writer.get(f"{page}?version=1")
    for action in ("answer", "hint", "answer"):
        writer.post(f"{page}/{action}", fields, accept=accept)
        writer.get(page)
    assert leaks(writer.seen, hidden_of(kind)) == []

    writer.post(f"{page}/solution", fields, accept=accept)

    shown = {"check", "explanation"} if kind in ANSWERED else {"observed", "explanation"}
    assert shown <= set(leaks(writer.seen, hidden_of(kind)))
