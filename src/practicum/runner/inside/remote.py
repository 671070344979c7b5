"""What stands in one process for a thing that stays in the other: calls, attributes and items are asked for.

Comparison and arithmetic are not: a class that lies about its equality would pass every check. `==` is identity, and
the rest says in words what it met instead of a number.
"""

from __future__ import annotations

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Remote:
    """The common part; the abilities are added class by class, so that `callable` and `iter` tell the truth."""

    __slots__ = ("__weakref__", "_number", "_talk")

    def __init__(self, talk: Any, number: int) -> None:
        _set_talk(self, talk)
        _set_number(self, number)

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":
            return type(self)
        if name.startswith(("__array", "__reduce", "__getstate", "__tf_", "__cuda_")):
            raise AttributeError(name)  # what libraries look for in everything
        return _ask(self, "get", name)

    def __setattr__(self, name: str, value: object) -> None:
        _ask(self, "put", name, value)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __bool__(self) -> bool:
        return _sure(_ask(self, "bool"), bool, self)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return _sure(_ask(self, "repr"), str, self)  # type: ignore[no-any-return]

    def __str__(self) -> str:
        return _sure(_ask(self, "str"), str, self)  # type: ignore[no-any-return]


_get_talk: Any = Remote.__dict__["_talk"].__get__
_set_talk: Any = Remote.__dict__["_talk"].__set__
_get_number: Any = Remote.__dict__["_number"].__get__
_set_number: Any = Remote.__dict__["_number"].__set__


def _ask(remote: Remote, do: str, *arguments: object, **named: object) -> Any:
    return _get_talk(remote).ask(do, _get_number(remote), arguments, named)


def _sure(value: object, kind: type, remote: Remote) -> Any:
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


_ABLE: dict[str, dict[str, Callable[..., Any]]] = {
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
_KINDS: dict[tuple[str, frozenset[str]], type[Remote]] = {}


def _iterate(found: Any) -> Any:
    """An iterator that was asked for: itself a stand-in, or plain data if the other end says so."""
    return iter(found) if not isinstance(found, Remote) or not hasattr(type(found), "__next__") else found


def stand_in(talk: object, number: int, name: str, can: frozenset[str]) -> Remote:
    """A stand-in for number `number`, of a class of that name with those abilities."""
    kind = _KINDS.get((name, can))
    if kind is None:
        methods: dict[str, Any] = {"__slots__": ()}
        for ability in sorted(can & _ABLE.keys()):
            methods.update(_ABLE[ability])
        kind = _KINDS[name, can] = type(name, (Remote,), methods)
    return kind(talk, number)
