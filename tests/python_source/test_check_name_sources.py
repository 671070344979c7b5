"""Which names a check takes from the run that it checks, worked out from the texts."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.python_source.check_name_sources import find_borrowing


@pytest.mark.parametrize(
    "code",
    [
        "w = 1",
        "w: int = 1",
        "w += 1",
        "del w",
        "for w in (): pass",
        "with open('x') as w: pass",
        "(w := 1)",
        "a, (w, *b) = 1, (2, 3)",
        "def w(): pass",
        "class w: pass",
        "def f():\n    global w\n    w = 1",
        "def f():\n    global w\n    def w(): pass",
        "class A:\n    global w\n    w = 1",
        "match {}:\n    case {**w}: pass",
        "match []:\n    case [*w]: pass",
        "any((w := n) for n in ())",
        "try: pass\nexcept OSError as w: pass",
        "match 1:\n    case w: pass",
        "import os.path as w",
        "from os import path as w",
        "if True:\n    while True:\n        w = 1",
    ],
)
def test_every_way_to_bind_a_name(code: str) -> None:
    """A name that the code binds in any way is taken from the run."""
    assert "w" in find_borrowing("", code).bound


@pytest.mark.parametrize(
    "code", ["def f():\n    w = 1", "class A:\n    w = 1", "x.w = 1", "f(w=1)", "lambda w: w", "print(w)"]
)
def test_names_of_inner_scopes_are_not_bound(code: str) -> None:
    """Names local to a function or class, and attributes."""
    assert "w" not in find_borrowing("", code).bound


def test_touched_names_are_read_by_the_code_or_its_calls() -> None:
    """A function of the setup that the code reads touches the names in it, and so on."""
    setup = "log, other = [], []\ndef write(x): log.append(x)\ndef record(x): write(x)"

    found = find_borrowing(setup, "record(1)")

    assert found.touched == {"record", "write", "log"}


def test_near_names_share_a_statement_with_touched_ones() -> None:
    """An object that the setup makes of another may change with it; an import connects nothing."""
    setup = "import keras\nbase = keras.Model()\nwhole = keras.Model(base)\napart = keras.Model()"

    found = find_borrowing(setup, "base.trainable = False")

    assert found.near == {"base", "whole"}
    assert found.imported == {"keras"}


def test_what_the_code_imports_is_taken_from_its_run() -> None:
    """The check imports nothing that a learner names."""
    found = find_borrowing(
        "import keras", "import numpy as np, os.path\nfrom math import sqrt as root\nfrom . import x"
    )

    assert found.bound == {"np", "os", "root", "x"}
    assert found.imported == {"keras"}


@given(st.text(), st.text())
def test_any_text_can_be_read(setup: str, code: str) -> None:
    """A text that is not Python binds nothing."""
    find_borrowing(setup, code)


@pytest.mark.slow
def test_reads_hostile_code_in_little_memory() -> None:
    """A statement that binds and reads thousands of names: they are stored once, not once for each other."""
    names = [f"a{number}" for number in range(8_000)]
    code = f"{' = '.join(names)} = f({', '.join(names)})"

    tracemalloc.start()
    found = find_borrowing(code, code)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(found.touched) == len(names)
    assert peak < 64 << 20
