"""The hash of evidence: it changes with everything that a verdict depends on, and with nothing else."""

from __future__ import annotations

from dataclasses import field, fields, is_dataclass, make_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from practicum.course.placeholders import PageQuery
from practicum.model import Box, Card, Cell, Deck, Drawing, Fix, Level, Option, Page, Problem, Prose, Topic, Variant
from practicum.prove.catalogue import load
from practicum.prove.evidence_hash import EXEMPT, evidence_hash, relevant_fields
from practicum.prove.subjects import Subject
from tests.prove.making import BEST, EXPERIMENTS, SUM, path, write_course

TOPIC = Topic("topic", "", "", 0, None, {}, {})
FIX = Fix("-1\n+2\n", 3)
OPTION = Option("`6`", True, fix=FIX)
VARIANT = Variant({"n": 1}, "Title", "Statement", options=(OPTION,))
PROBLEM = Problem("topic/challenge/one.md", "choice", "", Level.BEGINNER, 60, 2, (VARIANT,))
CELL = Cell("x = 1", 1)
DRAWING = Drawing("chart", {"experiment": "fit", "curves": ["loss"]}, 5)
PROSE = Prose('It is {{ gives("x") }}.', 3)
PAGE = Page("topic/learn.md", "Title", (PROSE, CELL, DRAWING, Box("tip", 7)))
CARD = Card("topic/recall.md", "Question?", "Answer", claim="1 < 2")
DECK = Deck("topic/recall.md", (CARD,))


def with_field(value: Any, content: str) -> Any:
    """Return a copy of a dataclass that has one more field."""
    kind = type(value)
    extended = make_dataclass(kind.__name__, [("new_field", str, field(default=""))], bases=(kind,), frozen=True)
    return extended(**{each.name: getattr(value, each.name) for each in fields(value)}, new_field=content)


def replaced(whole: Any, part: Any, new: Any) -> Any:
    """Return a subject with one part of it replaced."""
    if whole is part:
        return new
    if isinstance(whole, tuple):
        return tuple(replaced(each, part, new) for each in whole)
    if is_dataclass(whole) and not isinstance(whole, type):
        return replace(whole, **{each.name: replaced(getattr(whole, each.name), part, new) for each in fields(whole)})
    return whole


@pytest.mark.parametrize(
    ("subject", "part"),
    [
        (PROBLEM, PROBLEM),
        (PROBLEM, VARIANT),
        (PROBLEM, OPTION),
        (PROBLEM, FIX),
        (PAGE, PAGE),
        (PAGE, PROSE),
        (PAGE, CELL),
        (PAGE, DRAWING),
        (PAGE, PAGE.blocks[3]),
        (DECK, DECK),
        (DECK, CARD),
    ],
)
def test_a_new_field_makes_evidence_stale(subject: Subject, part: Any) -> None:
    """Until it is listed as exempt: a field that is forgotten costs a run, not a wrong proof."""
    first, second = (replaced(subject, part, with_field(part, content)) for content in ("a", "b"))

    assert relevant_fields(first) != relevant_fields(second)
    assert evidence_hash(subject, TOPIC) != evidence_hash(first, TOPIC) != evidence_hash(second, TOPIC)


@pytest.mark.parametrize("kind", EXEMPT)
def test_only_existing_fields_are_exempt(kind: type) -> None:
    """A field that was renamed must not stay exempt by its old name."""
    assert EXEMPT[kind] <= {each.name for each in fields(kind)}


@pytest.mark.parametrize(
    ("new", "is_stale"),
    [
        (Prose("Words {{ gives('x') }} and more.", 3), False),
        (Prose("Words alone.", 3), True),
        (Prose('It is {{ gives("y") }}.', 3), True),
        (Prose('It is {{ gives("x") }}.', 3, verbatim=True), True),
    ],
)
def test_of_prose_only_its_queries_count(new: Prose, is_stale: bool) -> None:
    """Its words can be edited freely."""
    assert (evidence_hash(replaced(PAGE, PROSE, new), TOPIC) != evidence_hash(PAGE, TOPIC)) is is_stale


def test_the_line_of_a_query_does_not_count() -> None:
    """Nor does the order of a page's cells and figures among each other."""
    moved = replace(PAGE, blocks=(DRAWING, Prose('\n\nIt is {{ gives("x") }}.', 9), replace(CELL, line=8)))

    assert evidence_hash(moved, TOPIC) == evidence_hash(PAGE, TOPIC)
    assert relevant_fields(PageQuery("gives", ("x",), {}, 1)) == relevant_fields(PageQuery("gives", ("x",), {}, 2))


def hash_of(root: Path, text: str, experiments: str = EXPERIMENTS) -> str:
    """Return the hash of a problem with this text."""
    write_course(root, {"one": text}, experiments)
    catalogue = load(root)
    return evidence_hash(catalogue.entries[path("one")].problem, catalogue.course.topics[0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Count.", "Count again."),
        ("Because.", "For this reason."),
        ("The feedback of the key.", "Other feedback."),
        ("What is it?", "What is the total?"),
        ("# A question", "# Another question"),
        ('level = "beginner"', 'level = "expert"'),
        ('level = "beginner"', 'level = "beginner"\nseconds = 33\nattempts = 1\nlabel = "Sum"'),
    ],
)
def test_text_that_is_not_run_does_not_make_evidence_stale(tmp_path: Path, old: str, new: str) -> None:
    """The words around a claim can be edited freely."""
    assert old in SUM

    assert hash_of(tmp_path, SUM) == hash_of(tmp_path, SUM.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("range(4)", "range(5)"),
        ("`6`", "`7`"),
        ("- [x] `6`", "- [ ] `6`\n- [x] `8`"),
        ('value = "total"', 'value = "total + 0"'),
        ('value = "total"', 'value = "total"\ntolerance = 0.1'),
        ('level = "beginner"', 'level = "beginner"\nrequires = ["python>=3"]'),
        ("[proof]", "[params]\nn = [1]\n[proof]"),
        ("```python run", "```python setup\nimport math\n```\n\n```python run"),
    ],
)
def test_a_change_of_what_is_run_or_compared_makes_evidence_stale(tmp_path: Path, old: str, new: str) -> None:
    """It changes what is claimed."""
    assert old in SUM

    assert hash_of(tmp_path, SUM) != hash_of(tmp_path, SUM.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "stale"),
    [
        ("BASE = 0.5", "BASE = 0.6", True),
        ("chance.random() / 10", "chance.random() / 20", True),
        ("import random", "import random\n\n\nrandom.seed(1)", True),
        ('"""Grows with its step."""', '"""Grows."""  # and how', False),
        ('"""What the tests measure."""', '"""Something else."""', False),
        ('"height": 0.25', '"height": 0.35', False),
        ("def flat", "def other(*, seed=0):\n    return {}\n\n\ndef flat", False),
    ],
)
def test_of_the_experiments_only_the_code_that_is_used_counts(tmp_path: Path, old: str, new: str, stale: bool) -> None:
    """A function, and the constants, functions and imports it uses; no comment, docstring or other function."""
    assert old in EXPERIMENTS

    changed = hash_of(tmp_path, BEST, EXPERIMENTS.replace(old, new, 1))

    assert (changed != hash_of(tmp_path, BEST)) is stale
