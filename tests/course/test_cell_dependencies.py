"""A cell runs after the cells above that it depends on, with the result that it would have after all of them."""

from __future__ import annotations

import contextlib
import gc
import io
import time
import tracemalloc
from bisect import bisect
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.course.cell_dependencies import find_dependencies


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
        (["g = 0", "class A:\n    global g\n    g = 1"], "print(g)", [0, 1]),
        (["f = lambda: x", "x = 1"], "print(f())", [0, 1]),
        (["x = 1", "x: int"], "print(x)", [0]),
        (["with open('/dev/null') as f:\n    text = f.read()"], "print(text)", [0]),
        (["x = 1", "this is no python"], "print(2)", [0, 1]),
        (["x = 1"], "print(", [0]),
        ([], "print(1)", []),
        (["base = object", "model = [base]", "print(model)"], "print(1)", []),
        (["model = make()", "print(model(3).shape)"], "print(len(model.weights))", [0, 1]),
        (["model = make()", "def step():\n    model.fit()", "step()"], "print(model.evaluate())", [0, 1, 2]),
        (["class C:\n    items = []", "C.lr = 0.1", "C.items.append(2)"], "print(C.lr)", [0, 1, 2]),
        (["class C:\n    def m(self): return x", "c = C()", "x = 1"], "print(c.m())", [0, 1, 2]),
        (["def f(): return x", "g = f", "x = 1"], "print(g())", [0, 1, 2]),
        (["x = [1]", "def get(): return x", "y = get()", "y.append(2)"], "print(x)", [0, 1, 2, 3]),
        (["x, y = [1], [2]", "x.append(y)", "y.append(3)"], "print(x)", [0, 1, 2]),
        (["def f(x, all=[]):\n    all.append(x)\n    return all", "f(1)"], "print(f(2))", [0, 1]),
        (["def f(): return f.calls", "f.calls = 1"], "print(f())", [0, 1]),
        (["n = 4", "(hit := n)"], "print(hit)", [0, 1]),
        (["xs = [4]", "any((hit := n) > 3 for n in xs)"], "print(hit)", [0, 1]),
        (["f = lambda y=(z := 3): y"], "print(z)", [0]),
        (["x = 1", "def f(x=x): return x"], "print(f())", [0, 1]),
        (["x = [1]", "y = [x for x in x]"], "print(y)", [0, 1]),
        (["it = iter([1, 2])", "print(list(it))"], "print(list(it))", [0, 1]),
        (["g = (n for n in [1, 2])", "print(sum(g))"], "print(sum(g))", [0, 1]),
        (["def g():\n    yield 1", "it = g()", "print(max(it))"], "print(list(it))", [0, 1, 2]),
        (["x = [1]", "def len(x):\n    x.append(2)\n    return 3", "print(len(x))"], "print(x)", [0, 1, 2]),
        (["class B: pass", "b = B()", "with b: pass"], "print(b)", [0, 1, 2]),
        (["x = [1]", "print(x, len(x), sorted(x), f'{x}')"], "print(x)", [0]),
        (["x = [1]", "y = [2]", "y.append(len(x))"], "print(x)", [0]),
        (["SIZE = 3", "def f(x): return x * SIZE", "a = f([1])", "b = f([1])", "b.append(1)"], "print(a)", [0, 1, 2]),
        (["scores = {'a': [1]}", "best = max(scores)", "print(dict(scores))"], "print(scores)", [0]),
    ],
)
def test_finds_the_cells_that_are_needed(above: list[str], code: str, needed: list[int]) -> None:
    """Those that bind the names it reads, and those that may have changed their values; no others."""
    assert find_dependencies(above, code) == needed


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
    st.builds("change([{}][0])".format, names),
    st.builds("change(*[{}])".format, names),
    st.builds("change({} if {} else {})".format, names, names, names),
    st.builds("changeall([{}, {}])".format, names, names),
    st.builds("changeall({{'k': {}}}.values())".format, names),
    st.builds("changeall(sorted([{}], key=len))".format, names),
    st.builds("[change(x) for x in [{}, {}]]".format, names, names),
    st.builds("{} = get_{}()".format, names, names),
    st.builds("get_{}().append({})".format, names, st.integers(0, 9)),
    st.builds("def get_{}():\n    return {}".format, names, names),
    st.builds("step_{}()".format, names),
    st.builds("def step_{}():\n    {}.append({})".format, names, names, st.integers(0, 9)),
    st.builds("calls = [step_{}, step_{}]".format, names, names),
    st.builds("calls[0]()".format),
    st.builds("run(step_{})".format, names),
    st.builds("step_{} = lambda: {}.append(4)".format, names, names),
    st.builds("Config.value = {}".format, names),
    st.builds("Config.value.append({})".format, st.integers(0, 9)),
    st.builds("{} = Config.value".format, names),
    st.builds("{} = Config().twice({})".format, names, names),
    st.builds("class Config:\n    value = {}\n    def twice(self, x): return self.value + x".format, names),
    st.builds("{}.append({})".format, names, names),
    st.builds("any((hit := n) for n in {})".format, names),
    st.builds("{} = [hit]".format, names),
    st.builds("stream = iter({})".format, names),
    st.builds("stream = (change({}) or n for n in {})".format, names, names),
    st.builds("{} = [list(stream)]".format, names),
    st.builds("{} = list(zip({}, {}))".format, names, names, names),
    st.builds("print({}, len({}))".format, names, names),
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
def changeall(xs):
    for x in xs: change(x)
def run(f): f()
def get_a(): return a
get_b = get_c = get_d = get_a
def step_a(): a.append(6)
step_b = step_c = step_d = step_a
class Config:
    value = [9]
    def twice(self, x): return x + x
hit, stream, calls = 0, iter([]), [step_a]
"""


@given(st.lists(cells, max_size=8), names)
def test_the_result_is_the_same_as_after_all_cells(above: list[str], name: str) -> None:
    """Whatever they do to each other's lists: rebinding, sharing, nesting, changing in place."""
    above, code = [FIRST, *above], f"result = repr({name})"

    def run(cells: list[str]) -> object:
        space: dict[str, object] = {}
        with contextlib.redirect_stdout(io.StringIO()):
            for cell in (*cells, code):
                exec(cell, space)  # noqa: S102 - the cells are made above
        return space["result"]

    try:
        expected = run(above)
    except (TypeError, AttributeError, IndexError, RecursionError):
        return

    assert run([above[index] for index in find_dependencies(above, code)]) == expected


def row(many: int, of: str = "a{}", by: str = ",") -> str:
    return by.join(of.format(number) for number in range(many))


LONG: dict[str, Callable[[int, int], str]] = {
    "functions beside many names": lambda n, _: f"{row(n, by='=')}=[{'lambda:0,' * n}{row(n)}]",
    "many names in one statement": lambda n, _: f"{row(n, by='=')}=f({row(n)})",
    "many statements": lambda n, _: row(n, "a{0}=a{0}\n", ""),
    "a chain": lambda n, _: row(n, "a{0}=b{0}=f(a)\na=b{0}\n", ""),
    "one name, many functions": lambda n, _: row(n, "f=lambda:(f,a{})\n", ""),
    "functions that call each other": lambda n, _: row(n, "def f{}():f();g\n", ""),
    "functions in functions": lambda n, deep: (
        "".join(f"{' ' * at}def f{at}():\n" for at in range(deep)) + " " * deep + row(n)
    ),
    "functions in functions, in one line": lambda n, deep: f"f={row(deep, 'lambda b{}:', '')}({row(n)})",
    "lists of lists": lambda n, deep: f"a={'[' * deep}{row(n)}{' for x in y]' * deep}",
    "lists from lists": lambda n, deep: f"a={'[x for x in ' * deep}[{row(n)}]{']' * deep}",
    "calls of calls": lambda n, deep: f"a={'f(' * deep}{row(n)}{')' * deep}",
    "a long sum": lambda n, _: f"a={row(n, by='+')}",
    "attributes of attributes": lambda n, _: f"a{'.b' * n}=1",
    "assignments in assignments": lambda n, deep: f"{row(deep, '(b{}:=', '')}[{row(n)}]{')' * deep}",
    "global names": lambda n, _: f"def f():\n global {row(n)}\n f({row(n)})",
}


@cache
def largest(shape: str, size: int) -> str:
    """The largest text of that shape that is not longer."""
    fits = bisect(range(size), size, key=lambda many: len(LONG[shape](many, min(90, size // 50))))
    return LONG[shape](fits - 1, min(90, size // 50))


LONGEST = 50_000
"""Characters of all cells together."""
LAST = ["b = f(a1)", "print(b)", "a2 = b"]
"""Short cells after them."""


def processor_time(shape: str, size: int, cells: int, mark: int) -> float:
    """Return the seconds for cells of `size` characters together; another mark makes them cells not read before."""
    above = [f"{largest(shape, size // cells)}#{mark}"] * cells
    gc.collect()
    gc.disable()
    try:
        began = time.process_time()
        find_dependencies([*above, *LAST], "print(a1, f)")
        return time.process_time() - began
    finally:
        gc.enable()


@pytest.mark.slow
@pytest.mark.parametrize("shape", LONG)
@pytest.mark.parametrize("cells", [1, 30])
def test_the_time_to_read_long_cells_grows_with_their_length(shape: str, cells: int) -> None:
    """Whatever is in them: cells of four times the length take about four times as long, not sixteen times."""
    growth = (
        processor_time(shape, LONGEST // 2, cells, mark) / processor_time(shape, LONGEST // 8, cells, mark)
        for mark in range(3)  # any: a busy machine disturbs short times
    )

    assert any(times < 10 for times in growth)


@pytest.mark.slow
@pytest.mark.parametrize("shape", LONG)
@pytest.mark.parametrize("cells", [1, 30])
def test_reads_long_cells_in_little_memory(shape: str, cells: int) -> None:
    """Whatever is in them: a learner sends them, and the service reads them."""
    text = largest(shape, LONGEST // cells)
    tracemalloc.start()
    try:
        for mark in "!", "!!":
            before, _ = tracemalloc.get_traced_memory()
            find_dependencies([*[f"{text}#{mark}"] * cells, *LAST], "print(a1, f)")
            after, most = tracemalloc.get_traced_memory()
            if after - before < 4 << 20:
                break  # only one of two readings may keep more, in which Python's own table of all names grew
    finally:
        tracemalloc.stop()

    assert most < 64 << 20
    assert after - before < 4 << 20
