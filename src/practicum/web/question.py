"""What a learner sees of a problem before its answer is closed: here is nothing that gives an answer away."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from practicum import kinds
from practicum.course.render import inline, to_html
from practicum.model import Problem, Variant, Verdict
from practicum.practice import Item, ItemState
from practicum.prove.catalogue import Entry


@dataclass(frozen=True)
class Choice:
    """An option as it stands on the page. `place` counts from 1 in the order of this page, not in the author's."""

    place: int
    text: Markup
    picked: bool
    tried: bool


@dataclass(frozen=True)
class Form:
    """What a kind's template asks with."""

    many: bool
    options: tuple[Choice, ...]


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


def form(problem: Problem, item: Item, state: ItemState, picked: frozenset[int] = frozenset()) -> Form:
    """The form for one item: its options in this sitting's order, and which were tried already."""
    variant = problem.variants[item.variant]
    many = sum(option.key for option in variant.options) > 1
    tried = set() if many else {part for given in state.answers for part in given.answer}
    return Form(
        many,
        tuple(
            Choice(place, html(variant.options[index].text, short=True), place in picked, str(index) in tried)
            for place, index in enumerate(item.order, 1)
        ),
    )


def given(variant: Variant, item: Item, places: list[str]) -> tuple[str, ...]:
    """What a form's answer means to the problem's kind: for options, their indices in the author's order, sorted.

    Raises ValueError for a place that is not on the page.
    """
    if not variant.options:
        return tuple(places)
    if not all(place.isascii() and place.isdigit() and 1 <= int(place) <= len(item.order) for place in places):
        raise ValueError("no such option")
    return tuple(str(index) for index in sorted({item.order[int(place) - 1] for place in places}))


@lru_cache(maxsize=4096)
def html(markdown: str, short: bool = False) -> Markup:
    """Markdown as safe HTML, rendered once; `short` for one line without a paragraph around it."""
    return inline(markdown) if short else to_html(markdown)
