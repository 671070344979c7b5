"""What a statement binds and reads: compared with Python's own symbol table, and with running it."""

from __future__ import annotations

import contextlib
import re
import symtable
import sys
from collections.abc import Callable, Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from practicum.python_source.names import bound_names, every_bound_name, free_names, mentioned_names
from practicum.python_source.parsing import parse_module
from practicum.python_source.statements import WHOLE, Statement

BY_THE_INTERPRETER = {"__builtins__", "__annotations__", "__warningregistry__"}
"""Names that running code may add to a module without a statement that binds them."""

names = st.sampled_from("abcdef")
atoms = st.one_of(names, st.integers(0, 3).map(str), st.builds("{}.attribute".format, names))
Texts = st.SearchStrategy[str]


def larger_expressions(parts: Texts) -> Texts:
    return st.one_of(
        st.builds("[{}, {}]".format, parts, parts),
        st.builds("{}({}, key={})".format, names, parts, parts),
        st.builds("({} := {})".format, names, parts),
        st.builds("(lambda {}={}, *{}: {})".format, names, parts, names, parts),
        st.builds("[{} for {} in {} if {}]".format, parts, names, parts, parts),
        st.builds("{{{}: {} for {}, *{} in {} for {} in {}}}".format, parts, parts, names, names, parts, names, parts),
        st.builds("sum({} for {} in {})".format, parts, names, parts),
        st.builds("f'{{{}}}'".format, names),
    )


expressions = st.recursive(atoms, larger_expressions, max_leaves=6)
simple = st.one_of(
    st.builds("{} = {}".format, names, expressions),
    st.builds("{}, (*{}, {}) = {}".format, names, names, names, expressions),
    st.builds("{} += {}".format, names, expressions),
    st.builds("{}: {} = {}".format, names, expressions, expressions),
    st.builds("{}.attribute = {}[{}] = {}".format, names, names, expressions, expressions),
    st.builds("del {}".format, names),
    st.builds("import {} as {}, os.path".format, st.sampled_from(["json", "os.path"]), names),
    st.builds("from {} import path as {}".format, st.sampled_from(["os", "."]), names),
    st.builds("print({})".format, expressions),
    st.just("pass"),
)


def indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def larger_statements(bodies: Texts) -> Texts:
    blocks = st.lists(bodies, min_size=1, max_size=3).map("\n".join).map(indented)
    scopes = st.sampled_from(["pass", "pass", "global a", "global b, c", "nonlocal d", "z: int\n    print(z)"])
    return st.one_of(
        st.builds("if {}:\n{}\nelse:\n{}".format, expressions, blocks, blocks),
        st.builds("for {}, {} in {}:\n{}".format, names, names, expressions, blocks),
        st.builds("with {} as ({}, {}):\n{}".format, expressions, names, names, blocks),
        st.builds("try:\n{}\nexcept {} as {}:\n{}".format, blocks, names, names, blocks),
        st.builds("match {}:\n    case [{}, *{}]:\n    {}".format, expressions, names, names, blocks.map(indented)),
        st.builds("match {}:\n    case {{1: {}, **{}}}:\n    {}".format, atoms, names, names, blocks.map(indented)),
        st.builds("match {}:\n    case {}() as {}:\n    {}".format, expressions, names, names, blocks.map(indented)),
        st.builds(
            "@{}\ndef {}({}={}, *, {}: {} = 0) -> {}:\n    {}\n{}".format,
            names, names, names, expressions, names, expressions, expressions, scopes, blocks,
        ),
        st.builds("class {}({}, metaclass={}):\n    {}\n{}".format, names, names, names, scopes, blocks),
    )  # fmt: skip


statements = st.recursive(simple, larger_statements, max_leaves=6)


def tables(code: str) -> Iterator[symtable.SymbolTable]:
    waiting = [symtable.symtable(code, "module", "exec")]
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        yield table


def module_names(code: str, select: Callable[[symtable.Symbol], bool]) -> set[str]:
    """Return the names that `select` accepts and that Python looks up in the module, in whichever scope they stand."""
    return {
        symbol.get_name()
        for table in tables(code)
        for symbol in table.get_symbols()
        if select(symbol)
        and symbol.get_name().isidentifier()
        and (table.get_type() == "module" or symbol.is_global() or symbol.is_declared_global())
    }


def read_in_classes(code: str) -> set[str]:
    """Return the names that a class reads and binds: Python looks for them in the class, then in the module."""
    classes = (table for table in tables(code) if table.get_type() == "class")
    return {
        symbol.get_name()
        for table in classes
        for symbol in table.get_symbols()
        if symbol.is_referenced() and symbol.is_local()
    }


@given(statements)
def test_binds_and_reads_what_the_symbol_table_has(code: str) -> None:
    """For every form of binding, in every scope."""
    try:
        compile(code, "module", "exec")
    except SyntaxError:
        assume(False)
    # `x += 1` reads `x`, which the symbol table leaves out; a `z` without a value is not bound.
    plain = re.sub(r"(\w) \+= ", r"\1 = \1 + ", code)
    (node,) = parse_module(code).body
    statement = Statement(node)

    bound = module_names(plain, lambda symbol: symbol.is_assigned() or symbol.is_imported()) - {"z"}
    assert statement.binds | statement.binds_when_called == bound
    read = module_names(plain, symtable.Symbol.is_referenced) | read_in_classes(plain)
    assert statement.reads == read


@given(st.lists(statements, min_size=1, max_size=5))
def test_binds_what_running_it_binds(program: list[str]) -> None:
    """A name can only appear by a statement that may bind it; one that is bound for certain is there afterwards."""
    space: dict[str, object] = {"a": 1, "b": [2], "c": [[3], [4]], "print": lambda *_: None}
    called: frozenset[str] = frozenset()
    for code in program:
        try:
            (node,) = parse_module(code).body
            compiled = compile(code, "module", "exec")
        except SyntaxError:
            continue
        statement = Statement(node)
        called |= statement.binds_when_called
        before = dict(space)
        fails = True
        with contextlib.suppress(Exception):
            exec(compiled, space)  # noqa: S102 - the code is made above
            fails = False
        changed = {name for name in before.keys() | space.keys() if before.get(name) is not space.get(name)}

        assert changed - BY_THE_INTERPRETER <= statement.binds | called
        assert fails or statement.surely_binds <= space.keys()


@pytest.mark.parametrize(
    ("code", "binds", "when_called"),
    [
        ("from x import *", {"*"}, set()),
        ("import a.b.c", {"a"}, set()),
        ("def f():\n    global g\n    g = 1", {"f"}, {"g"}),
        ("def f():\n    global g\n    print(g)", {"f"}, set()),
        ("class A:\n    global g\n    g = 1", {"A", "g"}, set()),
        ("def f():\n    n = 1\n    def g():\n        nonlocal n\n        n = 2", {"f"}, set()),
        ("any((hit := n) for n in x)", {"hit"}, set()),
        ("x: int", set(), set()),
        ("x.y: int = 1", set(), set()),
        ("match x:\n    case {'a': A(b=[c, *d]), **e} | f: pass", {"c", "d", "e", "f"}, set()),
        ("try: pass\nexcept* E as e: pass", {"e"}, set()),
        ("async def f():\n    async with a as b: pass", {"f"}, set()),
    ],
)
def test_binds_names_of_the_module(code: str, binds: set[str], when_called: set[str]) -> None:
    """At once, or by functions that declare them `global`."""
    (node,) = parse_module(code).body
    statement = Statement(node)

    assert statement.binds == binds
    assert statement.binds_when_called == when_called


if sys.version_info >= (3, 12):

    def test_type_parameters_are_local() -> None:
        """A `type` statement binds its name for certain, and reads what its value names."""
        (alias,) = parse_module("type X[T: a] = list[T] | b").body
        (function,) = parse_module("def f[T](x: T = c) -> list[T]: return T").body

        assert Statement(alias).surely_binds == {"X"}
        assert Statement(alias).reads == {"a", "b", "list"}
        assert Statement(function).reads == {"c", "list"}


def test_which_attributes_of_a_name_are_used() -> None:
    """Only its attributes, or its value as a whole."""
    (node,) = parse_module("x = [m.a.b, m.c, n.d, n]").body

    assert Statement(node).used_attributes == {"m": {"a", "c"}, "n": {WHOLE}}


def test_names_of_a_text() -> None:
    """A text that is not Python has none."""
    code = "import a.b as c\ndef f(x, *y): z = x\nfrom d import e"

    assert mentioned_names(code) == {"a", "d", "e", "x", "z"}
    assert bound_names(code) == {"c", "f", "e"}
    assert every_bound_name(code) == {"c", "f", "e", "x", "y", "z"}
    assert free_names("[x for x in y if (z := x)] + z") == {"y"}
    assert mentioned_names("def (") == bound_names("def (") == every_bound_name("def (") == frozenset()
