"""The plain scripts beside which the audit is measured: each does what it is said to do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from benchmarks.audit import doctests, naive, notebooks
from benchmarks.audit.plain_items import plain_item

from practicum.exchange.bank import Bank, BankOption, Choice, Item, ShortAnswer
from tests.planted.scoring import Audit

RIGHT, WRONG, RAISING, PROSE = "right", "wrong", "raising", "prose"


def item(identifier: str, text: str, key: str, *others: str, code: str = "") -> Item:
    options = (BankOption(key, Decimal(100)), *map(BankOption, others))
    return Item(identifier, text, Choice(options), code=code)


ITEMS = (
    item(RIGHT, "What is the output?\n\n```python\nfor n in range(2):\n    print(n)\n```", "```\n0\n1\n```", "`2`"),
    item(WRONG, "What is the value of `2 + 2`?", "`5`", "`4`"),
    item(RAISING, "What does this print?", "`TypeError`", "`2`", code="print(len(2))"),
    item(PROSE, "Which is a loop?", "`for`", "`def`"),
)
BANK = Bank("A bank", ITEMS)


@pytest.mark.parametrize(
    "text",
    [
        "What does this print?\n\n```python\nx = 1 < 2\nprint(x)\n```",
        "What does this print?\n\n~~~\nx = 1 < 2\nprint(x)\n~~~",
        "What does this print?\n\n    x = 1 < 2\n    print(x)",
        "What does this print?\n\n<pre>x = 1 &lt; 2\nprint(x)</pre>",
        "What does this print?\n\n```\n>>> x = 1 < 2\n>>> print(x)\n```",
    ],
)
def test_a_snippet_is_found_in_every_layout(text: str) -> None:
    plain = plain_item(item("one", text, "`True`", "`False`"))

    assert plain is not None
    assert plain.code == "x = 1 < 2\nprint(x)"
    assert (plain.options, plain.keys, plain.expression) == (("True", "False"), {"True"}, "")


def test_what_asks_for_no_result_is_left_out() -> None:
    assert plain_item(ITEMS[3]) is None
    assert plain_item(Item("one", "What does `f()` return?", ShortAnswer(()))) is None


def test_the_script_compares_strings() -> None:
    """It tells one fault from another, and repeats that it found a question before."""
    twice = item("twice", ITEMS[1].text, "`4`", "`5`")
    broken = item("broken", "What is printed?", "`1`", code="print(1")
    same = item("same", "What is printed?", "`1`", "`2`", "`2`", code="print(1)")
    none = item("none", "What is printed?", "`'1'`", "`2`", code="print('1')")
    found = naive.audit(Bank("A bank", (*ITEMS, twice, broken, same, none)))

    assert found == {
        RIGHT: frozenset(),
        WRONG: {"wrong-key"},
        RAISING: frozenset(),
        "twice": {"contradiction"},
        "broken": {"broken-code"},
        "same": {"equal-options"},
        "none": {"no-right-option"},
    }


def test_an_endless_snippet_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naive, "LIMIT", 0.05)
    endless = item("endless", "What is printed?", "`1`", code="while True:\n    pass")

    assert naive.audit(Bank("A bank", (endless,))) == {"endless": {"broken-code"}}


@pytest.mark.slow
@pytest.mark.parametrize("tool", [doctests.audit, notebooks.audit], ids=["doctest", "nbmake"])
def test_tests_fail_for_wrong_keys_alone(tool: Audit) -> None:
    found = tool(BANK)

    assert {name for name, faults in found.items() if faults} == {WRONG}
    assert set(found) == {RIGHT, WRONG, RAISING}
