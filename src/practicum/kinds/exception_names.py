"""Names of exception classes, as authors write them and as runs report them."""

from __future__ import annotations

import builtins

_ALIASES = {
    **dict.fromkeys(("environmenterror", "ioerror", "windowserror"), "oserror"),
    **dict.fromkeys(("os.error", "socket.error", "select.error"), "oserror"),
    "socket.timeout": "timeouterror",
}
"""Other names of exception classes, in lower case."""
_PACKAGES = {"np": "numpy", "pd": "pandas", "tf": "tensorflow"}
"""Usual names of packages."""
_BUILTIN = frozenset(name.casefold() for name, value in vars(builtins).items() if isinstance(value, type))


def same_exception(left: str, right: str) -> bool:
    """Whether two names may be of one exception class: `error`, `struct.error`, but not `zlib.error`.

    Of their modules only the package is compared, since libraries export classes from other modules than they define
    them in.
    """
    packages = {_PACKAGES.get(package, package) for package in map(_package, (left, right)) if package}
    return class_name(left) == class_name(right) and len(packages) <= 1


def class_name(text: str) -> str:
    """The name of an exception or warning without its module, in lower case: `notfounderror`."""
    name = text.strip().removesuffix("()").casefold()
    return _ALIASES.get(name) or _ALIASES.get(name.rsplit(".", 1)[-1]) or name.rsplit(".", 1)[-1]


def _package(text: str) -> str:
    """The package that a dotted name begins with, in lower case; nothing if a builtin class has that name."""
    name = text.strip().casefold()
    return "" if class_name(text) in _BUILTIN else name.rpartition(".")[0].partition(".")[0]
