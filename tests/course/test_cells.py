"""A cell runs with those above it that it builds on: what it gives is what it would give after all of them."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.course.cells import builds_on


@pytest.mark.parametrize(
    ("above", "code", "needed"),
    [
        (["x = 1", "y = 2"], "print(y)", [1]),
        (["x = 1", "y = x"], "print(y)", [0, 1]),
        (["x = 1", "x = 2"], "print(x)", [1]),
        (["x = []", "x.append(1)"], "print(x)", [0, 1]),
        (["x = []", "y = x", "y.append(1)"], "print(x)", [0, 1, 2]),
        (["x = []", "x.append(1)", "x = []"], "print(x)", [2]),
        (["x = 1", "x += 1"], "print(x)", [0, 1]),
        (["x = 1", "if x > 2:\n    x = 3"], "print(x)", [0, 1]),
        (["import math", "print(math.pi)", "x = 1"], "print(math.e)", [0]),
        (["def f(x):\n    x.y = 1", "class A: ...", "a = A()", "f(a)"], "print(a.y)", [0, 1, 2, 3]),
        (["def f():\n    return x", "x = 1"], "print(f())", [0, 1]),
        (["x = 1", "for x in range(3): pass"], "print(x)", [0, 1]),
        (["w = 1", "x = [w for w in range(3)]"], "print(w)", [0]),
        (["def f(x):\n    y = x\n    return y", "x = [1]", "x.append(2)", "y = 2"], "print(f(3))", [0]),
        (["x = []", "f = lambda: x", "x.append(1)"], "print(f())", [0, 1, 2]),
        (["from math import *", "x = 1"], "print(floor(2.5))", [0]),
        (["try:\n    import math\nexcept ImportError:\n    math = None"], "print(math)", [0]),
        (["x = 1", "if x:\n    def f(): return 2"], "print(f())", [0, 1]),
        (["import math", "if math.pi > 3:\n    import cmath as math"], "print(math)", [0, 1]),
        (["match [1, 2]:\n    case [y, *rest]: pass", "x = 1"], "print(y, rest)", [0]),
        (["match {1: 2}:\n    case {1: z, **more}: pass"], "print(more)", [0]),
        (["g = 0", "def f():\n    global g\n    g = 1", "f()"], "print(g)", [0, 1, 2]),
        (["def f():\n    global g\n    g = 1", "f()"], "print(g)", [0, 1]),
        (["f = lambda: x", "x = 1"], "print(f())", [0, 1]),
        (["x = 1", "x: int"], "print(x)", [0]),
        (["with open('/dev/null') as f:\n    text = f.read()"], "print(text)", [0]),
        (["x = 1", "this is no python"], "print(2)", [0, 1]),
        (["x = 1"], "print(", [0]),
        ([], "print(1)", []),
        (["base = object", "model = [base]", "print(model)"], "print(1)", []),
    ],
)
def test_what_is_needed(above: list[str], code: str, needed: list[int]) -> None:
    """What binds the names it reads, and what may have changed what they stand for; no more."""
    assert builds_on(above, code) == needed


NAMES = ("a", "b", "c", "d")
names = st.sampled_from(NAMES)
lines = st.one_of(
    st.builds("{} = [{}]".format, names, st.integers(0, 9)),
    st.builds("{} = {}".format, names, names),
    st.builds("{} = [{}, 1]".format, names, names),
    st.builds("{}.append({})".format, names, st.integers(0, 9)),
    st.builds("{}[0] = {}".format, names, st.integers(0, 9)),
    st.builds("{} = {} + {}".format, names, names, names),
    st.builds("change({})".format, names),
    st.builds("if len({}) > 2:\n    {} = [7]".format, names, names),
    st.builds("for {} in [[1], [2]]:\n    {}.append(3)".format, names, names),
    st.builds("{0}, {1} = {1}, {0}".format, names, names),
    st.builds("try:\n    {} = {}[9]\nexcept IndexError:\n    {} = [8]".format, names, names, names),
    st.builds("match {}:\n    case [{}, *_]: pass".format, names, names),
    st.builds("if {}:\n    def change(x): x.append({})".format, names, st.integers(0, 9)),
    st.builds("with nothing() as {}:\n    pass".format, names),
    st.builds("reset({})".format, st.integers(0, 9)),
    st.builds("{}: list".format, names),
    st.just("from math import *"),
    st.just("print('a page')"),
)
cells = st.lists(lines, min_size=1, max_size=3).map("\n".join)
FIRST = """a, b, c, d = [1], [2], [3], [4]
from contextlib import nullcontext as nothing
def change(x):
    x.append(5)
    if isinstance(x[0], list): x[0].append(6)
def reset(n):
    global b
    b = [n]
"""


@given(st.lists(cells, max_size=8), names)
def test_it_gives_what_it_gives_after_all_of_them(above: list[str], name: str) -> None:
    """Whatever they do to each other's lists: rebinding, sharing, nesting, changing in place."""
    above, code = [FIRST, *above], f"told = repr({name})"

    def told(some: list[str]) -> object:
        space: dict[str, object] = {}
        with contextlib.redirect_stdout(io.StringIO()):
            for cell in (*some, code):
                exec(cell, space)  # noqa: S102 - the cells are made above
        return space["told"]

    try:
        whole = told(above)
    except (TypeError, AttributeError, IndexError):
        return

    assert told([above[index] for index in builds_on(above, code)]) == whole
