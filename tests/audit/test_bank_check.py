"""Items of a bank are compared by what they ask, not by how it is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from practicum.audit.bank_check import check_bank
from practicum.exchange.bank import Item
from practicum.runner import Pool
from tests.audit.making import audited, choice, printing, short


def verdicts(pool: Pool, *items: Item) -> list[set[str]]:
    findings = [audited(replace(item, identifier=f"q{at}"), pool) for at, item in enumerate(items, 1)]
    return [{str(found.fault) for found in finding.faults} for finding in check_bank(findings)]


PROSE = "Which gate opens first?"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (choice(PROSE, "The north", "The south"), choice(f" {PROSE.upper()}", "The south", "The north", key=1)),
        (
            choice("What is the output of `print([1, 2])`?", "`[1, 2]`", "`[2]`"),
            printing("print( [1,2] )", "[2]", "[1,2]", key=1),
        ),
    ],
)
def test_the_same_question_is_a_duplicate(left: Item, right: Item, pool: Pool) -> None:
    assert verdicts(pool, left, right) == [{"duplicate"}, {"duplicate"}]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (
            choice(PROSE, "The north", "The south"),
            choice(PROSE, "The north", "The south", key=1),
            [{"contradiction"}, {"contradiction"}],
        ),
        (
            printing("print(1 + 1)", "2", "3", "4"),
            choice("What is printed?\n\n```\nprint(1+1)\n```", "3", "2", "5"),
            [{"contradiction"}, {"contradiction", "wrong-key"}],
        ),
        (
            short("What does `len('abc')` return?", "3"),
            short("What is the value of `len('abc')`?", "4"),
            [{"contradiction"}, {"contradiction", "wrong-key"}],
        ),
    ],
)
def test_another_key_for_the_same_question_is_a_contradiction(
    left: Item, right: Item, expected: list[set[str]], pool: Pool
) -> None:
    assert verdicts(pool, left, right) == expected


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (choice("Which of these is a city?", "Rome", "Red"), choice("Which of these is a city?", "Paris", "Blue")),
        (choice("Choose:", "Rome", "Red"), choice("Choose:", "Red", "Rome")),
        (printing("print(1)", "1", "2"), printing("print(2)", "2", "1")),
        (printing("print('a')", "a", "A"), printing("print('A')", "A", "a")),
        (choice("What is shown?\n\n![](a.png)", "A", "B"), choice("What is shown?\n\n![](a.png)", "B", "A")),
        (
            choice("Which of these evaluates to True?", "`not []`", "`1 > 2`"),
            choice("Which of these evaluates to True?", "`3 > 2`", "`not 1`"),
        ),
        (
            choice("Which code prints `3`?", "`print(3)`", "`print(4)`"),
            choice("Which code does not print `3`?", "`print(4)`", "`print(3)`"),
        ),
    ],
)
def test_other_questions_are_not_compared(left: Item, right: Item, pool: Pool) -> None:
    assert verdicts(pool, left, right) == [set(), set()]


def test_options_that_are_run_settle_their_key_alone(pool: Pool) -> None:
    left = choice("Which of these evaluates to True?", "`not []`", "`not 1`", key=1)
    right = choice("Which of these evaluates to True?", "`not []`", "`not 1`", "`not 2`")

    assert verdicts(pool, left, right) == [{"wrong-key"}, set()]
