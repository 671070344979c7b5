"""Defaults are read from a `def` only where nothing else can change them."""

from __future__ import annotations

import pytest

from practicum.python_source.defaults import literal_defaults


def test_the_literal_defaults_of_every_sort_of_parameter_are_read() -> None:
    code = "def f(a, b=1, /, c=-2.0, *rest, d=None, e=[1, 'x'], g, h=SIDE, **more):\n    pass\n"

    assert literal_defaults(code, "f") == {"b": 1, "c": -2.0, "d": None, "e": [1, "x"]}


@pytest.mark.parametrize(
    "code",
    [
        "from lab import f\n",
        "@partial(a=2)\ndef f(a=1): pass\n",
        "def f(a=1): pass\ndef f(a=2): pass\n",
        "def f(a=1): pass\nf = partial(f, a=2)\n",
        "if fast:\n    def f(a=1): pass\n",
        "class f:\n    def __init__(self, a=1): pass\n",
        "def f(a=1:",
        "",
    ],
)
def test_a_function_that_is_not_defined_once_and_plainly_has_no_known_default(code: str) -> None:
    assert literal_defaults(code, "f") == {}
