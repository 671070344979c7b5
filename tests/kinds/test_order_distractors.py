"""Lines of an order that do not belong: each is proved wrong wherever it stands, and learners leave it out."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from practicum import kinds
from practicum.kinds.base import IncompleteAnswer
from practicum.model import Verdict
from practicum.prove.evidence_hash import relevant_fields
from practicum.runner import Pool
from tests.course.making import change, line_of, read_problem, sound
from tests.kinds.settling import findings, settle

TEXT = """\
+++
kind = "order"
level = "beginner"
+++
# T

Do.

```python solution
x = 1
x += 1
```

```python distractor
x -= 1
```

```python check
assert x == 2, "m"
```

```python mutant
x = 1
x -= 1
```
"""
ORDER = kinds.get("order")


def test_a_distractor_is_tried_at_every_place(tmp_path: Path, pool: Pool) -> None:
    """Before, between and behind the solution's lines."""
    entry = settle(tmp_path, pool, TEXT)

    assert entry.verdict is Verdict.PROVED
    tried = [run.name for run in findings(entry)[0].runs if run.name.startswith("distractor")]
    assert tried == [f"distractor 1 as line {place}" for place in (1, 2, 3)]


@pytest.mark.parametrize("line", ["y = 2", "x = 1"])
def test_a_line_that_does_no_harm_is_no_distractor(tmp_path: Path, pool: Pool, line: str) -> None:
    """It is refuted, with its place, if it passes anywhere."""
    text = change("x -= 1\n```\n\n```python check", f"{line}  # more\n```\n\n```python check", TEXT)
    text = change("x = 1\nx -= 1", "x += 1\nx = 1", text)

    entry = settle(tmp_path, pool, text)

    assert entry.verdict is Verdict.REFUTED
    assert findings(entry)[0].code == "distractor-passes"
    assert entry.place[1] == line_of(f"{line}  # more", text)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("```python distractor\nx -= 1", "```python distractor\nx += 1", "distractor-in-solution"),
        (
            "```python distractor\nx -= 1",
            "```python distractor\n" + "\n".join(f"y{n}" for n in range(7)),
            "too-many-distractors",
        ),
        ("```python distractor\nx -= 1\n```\n\n", "", "mutant-not-an-order"),
        ("x = 1\nx -= 1", "x = 1\nx -= 2", "mutant-not-an-order"),
        ("x = 1\nx -= 1", "x -= 1\nx -= 1", "mutant-not-an-order"),
    ],
)
def test_mistakes_in_distractors_are_reported(old: str, new: str, code: str) -> None:
    """Before anything is run."""
    assert code in [mistake.code for mistake in read_problem(change(old, new, TEXT))[1]]


def test_a_learner_leaves_lines_out() -> None:
    """Position 0; the others may leave gaps. The form shows the answer again."""
    variant = sound(TEXT).variants[0]
    order = ORDER.shuffled_order(variant, random.Random(1))
    shown = {number: place for place, number in enumerate(order, 1)}
    fields = [f"{shown[0]}-1", f"{shown[1]}-3", f"{shown[2]}-0"]

    answer = ORDER.read_answer(variant, order, fields)

    assert answer == ("0", "1")
    assert ORDER.answer_text(variant, answer) == "x = 1\nx += 1"
    assert set(ORDER.answer_fields(variant, order, answer)) == {f"{shown[0]}-1", f"{shown[1]}-2", f"{shown[2]}-0"}
    assert ORDER.read_answer(variant, order, [f"{place}-0" for place in (1, 2, 3)]) == ()
    with pytest.raises(IncompleteAnswer):
        ORDER.read_answer(variant, order, [f"{shown[0]}-1", f"{shown[1]}-1", f"{shown[2]}-0"])


def test_without_distractors_nothing_is_left_out_and_evidence_stays_fresh() -> None:
    """Position 0 is then no answer, and the field counts for nothing."""
    plain = change("```python distractor\nx -= 1\n```\n\n", "", TEXT)
    variant = sound(change("x = 1\nx -= 1", "x += 1\nx = 1", plain)).variants[0]

    with pytest.raises(ValueError):
        ORDER.read_answer(variant, (1, 0), ["1-0", "2-1"])
    assert "distractor" not in relevant_fields(variant)
    assert "distractor" in relevant_fields(sound(TEXT).variants[0])
