"""Names of exception classes, as authors write them and as runs report them."""

from __future__ import annotations

import builtins
import sys

_ALIASES = {
    **dict.fromkeys(("environmenterror", "ioerror", "windowserror"), "oserror"),
    **dict.fromkeys(("os.error", "socket.error", "select.error"), "oserror"),
    "socket.timeout": "timeouterror",
}
"""Other names of exception classes, in lower case."""
_PACKAGES = {"np": "numpy", "pd": "pandas", "tf": "tensorflow"}
"""Usual names of packages."""
_KNOWN = frozenset((*map(str.casefold, sys.stdlib_module_names), *_PACKAGES, *_PACKAGES.values()))
"""What surely is a package before a dot; `ET` and `linalg` may be names that the code has imported."""
_BUILTIN = frozenset(name.casefold() for name, value in vars(builtins).items() if isinstance(value, type))


def same_exception(left: str, right: str) -> bool:
    """Whether two names may be of one exception class: `error`, `struct.error`, but not `zlib.error`.

    Of their modules only the package is compared, where it is known: libraries export classes from other modules than
    they define them in.
    """
    packages = {_PACKAGES.get(package, package) for package in map(_package, (left, right)) if package}
    return class_name(left) == class_name(right) and len(packages) <= 1


def class_name(text: str) -> str:
    """The name of an exception or warning without its module, in lower case: `notfounderror`."""
    name = text.strip().removesuffix("()").casefold()
    return _ALIASES.get(name) or _ALIASES.get(name.rsplit(".", 1)[-1]) or name.rsplit(".", 1)[-1]


def _package(text: str) -> str:
    """The known package that a dotted name begins with, in lower case; nothing if a builtin class has that name."""
    package = text.strip().casefold().rpartition(".")[0].partition(".")[0]
    return package if package in _KNOWN and class_name(text) not in _BUILTIN else ""
