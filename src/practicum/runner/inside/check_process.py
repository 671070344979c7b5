"""The check's process: the setup run anew, and a namespace that asks the job's process for what the learner made."""

from __future__ import annotations

import builtins
import importlib
import sys
import types

from practicum.runner.inside import rpc
from practicum.runner.inside.serialize import fingerprint

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import Any

_FIXED = (
    type(None),
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    range,
    type,
    types.ModuleType,
    types.FunctionType,
    types.BuiltinFunctionType,
)


_ALLOWED = ("call", "iter", "next", "len", "item", "get", "put", "bool", "str", "repr", "isinstance")


class Space(dict):  # type: ignore[type-arg]
    """`__main__` of a check. Names that are not there are looked for where :meth:`Asker.find` says."""

    asker: Asker | None = None

    def __missing__(self, name: str) -> Any:
        if self.asker is None or name in self.asker.builtins or (name.startswith("__") and name.endswith("__")):
            raise KeyError(name)
        found = self[name] = self.asker.find(name)
        return found

    def attribute(self, name: str) -> Any:
        """A name as an attribute of the module. Raises `AttributeError`."""
        if name not in self:
            raise AttributeError(f"module '__main__' has no attribute {name!r}")
        return self[name]


class Asker(rpc.Talk):
    """Asks for the check. `borrow` is a `practicum.python_source.borrowing.Borrowing` as JSON."""

    borrow: dict[str, Any]
    space: Space

    def begin(self, space: Space, borrow: dict[str, Any], before: set[str]) -> None:
        """Set aside what the setup has bound and the learner may have changed: the check shall ask for it.

        `before` are the names that were there before the setup.
        """
        self.space = space
        self.builtins = frozenset(vars(builtins))
        self.borrow = borrow
        self._aside: dict[str, Any] = {}
        for name in space.keys() - before:
            if self._may_have_changed(name, space[name]):
                self._aside[name] = space.pop(name)
        self.own = {
            name: value
            for name, value in space.items()
            if callable(value) and getattr(value, "__module__", None) == "__main__" and hasattr(value, "__name__")
        }
        space.asker = self

    def _may_have_changed(self, name: str, value: object) -> bool:
        if name in self.borrow["bound"]:
            return name not in self.borrow["imported"] and not isinstance(value, types.ModuleType)
        if name in self.borrow["touched"]:
            return not _is_fixed(value)
        if name in self.borrow["near"]:
            return not _is_fixed(value) and not _is_data(value)
        return False

    def find(self, name: str) -> Any:
        """What the check's `name` is. Raises what the job's process raises: `NameError` if it has none."""
        module = self.borrow["imports"].get(name)
        if module is not None:
            return _import(*module)
        if name in self._aside and name not in self.borrow["bound"] and self._is_same(name):
            return self._aside[name]
        return self.ask("name", None, (name,), what=f"`{name}`")

    def _is_same(self, name: str) -> bool:
        """Whether the learner left it as it was: then it need not cross. Said falsely, it only hides a change."""
        known = fingerprint(self._aside[name])
        return known is not None and self.ask("same", None, (name, known)) is True

    def perform(self, do: str, target: Any, arguments: list[Any], named: dict[str, Any]) -> Any:
        """What the learner's code may do with what the check has handed it: call, go through, read its public parts.

        Never more: from a function's own attributes there is a way to the check's text and what it expects.
        """
        if target is None or do not in _ALLOWED:
            raise TypeError("this cannot be done with what a check hands over")
        if do in ("get", "put"):
            name = arguments[0]
            if type(name) is not str or name.startswith("_") or type(target).__module__ != "__main__":
                raise AttributeError(f"`{type(target).__name__}` has no attribute {name!r}")
        return rpc.perform(do, target, arguments, named)


def _import(module: str, attribute: str | None) -> Any:
    """What an import statement of the learner's would bind, imported afresh."""
    try:
        found = importlib.import_module(module)
        return found if attribute is None else getattr(found, attribute)
    except AttributeError:
        return importlib.import_module(f"{module}.{attribute}")


def _is_fixed(value: object) -> bool:
    """What code can use but not change."""
    if isinstance(value, _FIXED):
        return True
    if isinstance(value, tuple | frozenset):
        return all(_is_fixed(item) for item in value)
    kind = type(value)
    if kind.__module__.startswith("tensorflow.python") and ("Tensor" in kind.__name__ or "Dataset" in kind.__name__):
        return True
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.generic | numpy.dtype)


def _is_data(value: object) -> bool:
    """Plain data: what crosses whole and has no behaviour."""
    return fingerprint(value) is not None
