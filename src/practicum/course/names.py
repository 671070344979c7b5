"""What the text of a cell says of names: which it binds, reads and may change, and which belong together.

Every text is gone through once, without recursion: a learner's may be long, and made to be slow to read.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

ALL = "*"
"""Stands among a cell's names for those that `from … import *` brings: any may be one of them."""

_TELLING = frozenset({
    "abs", "all", "any", "ascii", "bin", "bool", "callable", "chr", "complex", "divmod", "float", "format", "hasattr",
    "hash", "hex", "id", "int", "isinstance", "issubclass", "len", "oct", "ord", "pow", "print", "range", "repr",
    "round", "str", "type",
})  # fmt: skip
"""Builtins that change nothing of what they are handed, and give nothing of it on."""
_PASSING = frozenset({
    "dict", "enumerate", "frozenset", "getattr", "iter", "list", "max", "min", "reversed", "set", "sorted", "sum",
    "tuple", "zip",
})  # fmt: skip
"""Builtins that change nothing of what they are handed, but give it on, or parts of it."""
HARMLESS = _TELLING | _PASSING
_CALLED = frozenset({"key", "file"})
"""Their arguments that they call, or write to."""
_ONCE = frozenset({"as_numpy_iterator", "chain", "cycle", "islice"})
_LAZY = _ONCE | frozenset({"enumerate", "filter", "iter", "map", "open", "reversed", "zip"})
"""What gives something that can be gone through once; as methods, the former."""
_EAGER = (HARMLESS - _LAZY) | {"join"}

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*_NAMED, ast.Lambda, *_COMPREHENSIONS)


@dataclass(frozen=True, slots=True)
class Tie:
    """Names of one statement: what it binds or may change can afterwards be, hold or call what it reads."""

    bound: frozenset[str]
    read: frozenset[str]
    later: bool
    """Whether functions in it read these names when they are called."""
    lazy: frozenset[str]
    """What was called for it and may give something that is used up by reading; `yield` for its own generators."""


@dataclass(frozen=True)
class Names:
    """What a cell's text says of names, at its top level."""

    binds: frozenset[str]
    """Bound to a value, whatever else happens."""
    may: frozenset[str]
    """Bound under a condition, in a loop, by `+=`, by a pattern."""
    fixed: frozenset[str]
    """Bound by an import, a `def` or a `class`."""
    reads: frozenset[str]
    """Mentioned, in functions too, unless the cell has bound them before."""
    touches: frozenset[str]
    """What may be changed: assigned into, called, or handed to a call."""
    loose: frozenset[str]
    """Those bound that are more than a module, a constant or a mere function: what they stand for may change."""
    ties: tuple[Tie, ...]


def read(code: str, own: frozenset[str] = frozenset()) -> Names:
    """What a cell says of names, where those in `own` are not the builtins of that name.

    Raises SyntaxError, ValueError, RecursionError or MemoryError where it is no Python.
    """
    return _kept(code, own) if len(code) <= _SHORT else _Reader(code, own).names()


_SHORT = 2_000
"""Letters of a cell that is remembered: authors' cells are short, and what is remembered stays small."""


@lru_cache(maxsize=128)
def _kept(code: str, own: frozenset[str]) -> Names:
    return _Reader(code, own).names()


@dataclass
class _Reader:
    """Takes a cell in, statement by statement."""

    code: str
    own: frozenset[str]
    binds: set[str] = field(default_factory=set)
    may: set[str] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    touches: set[str] = field(default_factory=set)
    loose: set[str] = field(default_factory=set)
    ties: list[Tie] = field(default_factory=list)

    def names(self) -> Names:
        for statement in ast.parse(self.code).body:
            self._take(statement)
        return Names(
            binds=frozenset(self.binds),
            may=frozenset(self.may),
            fixed=frozenset(self.fixed - self.binds),
            reads=frozenset(self.reads),
            touches=frozenset(self.touches),
            loose=frozenset(self.loose),
            ties=tuple(self.ties),
        )

    def _take(self, statement: ast.stmt) -> None:
        seen = _Walk(statement, self.own)
        stored, declared = _bound([statement])[0], _declared(statement)
        sure = _surely(statement)
        unsure = stored - sure
        self.reads |= (seen.loaded | unsure) - self.binds - self.fixed  # what may stay unbound is as it was before
        self.touches |= seen.touched | unsure
        self.loose |= unsure | declared | seen.owners | (sure if _is_object(statement) else set())
        (self.fixed if isinstance(statement, (*_NAMED, ast.Import, ast.ImportFrom)) else self.binds).update(sure)
        self.may |= unsure
        into = stored | declared | seen.touched
        held = seen.touched if isinstance(statement, ast.Expr) and not stored else seen.loaded
        if into and not isinstance(statement, (ast.Import, ast.ImportFrom)):
            lazy = _lazy(statement)
            self.ties.append(Tie(frozenset(into), frozenset(held | declared), seen.later, frozenset(lazy)))


def _surely(statement: ast.stmt) -> set[str]:
    """The names that a statement binds in any case."""
    match statement:
        case ast.Assign(targets=targets):
            return _bound(targets)[0]
        case ast.AnnAssign(target=target, value=value) if value is not None:
            return _bound([target])[0]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import() | ast.ImportFrom():
            return _bound([statement])[0] - {ALL}
    return set()


def _is_object(statement: ast.stmt) -> bool:
    """Whether what it binds may change: neither modules, nor constants, nor functions that keep nothing themselves."""
    match statement:
        case ast.Import() | ast.ImportFrom():
            return False
        case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args):
            return bool(statement.decorator_list) or not all(map(_is_constant, _defaults(args)))
        case ast.Assign(targets=targets, value=value):
            return not (_is_constant(value) and all(isinstance(target, ast.Name) for target in targets))
        case ast.AnnAssign(value=value) if value is not None:
            return not _is_constant(value)
    return True


_CONSTANTS = (ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop, ast.expr_context)


def _is_constant(value: ast.expr) -> bool:
    return all(isinstance(node, _CONSTANTS) for node in ast.walk(value))


def _bound(nodes: Iterable[ast.AST]) -> tuple[set[str], set[str]]:
    """The names that nodes bind where they stand, and those that they declare to belong around them.

    Not those that functions and comprehensions within them bind for themselves, but theirs.
    """
    found: set[str] = set()
    declared: set[str] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.alias(name=name, asname=other):
                found.add(other or name.split(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.MatchMapping(rest=str(name)):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                declared.update(names)
            case ast.AnnAssign(value=None):  # It says something of a name, and binds none.
                continue
        stack += _outside(node) if isinstance(node, _SCOPES) else ast.iter_child_nodes(node)
    return found, declared


def _declared(statement: ast.stmt) -> set[str]:
    """The names that functions in a statement bind around them."""
    return {name for node in ast.walk(statement) if isinstance(node, ast.Global) for name in node.names}


def _outside(scope: ast.AST) -> list[ast.AST]:
    """What of a function, class or comprehension may bind a name around it."""
    match scope:
        case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args):
            return [*scope.decorator_list, *_defaults(args)]
        case ast.Lambda(args=args):
            return [*_defaults(args)]
        case ast.ClassDef(bases=bases, keywords=keywords, decorator_list=decorators):
            return [*bases, *keywords, *decorators]
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():  # by `:=`
            return [*_elements(scope), *(one.iter for one in scope.generators)]
    return []


def _defaults(args: ast.arguments) -> list[ast.expr]:
    return [*args.defaults, *(one for one in args.kw_defaults if one is not None)]


def _elements(scope: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> list[ast.expr]:
    """What a comprehension evaluates for each element."""
    made = [scope.key, scope.value] if isinstance(scope, ast.DictComp) else [scope.elt]
    return [*made, *(test for one in scope.generators for test in one.ifs)]


def _lazy(statement: ast.stmt) -> Iterator[str]:
    """The names of what is called in a statement, but for what is used up at once; and `yield`."""
    used_up: set[int] = set()
    for node in ast.walk(statement):
        match node:
            case ast.For(iter=value) | ast.AsyncFor(iter=value) | ast.comprehension(iter=value):
                used_up.add(id(value))
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name) as func, args=args):
                if name in _EAGER:
                    used_up.update(map(id, args))
                if id(node) not in used_up and (isinstance(func, ast.Name) or name in _ONCE):
                    yield name
            case ast.GeneratorExp() if id(node) not in used_up:
                yield "iter"
            case ast.Yield() | ast.YieldFrom():
                yield "yield"


def is_lazy(name: str) -> bool:
    """Whether what a function of that name gives can be gone through once."""
    return name in _LAZY


# --- one statement -------------------------------------------------------------------------------------------------

_SEEN, _HANDED, _ASLEEP = 0, 1, 2
"""How a part of a statement is used: looked at; handed to a call, or assigned into; not run with the statement."""


@dataclass(frozen=True, slots=True)
class _End:
    """The end of a scope: its own names are no longer hidden. Then its iterables are seen, if it has any."""

    own: frozenset[str]
    how: int
    generators: Sequence[ast.comprehension] = ()


class _Walk:
    """What a statement mentions of the names around its functions and comprehensions."""

    def __init__(self, statement: ast.stmt, own: frozenset[str]) -> None:
        self.loaded: set[str] = set()
        self.touched: set[str] = set()
        self.owners: set[str] = set()
        """Those with an attribute that is assigned to."""
        self.later = False
        """Whether it has functions."""
        self._own = own
        self._hidden: Counter[str] = Counter()
        self._spread: set[str] = set()
        """Names of comprehensions that were handed to calls: so were elements of their iterables."""
        self._stack: list[tuple[ast.AST | _End, int]] = [(statement, _SEEN)]
        while self._stack:
            node, how = self._stack.pop()
            if isinstance(node, _End):
                self._end(node)
            else:
                self._see(node, how)

    def _push(self, nodes: Iterable[ast.AST | None], how: int) -> None:
        self._stack += [(node, how) for node in nodes if node is not None]

    def _see(self, node: ast.AST, how: int) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                self._load(name, how)
            case ast.Call():
                self._call(node, how)
            case ast.Attribute(value=value, ctx=ast.Store() | ast.Del()):
                self._push([value], _unless_asleep(_HANDED, how))
                if isinstance(value, ast.Name):
                    self.owners.add(value.id)
            case ast.Subscript(value=value, slice=index, ctx=ast.Store() | ast.Del()):
                self._push([value], _unless_asleep(_HANDED, how))
                self._push([index], _unless_asleep(_SEEN, how))
            case ast.Subscript(value=value, slice=index):
                self._push([value], how)
                self._push([index], _unless_asleep(_SEEN, how))
            case ast.JoinedStr(values=values):
                self._push(values, _unless_asleep(_SEEN, how))
            case ast.withitem(context_expr=context, optional_vars=target):
                self._push([context], _unless_asleep(_HANDED, how))
                self._push([target], how)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                self._function(node, how)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                self._comprehension(node, how)
            case ast.ClassDef(decorator_list=decorators):
                self.later = True
                self._push(ast.iter_child_nodes(node), how)
                self._push(decorators, _unless_asleep(_HANDED, how))
            case _:
                self._push(ast.iter_child_nodes(node), how)

    def _load(self, name: str, how: int) -> None:
        if not self._hidden[name]:
            self.loaded.add(name)
            if how == _HANDED:
                self.touched.add(name)
        elif how == _HANDED:
            self._spread.add(name)

    def _call(self, node: ast.Call, how: int) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) and node.func.id not in self._own else ""
        within = _SEEN if name in _TELLING else how if name in _PASSING else _HANDED
        self._push((node.func, *node.args), _unless_asleep(within, how))
        for keyword in node.keywords:
            self._push([keyword.value], _unless_asleep(_HANDED if keyword.arg in _CALLED else within, how))

    def _function(self, node: Function, how: int) -> None:
        """Its body is run when it is called, and a `def` calls it not yet."""
        self.later = True
        args, body = node.args, [node.body] if isinstance(node, ast.Lambda) else node.body
        stored, declared = _bound(body)
        more = [one for one in (args.vararg, args.kwarg) if one is not None]
        arguments = [*args.posonlyargs, *args.args, *args.kwonlyargs, *more]
        self._push(_defaults(args), how)
        self._push((one.annotation for one in arguments), how)
        if not isinstance(node, ast.Lambda):
            self._push(node.decorator_list, _unless_asleep(_HANDED, how))
            self._push([node.returns], how)
        self._hide(frozenset((stored - declared) | {one.arg for one in arguments}), how)
        self._push(body, how if isinstance(node, ast.Lambda) else _ASLEEP)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, how: int) -> None:
        """Its iterables last: whether they are handed on is known when its elements have been seen."""
        self._hide(frozenset(_bound(one.target for one in node.generators)[0]), how, node.generators)
        self._push((one.iter for one in node.generators[1:]), _unless_asleep(_HANDED, how))
        self._push(_elements(node), how)

    def _hide(self, own: frozenset[str], how: int, generators: Sequence[ast.comprehension] = ()) -> None:
        self._hidden.update(own)
        self._stack.append((_End(own, how, generators), how))

    def _end(self, scope: _End) -> None:
        self._hidden.subtract(scope.own)
        if scope.generators:
            handed = not self._spread.isdisjoint(scope.own)
            self._push([scope.generators[0].iter], _unless_asleep(_HANDED, scope.how) if handed else scope.how)


def _unless_asleep(how: int, around: int) -> int:
    """How a part is used within another: what is not run is not handed to anything."""
    return _ASLEEP if around == _ASLEEP else how
