"""Proxies for objects that stay in the other process: calls, attribute and item access are forwarded.

Comparison and arithmetic are not forwarded, as a class that lies about equality would pass every check: `==` compares
identity, and arithmetic raises a TypeError that names the class.
"""

from __future__ import annotations

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Remote:
    """Base class of proxies. Each proxy class adds only its object's abilities, so that `callable` and `iter` work."""

    __slots__ = ("__weakref__", "_number", "_peer")

    def __init__(self, peer: Any, number: int) -> None:
        _set_peer(self, peer)
        _set_number(self, number)

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":  # `isinstance` looks it up
            _get_peer(self).note_comparison(self, _get_number(self))
            return type(self)
        if name.startswith(("__array", "__reduce", "__getstate", "__tf_", "__cuda_")):
            raise AttributeError(name)  # libraries look these up on every object
        return _ask(self, "get", name)

    def __setattr__(self, name: str, value: object) -> None:
        _ask(self, "put", name, value)

    def __eq__(self, other: object) -> bool:
        if self is not other:
            _get_peer(self).note_comparison(self, _get_number(self))
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __bool__(self) -> bool:
        return _of_type(_ask(self, "bool"), bool, self)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return _of_type(_ask(self, "repr"), str, self)  # type: ignore[no-any-return]

    def __str__(self) -> str:
        return _of_type(_ask(self, "str"), str, self)  # type: ignore[no-any-return]


_get_peer: Any = Remote.__dict__["_peer"].__get__
_set_peer: Any = Remote.__dict__["_peer"].__set__
_get_number: Any = Remote.__dict__["_number"].__get__
_set_number: Any = Remote.__dict__["_number"].__set__


def _ask(remote: Remote, do: str, *arguments: object, **named: object) -> Any:
    return _get_peer(remote).ask(do, _get_number(remote), arguments, named)


def _of_type(value: object, kind: type, remote: Remote) -> Any:
    if type(value) is not kind:
        raise TypeError(f"`{type(remote).__name__}` does not answer with {kind.__name__}")
    return value


def _no_number(self: Remote, *_: object) -> Any:
    raise TypeError(f"the answer is a `{type(self).__name__}`, not a number")


def _no_order(self: Remote, other: object) -> Any:
    raise TypeError(f"the answer is a `{type(self).__name__}`: it has no order in a check")


_BINARY = (
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "divmod",
    "matmul",
    "and",
    "or",
    "xor",
    "lshift",
    "rshift",
)
_UNARY = ("neg", "pos", "abs", "invert", "float", "int", "index", "complex", "round", "trunc", "floor", "ceil")
for _name in (*_BINARY, *(f"r{name}" for name in _BINARY), *_UNARY):
    setattr(Remote, f"__{_name}__", _no_number)
for _name in ("lt", "le", "gt", "ge"):
    setattr(Remote, f"__{_name}__", _no_order)


def _call(self: Remote, /, *arguments: object, **named: object) -> Any:
    return _ask(self, "call", *arguments, **named)


def _enter(self: Remote) -> Any:
    return _ask(self, "enter")


def _exit(self: Remote, *_: object) -> None:
    _ask(self, "exit")


_METHODS: dict[str, dict[str, Callable[..., Any]]] = {
    "call": {"__call__": _call},
    "iter": {"__iter__": lambda self: _iterate(_ask(self, "iter"))},
    "next": {"__next__": lambda self: _ask(self, "next")},
    "len": {"__len__": lambda self: _ask(self, "len")},
    "item": {"__getitem__": lambda self, key: _ask(self, "item", key)},
    "set": {"__setitem__": lambda self, key, value: _ask(self, "set", key, value)},
    "enter": {"__enter__": _enter, "__exit__": _exit},
    "class": {
        "__instancecheck__": lambda self, value: _ask(self, "isinstance", value) is True,
        "__subclasscheck__": lambda self, value: _ask(self, "issubclass", value) is True,
    },
}
_CLASSES: dict[tuple[str, frozenset[str]], type[Remote]] = {}


def _iterate(iterable: Any) -> Any:
    """Return an iterator: a proxy, or one over plain data if the other process sent that."""
    return iter(iterable) if not isinstance(iterable, Remote) or not hasattr(type(iterable), "__next__") else iterable


def make_proxy(peer: object, number: int, name: str, can: frozenset[str]) -> Remote:
    """Return a proxy for the object with that number, of a class with that name and those abilities."""
    kind = _CLASSES.get((name, can))
    if kind is None:
        methods: dict[str, Any] = {"__slots__": ()}
        for ability in sorted(can & _METHODS.keys()):
            methods.update(_METHODS[ability])
        kind = _CLASSES[name, can] = type(name, (Remote,), methods)
    return kind(peer, number)
