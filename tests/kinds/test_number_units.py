"""Numbers with units, and to a number of significant digits."""

from __future__ import annotations

from typing import Any

import pytest

from practicum import kinds
from practicum.kinds.base import IncompleteAnswer
from practicum.model import OptionFinding, VariantFinding, Verdict
from tests.course.making import change, read_problem, sound
from tests.documents import section, spans

TEXT = """\
+++
kind = "number"
level = "beginner"
[proof]
value = "size"
units = "MB"
significant = 3
+++
# T

How large?

```python run
size = 98.7654
```
"""
NUMBER = kinds.get("number")
FOUND = VariantFinding({}, Verdict.PROVED, "", (OptionFinding("", True, True, "98.7654"),))


def is_right(text: str) -> bool:
    variant = sound(TEXT).variants[0]
    return NUMBER.grade(variant, NUMBER.read_answer(variant, (), [text]), FOUND, None)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("98.8", True),
        ("98.8 MB", True),
        ("98.8MB", True),
        ("98,77", True),
        ("9.88e1 MB", True),
        ("98.7", False),
        ("99", False),
    ],
)
def test_an_answer_agrees_to_the_significant_digits(text: str, right: bool) -> None:
    """More digits may be typed, and the unit too."""
    assert is_right(text) is right


@pytest.mark.parametrize(("text", "code"), [("98.8 GB", "wrong-unit"), ("98.8 %", "wrong-unit")])
def test_another_unit_costs_no_attempt(text: str, code: str) -> None:
    """It is refused before it counts."""
    with pytest.raises(IncompleteAnswer) as refused:
        is_right(text)
    assert refused.value.code == code


def test_a_unit_alone_is_no_answer() -> None:
    """As an empty field."""
    assert NUMBER.read_answer(sound(TEXT).variants[0], (), ["MB"]) == ()


def test_the_form_shows_both() -> None:
    """Beside the field."""
    context: Any = NUMBER.form_context(sound(TEXT), sound(TEXT).variants[0], (), ())

    assert (context["units"], context["significant"]) == ("MB", 3)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("significant = 3", "significant = 0", "invalid-value"),
        ("significant = 3", "significant = 2.5", "invalid-value"),
        ("significant = 3", "significant = 3\ntolerance = 0.1", "two-tolerances"),
        ('units = "MB"', "units = 1", "invalid-value"),
    ],
)
def test_mistakes_are_reported(old: str, new: str, code: str) -> None:
    """At their keys."""
    assert [mistake.code for mistake in read_problem(change(old, new, TEXT))[1]] == [code]


def test_every_key_is_documented() -> None:
    """`value` and `tolerance`, and those of numbers only."""
    names = {span.split(" ")[0] for span in spans(section("Kinds"))}

    assert names >= set(NUMBER.schema)  # type: ignore[attr-defined]
