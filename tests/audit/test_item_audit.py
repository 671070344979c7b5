"""Items are settled by real runs: what these decide is proved or refuted, and the rest is not provable."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from practicum.audit.findings import ItemFinding
from practicum.exchange.bank import (
    AcceptedNumber,
    BankOption,
    Choice,
    CodeAnswer,
    CodeTest,
    Essay,
    Item,
    NumberAnswer,
)
from practicum.runner import Pool
from tests.audit.making import audited, choice, printing, short

LOOP = "for i in range(3):\n    print(i)"
DOUBLE = "def double(x):\n    return 2 * x"


def settled(item: Item, pool: Pool, context: str = "Python") -> tuple[str, tuple[int, ...]]:
    finding = audited(item, pool, context)
    return finding.verdict, finding.proposed


@pytest.mark.parametrize(
    "item",
    [
        printing(LOOP, "0 1 2", "1 2 3", "0 1 2 3"),
        printing(LOOP, "```\n0\n1\n2\n```", "```\n1\n2\n3\n```"),
        printing("print('a' + 1)", "TypeError", "a1", "1a"),
        printing("print('a' + 1)", "An error is raised", "`a1`", "`1a`"),
        printing("print(set('ab'))", "`{'b', 'a'}`", "`['a', 'b']`"),
        printing("print(7 / 2)", "3.5", "3", "4"),
        printing("x = 5", "Nothing is printed", "5"),
        printing("print(3)", "None of the above", "4", "5"),
        printing("print(type(1))", "int", "str"),
        printing("[1] + [2]", "[1, 2]", "[3]"),
        printing("import numpy as np\nprint(np.arange(3))", "`[0 1 2]`", "`[1 2 3]`"),
        printing("print(np.arange(3))", "`[0, 1, 2]`", "`[1, 2, 3]`"),
        printing("x = object()\nprint(x is x)", "True", "False"),
        choice("What does `len('abc')` return?", "3", "2"),
        choice(f"```python\n{DOUBLE}\n```\nWhat does `double(4)` return?", "8", "6", "An error"),
        choice("What is the type of `3 / 1`?", "float", "int"),
        choice("What is the shape of `np.zeros((2, 3)).T`?", "(3, 2)", "(2, 3)"),
        choice("Which exception does `int('a')` raise?", "ValueError", "TypeError", "NameError"),
        choice("Which of these raises a TypeError?", "`1 + 'a'`", "`'a' * 2`", "`[1] + [2]`"),
        choice("Which of these does not raise a `TypeError`?", "`'a' * 2`", "`1 + 'a'`"),
        choice("Which code prints `3`?", "`print(1 + 2)`", "`print('1+2')`", "`print(x)`"),
        choice("Which of these evaluates to True?", "`not []`", "`bool([])`", "`1 > 2`"),
        choice("Which of these evaluates to True?", "`not []`", "`1 < 2`", "`1 > 2`", key=(0, 1), several=True),
        choice("`len('abc')` returns 3.", "True", "False"),
        choice("What does it show?\n\n```\n>>> x = 8\n>>> x + 1\n>>> x\n```", "`8`", "`9`"),
        choice("What does `2 / 4` evaluate to?", "```\n0.5\n>>>\n```", "```\n2\n>>>\n```"),
        choice("Which statement is true?\n\n```python\nx = 'abc'\n```", "`x[0]` is `'a'`", "`x[1]` equals `'c'`"),
        choice("What is printed?\n\n<pre>x = 1 &lt; 2\nprint(x)</pre>", "True", "False"),
        printing("print(1)", "A) 1", "B) 2"),
        printing("print('island')", "island", "land"),
        choice(
            "Select all true statements about this code.\n\n```python\nx = 'abc'\n```", "`x[0]` is `'a'`", "`x` is `1`"
        ),
        printing(" for i in range(3):\n\t print(i)", "0 1 2", "1 2 3"),
        printing("print(1)", "It prints 1", "It prints 2"),
        choice("`len('abc')` returns 4.", "True", "False", key=1),
        choice(">>> x = [1]\n>>> x.append(2)\n>>> x\n\nWhat is the output?", "[1, 2]", "[1]"),
        short("What does `len('abc')` return?", "three", "3"),
        Item("q", "What does `sum([1, 2])` return?", NumberAnswer((AcceptedNumber.around(Decimal(3)),))),
        Item("q", "Write `double`.", CodeAnswer("", DOUBLE, (CodeTest("print(double(4))", prints="8"),))),
        Item("q", "Use `two`.", CodeAnswer("", "x = two + 1", (CodeTest("assert x == 3"),)), code="two = 2"),
    ],
)
def test_right_keys_are_proved(item: Item, pool: Pool) -> None:
    assert settled(item, pool) == ("proved", ())


@pytest.mark.parametrize(
    ("item", "verdict", "proposed"),
    [
        (printing(LOOP, "1 2 3", "0 1 2", "0 1 2 3"), "wrong-key", (1,)),
        (printing("print('a' + 1)", "a1", "TypeError", "1a"), "wrong-key", (1,)),
        (printing("print(2 ** 3)", "6", "8", "9", "None of the above"), "wrong-key", (1,)),
        (printing("print(2 ** 3)", "6", "9", "None of the above"), "wrong-key", (2,)),
        (printing("print(2 ** 3)", "None of these", "8", "9"), "wrong-key", (1,)),
        (printing("print(6.0)", "6", "6.0", "5"), "wrong-key", (1,)),
        (printing("print(2 ** 3)", "6", "9"), "no-right-option", ()),
        (printing("print('a' + 1)", "a1", "1a"), "broken-code", ()),
        (printing("print('a'", "a", "b"), "broken-code", ()),
        (printing("pritn('a')", "a", "b"), "broken-code", ()),
        (printing("print('a' + 1)", "An error", "TypeError", "1"), "several-right", ()),
        (printing("import sys\nprint(sys.platform)", "linux", "win32"), "unstable", ()),
        (printing("print('ab')", "A) ba", "B) ab", "C) b"), "wrong-key", (1,)),
        (printing("print(2 ** 3)", "8", "8", "9"), "equal-options", ()),
        (printing("print([1, 2])", "`[1, 2]`", "`[1,2]`", "`[1]`"), "equal-options", ()),
        (choice("What is `{1, 2} | {3}`?", "`{1, 2, 3}`", "`{3, 2, 1}`", "`{1}`"), "equal-options", ()),
        (printing("print(7 / 2)", "3", "3.5"), "version-bound", ()),
        (printing("print(range(2))", "`[0, 1]`", "`range(0, 2)`"), "version-bound", ()),
        (printing("print(3 / 1)", "2", "`[1,2]`", "`[1, 2]`", "3.0"), "wrong-key", (3,)),
        (printing("print(3.0)", "3.0", "`[1,2]`", "`[1, 2]`"), "equal-options", ()),
        (printing("print 'a'", "a", "b"), "version-bound", ()),
        (printing("import random\nprint(random.randint(0, 99))", "50", "7"), "unstable", ()),
        (choice("Which code prints `3`?", "`print(1 + 2)`", "`print('1+2')`", "`print(3)`"), "several-right", ()),
        (choice("Which code prints `3`?", "`print(4)`", "`print(3)`"), "wrong-key", (1,)),
        (choice("Which code prints `3`?", "`print(4)`", "`print(5)`"), "no-right-option", ()),
        (choice("Which is equal to `3`?", "`1 + 2`", "`4`", "`3 * 1`", several=True), "several-right", (0, 2)),
        (choice("What is the type of `'a' * 2`?", "int", "str"), "wrong-key", (1,)),
        (choice("`len('abc')` returns 3.", "True", "False", key=1), "wrong-key", (0,)),
        (short("What does `len('abc')` return?", "4"), "wrong-key", ()),
        (Item("q", "What is `1 + 2`?", NumberAnswer((AcceptedNumber.around(Decimal(4)),))), "wrong-key", ()),
        (Item("q", "Write it.", CodeAnswer("", DOUBLE, (CodeTest("print(double(4))", prints="9"),))), "wrong-key", ()),
    ],
)
def test_faults_are_found(item: Item, verdict: str, proposed: tuple[int, ...], pool: Pool) -> None:
    assert settled(item, pool) == (verdict, proposed)


@pytest.mark.parametrize(
    "item",
    [
        printing("print(1)", "A number", "1"),
        printing("print(1)", "All of the above", "1"),
        printing("print([1, 2])", "1, 2", "3"),
        printing("print('Hello World')", "hello world", "world"),
        printing("print(undefined)", "1", "2"),
        printing("print(undefined)", "1", "Error"),
        printing("print(open('data.txt').read())", "1", "2"),
        printing("print(input())", "1", "2"),
        printing("print(x)\n...more", "1", "2"),
        printing("import random\nprint(random.random())", "A random number", "1"),
        printing("print('The sum is', 8)", "8", "9"),
        printing(" for i in range(3):\n\t print(i)", "1 2 3", "0 1 2"),
        printing("print('a' + 1)", "SyntaxError", "a1"),
        choice("What is the output?\n\nfor x in [1, 2]:\nprint(x)", "1 2", "Error"),
        printing("print({'a', 'b', 'c'})", "`{a, b, c}`", "`{a, b}`"),
        printing("print({'a': 1}['b'])", "`LookupError`", "`KeyError`", "1"),
        printing("[1] + [2]", "Nothing", "[1, 2]"),
        printing("x = [1]\nx", "Nothing is printed", "[1]"),
        choice("What is the output?\n\n```java\nprint(1);\n```", "1", "2"),
        choice("What does this C code print?\n\n```\nprint(7 / 2)\n```", "3", "3.5"),
        choice("What is the output?\n\n```python\nprint(1)\n```\n\n```python\nprint(2)\n```", "1", "2"),
        choice("What is the output?\n\n![](code.png)", "1", "2"),
        choice("Which of these evaluates to True?", "`[1]`", "`[]`"),
        choice("What is a list?", "A sequence", "A number"),
        choice("`len` is a function.", "True", "False", key=1),
        printing("print(1)", "1", "2", key=(0, 1)),
        printing("print(1)", "2", "3", key=()),
        Item("q", "Explain lists.", Essay()),
        choice("What is `2^3`?", "8", "6"),
        printing("import sys\nprint(len(sys.argv))", "3", "1"),
        printing("def larger(a, b):\n    ...\nprint(larger(1, 2))", "2", "None"),
        choice("The file has 3 lines. What is printed?\n\n```python\nprint(1)\n```", "3", "1"),
    ],
)
def test_what_runs_cannot_decide_is_not_provable(item: Item, pool: Pool) -> None:
    """In particular, it is no fault."""
    finding = audited(item, pool, context="")

    assert finding.verdict == "not-provable"
    assert finding.reason


@pytest.mark.parametrize(
    "code",
    ["while True:\n    pass", "import no_such_package", "import socket\nsocket.create_connection(('127.0.0.1', 9))"],
)
def test_what_cannot_run_is_no_fault(code: str, pool: Pool) -> None:
    assert audited(printing(f"{code}\nprint(1)", "2", "1"), pool).verdict == "could-not-run"


@pytest.mark.parametrize("code", ["import no_such_package", "open('no_such_file.csv')"])
def test_a_solution_that_lacks_what_the_bank_does_not_contain_is_no_fault(code: str, pool: Pool) -> None:
    item = Item("q", "Write it.", CodeAnswer("", code, (CodeTest("assert True"),)))

    assert audited(item, pool).verdict == "could-not-run"


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("import random\nprint(random.random())", "chance"),
        ("import time\nprint(time.perf_counter())", "chance"),
        ("print(hash('a'))", "the hash seed"),
        ("print(list({'a', 'b', 'c', 'd', 'e'}))", "the hash seed"),
        ("import datetime\nprint(datetime.date.today().year)", "the date and time"),
        ("import os\nprint(os.cpu_count())", "the number of processors"),
        ("import os\nprint(os.environ.get('LANG'))", "the locale"),
        ("import time\nprint(time.tzname[0])", "the time zone"),
        ("import platform\nprint(platform.node())", "the name or system of the host"),
    ],
)
def test_what_varies_is_unstable_by_its_cause(code: str, cause: str, pool: Pool) -> None:
    """And never a wrong key, also where an option is what the first run gave."""
    finding = audited(printing(code, "`0.5`", "`1`"), pool)

    assert finding.verdict == "unstable"
    assert cause in finding.faults[0].message
    assert not finding.proposed


def test_a_date_that_one_option_has_is_unstable(pool: Pool) -> None:
    from datetime import UTC, datetime

    year = datetime.now(UTC).year
    item = printing("import datetime\nprint(datetime.date.today().year)", str(year - 1), str(year))

    assert settled(item, pool) == ("unstable", ())


def test_what_was_tolerated_is_named(pool: Pool) -> None:
    assert audited(printing(LOOP, "0 1 2", "1 2 3"), pool).tolerances == ("line breaks",)


def test_the_reading_and_what_was_run_are_reported(pool: Pool) -> None:
    finding = audited(choice(f"```python\n{DOUBLE}\n```\nWhat does `double(4)` return?", "8", "6"), pool)

    assert "double(4)" in finding.reading
    assert DOUBLE in finding.code
    assert finding.gave == "8"
    assert [option.right for option in finding.options] == [True, False]


def test_partial_credit_is_no_second_key(pool: Pool) -> None:
    item = printing("print(1)", "1", "2")
    options = (BankOption("1", Decimal(100)), BankOption("2", Decimal(50)))

    assert settled(replace(item, answer=Choice(options)), pool)[0] == "proved"


def test_options_of_prose_that_are_equal_are_found(pool: Pool) -> None:
    finding: ItemFinding = audited(choice("What is a list?", "A sequence", "A number", "A sequence"), pool)

    assert (finding.verdict, str(finding.settled)) == ("equal-options", "not-provable")
