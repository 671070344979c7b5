"""The one walk over Python's syntax: every binding and every read of a name, and how the value is used.

The walk visits each node once and uses no recursion: a learner's text may be long, and nested to be slow to read.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from practicum.python_source.builtin_effects import CONSUMING, FORWARDING, INSPECTING, LAZY_METHODS, USED_ARGUMENTS
from practicum.python_source.scopes import (
    Binding,
    Enter,
    Import,
    Leave,
    Load,
    ModuleLoad,
    Scope,
    ScopeKind,
    Use,
    resolve_module_loads,
)

Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
Function = ast.FunctionDef | ast.AsyncFunctionDef

_Visitor = TypeVar("_Visitor", bound=Callable[..., None])
_VISITORS: dict[type[ast.AST], Callable[..., None]] = {}


def _visits(*nodes: str) -> Callable[[_Visitor], _Visitor]:
    """Register the method that visits nodes of these types; those that this Python does not have are skipped."""

    def register(method: _Visitor) -> _Visitor:
        _VISITORS.update((getattr(ast, node), method) for node in nodes if hasattr(ast, node))
        return method

    return register


class Walk:
    """All bindings and reads in some nodes of one module.

    Args:
        nodes: Statements, or expressions, of the module's top level.
        shadowed: Names of builtins that the program defines itself, so that nothing is known of their effects.
    """

    def __init__(self, nodes: Iterable[ast.AST], shadowed: frozenset[str] = frozenset()) -> None:
        self.module = Scope(ScopeKind.MODULE)
        self.bindings: list[Binding] = []
        self.loads: list[Load] = []
        self.has_functions = False
        self.iterator_sources: set[str] = set()
        """Names of functions whose results are kept and may be iterators; `yield` for generators in the nodes."""
        self._shadowed = shadowed
        self._trail: list[Load | Enter | Leave] = []
        self._consumed: set[int] = set()
        """Identities of the nodes whose value is iterated over where it is made."""
        self._stack: list[tuple[ast.AST | Leave, Scope, Use | Scope]] = []
        self._push(nodes, self.module, Use.READ)
        while self._stack:
            node, scope, use = self._stack.pop()
            if isinstance(node, Leave):
                self._leave(node, scope, use)
            else:
                _VISITORS.get(type(node), Walk._visit_other)(self, node, scope, use)

    def module_bindings(self) -> Iterator[Binding]:
        """Yield the bindings of the module's own names, those by `global` in functions and classes included."""
        return (
            binding
            for binding in self.bindings
            if binding.scope.kind is ScopeKind.MODULE or binding.name in binding.scope.globals
        )

    def module_loads(self) -> Iterator[ModuleLoad]:
        """Yield the reads of names that no function or comprehension in the nodes has as its own."""
        return resolve_module_loads(self._trail)

    # --- what is recorded ---------------------------------------------------------------------------------------

    def _push(self, nodes: Iterable[ast.AST | None], scope: Scope, use: Use | Scope) -> None:
        self._stack += [(node, scope, use) for node in nodes if node is not None]

    def _bind(self, name: str, scope: Scope, source: Import | None = None) -> None:
        scope.bound.add(name)
        self.bindings.append(Binding(name, scope, source))

    def _load(
        self, name: str, scope: Scope, use: Use | Scope, attribute: str | None = None, assigns: bool = False
    ) -> None:
        load = Load(name, scope, use, attribute, assigns)
        self.loads.append(load)
        self._trail.append(load)

    def _enter(self, kind: ScopeKind, parent: Scope, use: Use | Scope, iterable: ast.expr | None = None) -> Scope:
        scope = Scope(kind, parent, use=use)
        self._trail.append(Enter(scope))
        self._stack.append((Leave(scope, iterable), parent, use))
        return scope

    def _leave(self, end: Leave, around: Scope, use: Use | Scope) -> None:
        self._trail.append(end)
        if end.first_iterable is not None:
            self._push([end.first_iterable], around, use if use is Use.DEFERRED else end.scope)

    # --- expressions --------------------------------------------------------------------------------------------

    def _visit_other(self, node: ast.AST, scope: Scope, use: Use | Scope) -> None:
        self._push(ast.iter_child_nodes(node), scope, use)

    @_visits("Name")
    def _visit_name(self, node: ast.Name, scope: Scope, use: Use | Scope) -> None:
        if isinstance(node.ctx, ast.Load):
            self._load(node.id, scope, use)
        else:
            self._bind(node.id, scope)

    @_visits("NamedExpr")
    def _visit_named(self, node: ast.NamedExpr, scope: Scope, use: Use | Scope) -> None:
        around = scope
        while around.kind is ScopeKind.COMPREHENSION and around.parent is not None:
            around = around.parent
        self._bind(node.target.id, around)
        self._push([node.value], scope, use)

    @_visits("Attribute")
    def _visit_attribute(self, node: ast.Attribute, scope: Scope, use: Use | Scope) -> None:
        assigns = not isinstance(node.ctx, ast.Load)
        use = _within(Use.PASSED, use) if assigns else use
        if isinstance(node.value, ast.Name):
            self._load(node.value.id, scope, use, node.attr, assigns)
        else:
            self._push([node.value], scope, use)

    @_visits("Subscript")
    def _visit_subscript(self, node: ast.Subscript, scope: Scope, use: Use | Scope) -> None:
        reads = isinstance(node.ctx, ast.Load)
        self._push([node.value], scope, use if reads else _within(Use.PASSED, use))
        self._push([node.slice], scope, _within(Use.READ, use))

    @_visits("JoinedStr")
    def _visit_formatted(self, node: ast.JoinedStr, scope: Scope, use: Use | Scope) -> None:
        self._push(node.values, scope, _within(Use.READ, use))

    @_visits("Call")
    def _visit_call(self, node: ast.Call, scope: Scope, use: Use | Scope) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        called = "" if name in self._shadowed else name
        effect = Use.READ if called in INSPECTING else use if called in FORWARDING else Use.PASSED
        self._note_iterator(node)
        self._push((node.func, *node.args), scope, _within(effect, use))
        for keyword in node.keywords:
            passed = Use.PASSED if keyword.arg in USED_ARGUMENTS else effect
            self._push([keyword.value], scope, _within(passed, use))

    def _note_iterator(self, node: ast.Call) -> None:
        match node.func:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                if name in CONSUMING:
                    self._consumed.update(map(id, node.args))
                if id(node) not in self._consumed and (isinstance(node.func, ast.Name) or name in LAZY_METHODS):
                    self.iterator_sources.add(name)

    @_visits("Yield", "YieldFrom")
    def _visit_yield(self, node: ast.AST, scope: Scope, use: Use | Scope) -> None:
        self.iterator_sources.add("yield")
        self._visit_other(node, scope, use)

    @_visits("Lambda")
    def _visit_lambda(self, node: ast.Lambda, scope: Scope, use: Use | Scope) -> None:
        self.has_functions = True
        self._push(_defaults(node.args), scope, use)
        inner = self._enter(ScopeKind.FUNCTION, scope, use)
        self._bind_arguments(node.args, inner)
        self._push([node.body], inner, use)

    @_visits("ListComp", "SetComp", "GeneratorExp", "DictComp")
    def _visit_comprehension(self, node: Comprehension, scope: Scope, use: Use | Scope) -> None:
        if isinstance(node, ast.GeneratorExp) and id(node) not in self._consumed:
            self.iterator_sources.add("iter")
        self._consumed.update(id(generator.iter) for generator in node.generators)
        inner = self._enter(ScopeKind.COMPREHENSION, scope, use, node.generators[0].iter)
        elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for generator in node.generators:
            self._push([generator.target, *generator.ifs], inner, use)
        self._push((generator.iter for generator in node.generators[1:]), inner, _within(Use.PASSED, use))
        self._push(elements, inner, use)

    # --- statements ---------------------------------------------------------------------------------------------

    @_visits("AugAssign")
    def _visit_augmented(self, node: ast.AugAssign, scope: Scope, use: Use | Scope) -> None:
        if isinstance(node.target, ast.Name):
            self._load(node.target.id, scope, use)
        self._visit_other(node, scope, use)

    @_visits("AnnAssign")
    def _visit_annotated(self, node: ast.AnnAssign, scope: Scope, use: Use | Scope) -> None:
        if node.value is None and isinstance(node.target, ast.Name):
            if node.simple:
                scope.bound.add(node.target.id)  # local from here on, though it gets no value
            self._push([node.annotation], scope, use)
        else:
            self._visit_other(node, scope, use)

    @_visits("For", "AsyncFor")
    def _visit_for(self, node: ast.For | ast.AsyncFor, scope: Scope, use: Use | Scope) -> None:
        self._consumed.add(id(node.iter))
        self._visit_other(node, scope, use)

    @_visits("withitem")
    def _visit_with(self, node: ast.withitem, scope: Scope, use: Use | Scope) -> None:
        self._push([node.context_expr], scope, _within(Use.PASSED, use))
        self._push([node.optional_vars], scope, use)

    @_visits("ExceptHandler", "MatchAs", "MatchStar")
    def _visit_binder(
        self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar, scope: Scope, use: Use | Scope
    ) -> None:
        if node.name is not None:
            self._bind(node.name, scope)
        self._visit_other(node, scope, use)

    @_visits("MatchMapping")
    def _visit_mapping(self, node: ast.MatchMapping, scope: Scope, use: Use | Scope) -> None:
        if node.rest is not None:
            self._bind(node.rest, scope)
        self._visit_other(node, scope, use)

    @_visits("Import")
    def _visit_import(self, node: ast.Import, scope: Scope, use: Use | Scope) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            self._bind(name, scope, Import(name, alias.name, renamed=alias.asname is not None))

    @_visits("ImportFrom")
    def _visit_import_from(self, node: ast.ImportFrom, scope: Scope, use: Use | Scope) -> None:
        for alias in node.names:
            name = alias.asname or alias.name
            self._bind(name, scope, Import(name, node.module or "", alias.name, node.level))

    @_visits("Global")
    def _visit_global(self, node: ast.Global, scope: Scope, use: Use | Scope) -> None:
        scope.globals.update(node.names)

    @_visits("Nonlocal")
    def _visit_nonlocal(self, node: ast.Nonlocal, scope: Scope, use: Use | Scope) -> None:
        scope.nonlocals.update(node.names)

    @_visits("FunctionDef", "AsyncFunctionDef")
    def _visit_function(self, node: Function, scope: Scope, use: Use | Scope) -> None:
        self.has_functions = True
        self._bind(node.name, scope)
        self._push(node.decorator_list, scope, _within(Use.PASSED, use))
        self._push(_defaults(node.args), scope, use)
        around = self._enter_type_parameters(node, scope, use)
        self._push((argument.annotation for argument in _arguments(node.args)), around, use)
        self._push([node.returns], around, use)
        inner = self._enter(ScopeKind.FUNCTION, around, use)
        self._bind_arguments(node.args, inner)
        self._push(node.body, inner, Use.DEFERRED)

    @_visits("ClassDef")
    def _visit_class(self, node: ast.ClassDef, scope: Scope, use: Use | Scope) -> None:
        self.has_functions = True
        self._bind(node.name, scope)
        self._push(node.decorator_list, scope, _within(Use.PASSED, use))
        around = self._enter_type_parameters(node, scope, use)
        self._push([*node.bases, *node.keywords], around, use)
        self._push(node.body, self._enter(ScopeKind.CLASS, around, use), use)

    @_visits("TypeAlias")
    def _visit_type_alias(self, node: ast.AST, scope: Scope, use: Use | Scope) -> None:
        self._push([getattr(node, "name", None)], scope, use)
        inner = self._enter_type_parameters(node, scope, use)
        self._push([getattr(node, "value", None)], inner, Use.DEFERRED)

    def _enter_type_parameters(self, node: ast.AST, scope: Scope, use: Use | Scope) -> Scope:
        """Return the scope of `[T, *Ts, **P]` after a name, or the one around where there is none."""
        parameters = getattr(node, "type_params", ())
        if not parameters:
            return scope
        inner = self._enter(ScopeKind.FUNCTION, scope, use)
        for parameter in parameters:
            self._bind(parameter.name, inner)
            self._push(ast.iter_child_nodes(parameter), inner, Use.DEFERRED)
        return inner

    def _bind_arguments(self, args: ast.arguments, scope: Scope) -> None:
        for argument in _arguments(args):
            self._bind(argument.arg, scope)


def _within(use: Use | Scope, around: Use | Scope) -> Use | Scope:
    """Return how a part of an expression is used: code that does not run passes nothing to a call."""
    return Use.DEFERRED if around is Use.DEFERRED else use


def _defaults(args: ast.arguments) -> list[ast.expr]:
    return [*args.defaults, *(default for default in args.kw_defaults if default is not None)]


def _arguments(args: ast.arguments) -> list[ast.arg]:
    rest = [argument for argument in (args.vararg, args.kwarg) if argument is not None]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *rest]
