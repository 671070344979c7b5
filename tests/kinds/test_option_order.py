"""The order in which the options of a choice are shown."""

from __future__ import annotations

import random

import pytest

from practicum import kinds
from practicum.kinds.choice.option_references import refers_to_others
from practicum.model import Variant
from tests.course.making import line_of, read_problem, sound
from tests.kinds.settling import problem

CHOICE = kinds.get("choice")
SEEDS = range(200)


def choice(*options: str, front: str = 'level = "beginner"') -> str:
    """A problem whose first option is right."""
    boxes = [f"- [{' ' if number else 'x'}] {text}" for number, text in enumerate(options)]
    return problem("\n".join(boxes), front=front)


def variant(*options: str, front: str = 'level = "beginner"') -> Variant:
    return sound(choice(*options, front=front)).variants[0]


def orders(of: Variant) -> set[tuple[int, ...]]:
    """The orders that 200 seeds draw."""
    return {CHOICE.shuffled_order(of, random.Random(seed)) for seed in SEEDS}


def test_options_are_shown_in_every_order() -> None:
    assert len(orders(variant("one", "two", "three"))) == 6


def test_without_shuffle_they_keep_the_author_s_order() -> None:
    """Also an option that refers to those above it."""
    front = 'level = "beginner"\nshuffle = false'

    assert orders(variant("one", "None of the above", "three", front=front)) == {(0, 1, 2)}


@pytest.mark.parametrize("last", ["None of the above.", "All of these", "Both A and B", "*Neither* of them"])
def test_an_option_that_refers_to_the_others_stays_last(last: str) -> None:
    """The others are shuffled."""
    assert orders(variant("one", "two", last)) == {(0, 1, 2), (1, 0, 2)}


def test_several_such_options_stay_at_the_end() -> None:
    """In their order."""
    assert orders(variant("one", "two", "All of the above", "None of the above")) == {(0, 1, 2, 3), (1, 0, 2, 3)}


def test_such_an_option_elsewhere_is_a_mistake() -> None:
    """At its line; the order in which it is shown would be random."""
    text = choice("one", "None of the above", "three")

    assert [(mistake.line, mistake.code) for mistake in read_problem(text)[1]] == [
        (line_of("- [ ] None", text), "misplaced-reference")
    ]


def test_only_a_choice_has_the_key() -> None:
    """Other kinds have no options; the lines of an `order` are always shuffled."""
    text = '+++\nkind = "predict"\nlevel = "beginner"\nshuffle = false\n[proof]\nvalue = "x"\n+++\n'
    text += "# T\n```python run\nx = 1\n```\n"

    assert [(mistake.line, mistake.code) for mistake in read_problem(text)[1]] == [(4, "unused-shuffle")]


@pytest.mark.parametrize(
    "text",
    [
        "None of the above",
        "**None of the above.**",
        "none of these is right",
        "All of the above!",
        "All the above",
        "Both of them",
        "Neither of the others",
        "None of the other options",
        "All answers are correct",
        "Some of the above, but not all",
        "More than one of the above",
        "The loss falls, and so does any of the above",
        "Both A and B",
        "Neither A nor B",
        "Only options 1 and 3",
        "Answers A, B and C",
        "The answers above are wrong",
    ],
)
def test_texts_that_refer_to_other_options(text: str) -> None:
    assert refers_to_others(text)


@pytest.mark.parametrize(
    "text",
    [
        "`None of the above`",
        "```python\nnone of the above\n```",
        "The accuracy is above 0.9",
        "All of these layers are trained",
        "The output of the above code",
        "Both layers",
        "A and B are trained",
        "Neither 0 nor 1",
        "`None`",
        "All weights are frozen",
        "One of them is frozen, the other is not trained again",
        "All of them are frozen",
    ],
)
def test_texts_that_do_not(text: str) -> None:
    """Words such as *above* and *these* have other uses."""
    assert not refers_to_others(text)
