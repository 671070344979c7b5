"""What calls of Python's builtins do to their arguments, and which results can be iterated only once."""

from __future__ import annotations

import builtins

BUILTINS = frozenset(dir(builtins))

INSPECTING = frozenset({
    "abs", "all", "any", "ascii", "bin", "bool", "callable", "chr", "complex", "divmod", "float", "format", "hasattr",
    "hash", "hex", "id", "int", "isinstance", "issubclass", "len", "oct", "ord", "pow", "print", "range", "repr",
    "round", "str", "type",
})  # fmt: skip
"""Builtins that change no argument and whose result holds no part of an argument."""
FORWARDING = frozenset({
    "dict", "enumerate", "frozenset", "getattr", "iter", "list", "max", "min", "reversed", "set", "sorted", "sum",
    "tuple", "zip",
})  # fmt: skip
"""Builtins that change no argument, but whose result may hold an argument or parts of it."""
HARMLESS = INSPECTING | FORWARDING
USED_ARGUMENTS = frozenset({"key", "file"})
"""Keyword arguments that these builtins call, or write to."""

LAZY_METHODS = frozenset({"as_numpy_iterator", "chain", "cycle", "islice"})
LAZY = LAZY_METHODS | frozenset({"enumerate", "filter", "iter", "map", "open", "reversed", "zip"})
"""Functions whose result can be iterated only once."""
CONSUMING = (HARMLESS - LAZY) | {"join"}
"""Functions that iterate over their arguments before they return."""

_IMPURE = {"__import__", "dir", "eval", "exec", "globals", "hash", "id", "input", "locals", "object", "open", "vars"}
PURE = BUILTINS - _IMPURE
"""Builtins whose result depends on their arguments alone: not on the namespace, files or the interpreter."""
