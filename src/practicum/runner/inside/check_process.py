"""The check's process: it runs the setup again, and requests the learner's objects from the job's process."""

from __future__ import annotations

import builtins
import re
import sys
import types

from practicum.runner.inside import rpc
from practicum.runner.inside.deserialize import Deserializer
from practicum.runner.inside.library_values import LIBRARIES
from practicum.runner.inside.message_format import CannotCross, ProtocolViolation
from practicum.runner.inside.output_capture import MAX_PRINTED
from practicum.runner.inside.progress_bars import without_progress_bars
from practicum.runner.inside.serialize import fingerprint
from practicum.runner.inside.value_encoding import shorten

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


MAX_NAMED = 3
"""Proxies that a failing check names."""
PRINTED = "printed"
"""The name by which a check reads what the code has written to stdout so far."""


MODULE_ALIASES = {"np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot", "tf": "tensorflow", "jnp": "jax.numpy"}
"""Usual names of modules that a check may use without an import of its own."""
MODULES = frozenset({*sys.stdlib_module_names, *LIBRARIES})
"""Modules that a check imports because the code has them."""
_MASKS = re.compile(r"\bma\b|mask")
_MISSING = re.compile(
    r"\b(NA|None|convert_dtypes|dtype_backend|dropna|fillna|hasnans|isna|isnull|notna|notnull)\b"
    r"|\.equals\(|assert_(frame|series|index|extension_array)_equal"
)


class CheckDeserializer(Deserializer):
    """Reads what the code's process answers: nothing in it may equal, or stand for, what it is not."""

    asked = ""
    """The name whose value is read, if it is one."""
    reads_masks = False
    """Whether the check names masks, and so expects them."""
    reads_missing = False
    """Whether the check names missing values, or compares tables with a function that finds them."""

    def read_module(self, content: Any, depth: int) -> object:
        """Return the check's own module, only where a name is asked for that stands for it everywhere."""
        if type(content) is not str or self.asked not in _usual_names(content):
            raise CannotCross("it is a module with another name: import in the check what the check uses")
        if content.partition(".")[0] not in MODULES:
            raise CannotCross(f"the check does not import `{shorten(content, 50)}`: write the import in the check")
        return super().read_module(content, depth)

    def read_masked(self, content: Any, depth: int) -> Any:
        """Return a masked array only to a check that expects one: NumPy's comparisons pass over masked elements."""
        if not self.reads_masks:
            raise CannotCross("it is a masked array, which a check reads only if it names `mask` or `ma`")
        return super().read_masked(content, depth)

    def expect_missing(self) -> None:
        """Let pandas' missing values pass only to a check that expects them: `all` and `any` pass over them."""
        if not self.reads_missing:
            raise CannotCross("it has missing values, which a check reads only if it names them, as `isna` does")

    def read_constant(self, content: Any, depth: int) -> Any:
        """Return the constant of that name; NumPy's masked element as a masked array."""
        if content == "numpy.ma.masked" and not self.reads_masks:
            raise CannotCross("it is masked, which a check reads only if it names `mask` or `ma`")
        return super().read_constant(content, depth)


def _usual_names(module: str) -> tuple[str, ...]:
    """Return the names by which programs import a module: `numpy` and `np`, or `stats` for `scipy.stats`."""
    aliases = [alias for alias, name in MODULE_ALIASES.items() if name == module]
    return (module, module.rpartition(".")[2], *aliases)


class CheckNamespace(dict):  # type: ignore[type-arg]
    """The check's `__main__` namespace. It looks up missing names with :meth:`CheckPeer.find`."""

    peer: CheckPeer | None = None

    def __missing__(self, name: str) -> Any:
        if self.peer is None or name in self.peer.builtins or (name.startswith("__") and name.endswith("__")):
            raise KeyError(name)
        if name == PRINTED and not self.peer.setup_has_printed:
            return self.peer.printed
        value = self[name] = self.peer.find(name)
        return value

    def attribute(self, name: str) -> Any:
        """Return a name as an attribute of the module. Raises AttributeError."""
        if name not in self:
            raise AttributeError(f"module '__main__' has no attribute {name!r}")
        return self[name]


class CheckPeer(rpc.Peer):
    """Sends the check's requests to the job's process."""

    borrow: dict[str, Any]
    space: CheckNamespace
    printed = ""
    """What the code has written to stdout so far, without Keras's progress bars."""
    setup_has_printed = False
    """Whether the setup binds the name `printed`, which is then an ordinary name."""

    asked = ""
    """The name that is being asked for."""
    reads_masks = False
    reads_missing = False

    def _read(self, message: bytes) -> CheckDeserializer:
        reader = CheckDeserializer(self.references, message, self._proxy, self.own)
        reader.asked, reader.reads_masks, reader.reads_missing = self.asked, self.reads_masks, self.reads_missing
        return reader

    def begin(self, space: CheckNamespace, borrow: dict[str, Any], before: set[str], source: str) -> None:
        """Remove the names that the setup has bound and the learner may have changed, so that they are requested.

        Args:
            borrow: The `Borrowing` of setup and code (`practicum.python_source.check_name_sources`), as JSON.
            before: The names that were in the namespace before the setup ran.
            source: The text of the setup and the check.
        """
        self.space = space
        self.reads_masks = _MASKS.search(source) is not None
        self.reads_missing = _MISSING.search(source) is not None
        self.builtins = frozenset(vars(builtins))
        self.borrow = borrow
        self.printed = borrow.get("printed", "")
        self.setup_has_printed = PRINTED in space.keys() - before
        self._setup_values: dict[str, Any] = {}
        self._names: dict[int, str] = {}
        self._compared: dict[int, str] = {}
        for name in space.keys() - before:
            if self._may_have_changed(name, space[name]):
                self._setup_values[name] = space.pop(name)
        self.own = {
            name: value
            for name, value in space.items()
            if callable(value) and getattr(value, "__module__", None) == "__main__" and hasattr(value, "__name__")
        }
        space.peer = self

    def _may_have_changed(self, name: str, value: object) -> bool:
        if name in self.borrow["bound"]:
            return name not in self.borrow["imported"] and not isinstance(value, types.ModuleType)
        if name in self.borrow["touched"]:
            return not _is_fixed(value)
        if name in self.borrow["near"]:
            return not _is_fixed(value) and not _is_data(value)
        return False

    def find(self, name: str) -> Any:
        """Return the value of `name` in the job's process. Raises what that process raises, such as NameError."""
        if name in self._setup_values and name not in self.borrow["bound"] and self._is_same(name):
            return self._setup_values[name]
        self.asked = name
        try:
            value = self.ask("name", None, (name,), what=f"`{name}`")
        finally:
            self.asked = ""
        number = self.references.remote_number(value)
        if number is not None:
            self._names.setdefault(number, name)
        return value

    def _is_same(self, name: str) -> bool:
        """Return whether the learner has left the value unchanged. A false answer can only hide a change."""
        known = fingerprint(self._setup_values[name])
        return known is not None and self.ask("same", None, (name, known)) is True

    def note_comparison(self, proxy: Any, number: int) -> None:
        if len(self._compared) < MAX_NAMED:
            name = f"`{self._names[number]}`, " if number in self._names else ""
            self._compared.setdefault(number, f"{name}a `{shorten(type(proxy).__name__, 100)}`")

    @property
    def compared_proxies(self) -> list[str]:
        """The proxies that the check compared or asked for their class, in words, for the author of the check."""
        return list(self._compared.values())

    def receive_output(self, text: object) -> None:
        """Add to what the code has printed, and print it here too if the check has redirected its stdout."""
        if type(text) is not str or len(text) > MAX_PRINTED:
            raise ProtocolViolation("what is printed is a text of limited length")
        if not text:
            return
        text = without_progress_bars(text)
        self.printed += text
        if len(self.printed) > 3 * MAX_PRINTED:
            raise ProtocolViolation("too much is printed")
        if sys.stdout is not sys.__stdout__:
            sys.stdout.write(text)

    def perform(self, do: str, target: Any, arguments: list[Any], named: dict[str, Any]) -> Any:
        """Do what the learner's code asks with an object of the check: call it, iterate it, read public attributes.

        Nothing else is allowed: from a function's attributes one can reach the check's source and expected values.
        """
        if target is None or do not in _ALLOWED:
            raise TypeError("a check's objects do not allow this")
        if do in ("get", "put"):
            name = arguments[0]
            if type(name) is not str or name.startswith("_") or type(target).__module__ != "__main__":
                raise AttributeError(f"`{type(target).__name__}` has no attribute {name!r}")
        return rpc.perform(do, target, arguments, named)


def _is_fixed(value: object) -> bool:
    """Return whether code can use the value but not change it."""
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
    """Return whether the value is plain data, which is sent whole."""
    return fingerprint(value) is not None
