"""A problem before it is closed: nothing here gives an answer away."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from practicum import kinds
from practicum.course.render import inline, to_html
from practicum.model import Image, Problem, Verdict
from practicum.prove.catalogue import Entry


@dataclass(frozen=True)
class OptionView:
    """An option on the page. `place` counts from 1 in the order of this page, not in the author's."""

    place: int
    mark: str
    """What it is called on the page, and the key that picks it: its place, or a letter (`Kind.option_mark`)."""
    text: Markup
    picked: bool
    tried: bool


@dataclass(frozen=True)
class FormView:
    """A kind's form, as its template needs it."""

    template: str
    many: bool
    """Whether several options may be picked."""
    options: tuple[OptionView, ...]
    context: Mapping[str, Any]
    """What else the kind's template needs (`Kind.form_context`)."""
    shortcut_help: str
    """The keys that the form reacts to (`Kind.shortcut_help`)."""
    is_composed: bool
    """Whether the answer is typed or assembled, and not picked."""


@dataclass(frozen=True)
class Heading:
    """The lines above a problem."""

    title: str
    label: str
    level: str
    mark: str
    """`Cited, not run`, or that it is not proved; empty for a proved one."""


MARKS = {
    Verdict.PROVED: "",
    Verdict.CITED: "Cited, not run",
    Verdict.UNPROVED: "Draft: not proved yet",
    Verdict.REFUTED: "Draft: refuted",
    Verdict.UNSTABLE: "Draft: unstable",
    Verdict.ERROR: "Draft: could not be run",
}


def heading(entry: Entry, number: int) -> Heading:
    """Return the heading of one variant."""
    problem = entry.problem
    return Heading(
        problem.variants[number].title,
        problem.label or kinds.get(problem.kind).label,
        str(problem.level).capitalize(),
        MARKS[entry.verdict],
    )


def form_view(
    problem: Problem,
    number: int,
    order: Sequence[int],
    answers: Sequence[tuple[str, ...]] = (),
    fields: Sequence[str] = (),
) -> FormView:
    """Return the form of one variant.

    Args:
        problem: The problem.
        number: The index of the variant.
        order: The order of its options or lines on the page.
        answers: Earlier answers that were not right.
        fields: The learner's input so far; without any, it is the last answer. Fields that no form sends are ignored.
    """
    try:
        return _form_view(problem, number, order, answers, fields)
    except ValueError:
        return _form_view(problem, number, order, answers, ())


def _form_view(
    problem: Problem,
    number: int,
    order: Sequence[int],
    answers: Sequence[tuple[str, ...]],
    fields: Sequence[str],
) -> FormView:
    kind, variant = kinds.get(problem.kind), problem.variants[number]
    assert kind.form_template is not None
    many = sum(option.key for option in variant.options) > 1
    if not fields and answers and (kind.is_composed or many):
        fields = kind.answer_fields(variant, order, answers[-1])
    tried = set() if many else {part for answer in answers for part in answer}
    options = tuple(
        OptionView(
            place,
            kind.option_mark(variant, place),
            html(variant.options[index].text, True, variant.images),
            str(place) in fields,
            str(index) in tried,
        )
        for place, index in enumerate(order, 1)
        if variant.options
    )
    return FormView(
        kind.form_template,
        many,
        options,
        kind.form_context(problem, variant, order, fields),
        kind.shortcut_help(variant),
        kind.is_composed,
    )


def form_digest(problem: Problem, number: int, order: Sequence[int]) -> str:
    """Return a digest of an empty form: a form is accepted as long as this stays the same. It reveals no key."""
    variant = problem.variants[number]
    options = [variant.options[index].text for index in order if variant.options]
    asked: tuple[object, ...] = (
        variant.statement,
        options,
        kinds.get(problem.kind).form_context(problem, variant, order, ()),
    )
    if variant.images:
        asked = (*asked, [image.address for image in variant.images])
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


@lru_cache(maxsize=4096)
def html(markdown: str, short: bool = False, images: tuple[Image, ...] = ()) -> Markup:
    """Return Markdown as safe HTML, rendered once.

    Args:
        markdown: The text.
        short: Whether it is one line, with no paragraph around it.
        images: The images that it may show.
    """
    return inline(markdown, images) if short else to_html(markdown, images)
