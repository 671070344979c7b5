"""What a learner sees of a problem before its answer is closed: here is nothing that gives an answer away."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from starlette.datastructures import FormData

from practicum import kinds
from practicum.course.render import inline, to_html
from practicum.model import Problem, Verdict
from practicum.prove.catalogue import Entry


@dataclass(frozen=True)
class FormOption:
    """An option as it stands on the page. `place` counts from 1 in the order of this page, not in the author's."""

    place: int
    text: Markup
    picked: bool
    tried: bool


@dataclass(frozen=True)
class Form:
    """What a kind's template asks with."""

    template: str
    many: bool
    """Whether several options may be picked."""
    options: tuple[FormOption, ...]
    context: Mapping[str, Any]
    """What else the kind's template needs (`Kind.form_context`)."""
    is_composed: bool
    """Whether the answer is typed or put together, and not picked."""


@dataclass(frozen=True)
class Heading:
    """What stands above a problem."""

    title: str
    label: str
    level: str
    mark: str
    """`Cited`, or that it is not proved; nothing for one that is proved."""


MARKS = {
    Verdict.PROVED: "",
    Verdict.CITED: "Cited, not run",
    Verdict.UNPROVED: "Draft: not proved yet",
    Verdict.REFUTED: "Draft: refuted",
    Verdict.UNSTABLE: "Draft: unstable",
    Verdict.ERROR: "Draft: could not be run",
}


def heading(entry: Entry, variant: int) -> Heading:
    problem = entry.problem
    return Heading(
        problem.variants[variant].title,
        problem.label or kinds.get(problem.kind).label,
        str(problem.level).capitalize(),
        MARKS[entry.verdict],
    )


def form(
    problem: Problem,
    variant: int,
    order: Sequence[int],
    answers: Sequence[tuple[str, ...]] = (),
    fields: Sequence[str] = (),
) -> Form:
    """The form for one variant, its options or lines in this order.

    `answers`: those that were tried in vain; `fields`: what the learner has put in, else what they answered last.
    Fields that no form of ours sends are as good as none.
    """
    try:
        return _form(problem, variant, order, answers, fields)
    except ValueError:
        return _form(problem, variant, order, answers, ())


def _form(
    problem: Problem,
    variant: int,
    order: Sequence[int],
    answers: Sequence[tuple[str, ...]],
    fields: Sequence[str],
) -> Form:
    kind, one = kinds.get(problem.kind), problem.variants[variant]
    assert kind.form_template is not None
    many = sum(option.key for option in one.options) > 1
    if not fields and answers and (kind.is_composed or many):
        fields = kind.answer_fields(one, order, answers[-1])
    tried = set() if many else {part for answer in answers for part in answer}
    options = tuple(
        FormOption(place, html(one.options[index].text, short=True), str(place) in fields, str(index) in tried)
        for place, index in enumerate(order, 1)
        if one.options
    )
    return Form(kind.form_template, many, options, kind.form_context(problem, one, order, fields), kind.is_composed)


def shown(problem: Problem, variant: int, order: Sequence[int]) -> str:
    """What a form asks before anything is put into it, in short: it says no more than the form itself does."""
    one = problem.variants[variant]
    options = [one.options[index].text for index in order if one.options]
    asked = (one.statement, options, kinds.get(problem.kind).form_context(problem, one, order, ()))
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


def given(request: FormData) -> list[str]:
    """What a form says under the name `answer`."""
    return [field for field in request.getlist("answer") if isinstance(field, str)]


@lru_cache(maxsize=4096)
def html(markdown: str, short: bool = False) -> Markup:
    """Markdown as safe HTML, rendered once; `short` for one line without a paragraph around it."""
    return inline(markdown) if short else to_html(markdown)
