"""What a check has of its own and what it must ask for, told from the texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.python_source.borrowing import find_borrowing


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
        "try: pass\nexcept OSError as w: pass",
        "match 1:\n    case w: pass",
        "import os.path as w",
        "from os import path as w",
        "if True:\n    while True:\n        w = 1",
    ],
)
def test_every_way_to_bind_a_name(code: str) -> None:
    """A name that the code binds in any way is asked for."""
    assert "w" in find_borrowing("", code).bound


@pytest.mark.parametrize(
    "code", ["def f():\n    w = 1", "class A:\n    w = 1", "x.w = 1", "f(w=1)", "lambda w: w", "print(w)"]
)
def test_names_of_inner_scopes_are_not_the_checks(code: str) -> None:
    """What is local to a function or class, or an attribute, is not bound."""
    assert "w" not in find_borrowing("", code).bound


def test_touched_is_what_the_code_mentions_or_its_calls_do() -> None:
    """A function of the setup that the code mentions touches what stands in it, and so on."""
    setup = "log, other = [], []\ndef write(x): log.append(x)\ndef record(x): write(x)"

    found = find_borrowing(setup, "record(1)")

    assert found.touched == {"record", "write", "log"}


def test_near_is_what_was_made_of_what_is_touched() -> None:
    """An object that the setup makes of another may change with it; an import connects nothing."""
    setup = "import keras\nbase = keras.Model()\nwhole = keras.Model(base)\napart = keras.Model()"

    found = find_borrowing(setup, "base.trainable = False")

    assert found.near == {"base", "whole"}
    assert found.imported == {"keras"}


def test_imports_are_the_checks_own_unless_bound_otherwise() -> None:
    """The check makes the learner's imports itself, but not of a name that is bound in another way too."""
    code = "import numpy as np, os.path\nfrom math import sqrt as root\nimport json\njson = 3\nfrom . import x\n"
    code += "def f():\n    import re"

    assert find_borrowing("", code).imports == {"np": ("numpy", None), "os": ("os", None), "root": ("math", "sqrt")}


@given(st.text(), st.text())
def test_any_text_can_be_read(setup: str, code: str) -> None:
    """What is no Python binds nothing, and is no error here."""
    find_borrowing(setup, code)
