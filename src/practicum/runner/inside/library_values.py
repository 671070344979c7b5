"""Objects of the standard library in messages: written as plain data, and built by the reader's own constructors.

Only objects of exactly the listed classes are written; an instance of a subclass is represented by a proxy. Reading
validates, as the writer may be a learner's code: a forged message can only describe another value.
"""

from __future__ import annotations

import builtins
import importlib
import re
import sys

from practicum.runner.inside import pandas_values
from practicum.runner.inside.message_format import ProtocolViolation

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MAX_DIGITS = 10_000
"""Characters of a decimal number."""
MAX_PATTERN = 10_000
"""Characters of a regular expression."""

_DECIMAL = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?(?:E[+-]?[0-9]{1,18})?|Infinity|s?NaN[0-9]*)")
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+){0,3}")
_VIEWS = {"dict_keys": type({}.keys()), "dict_values": type({}.values()), "dict_items": type({}.items())}
_PLAIN = frozenset(
    {int, float, str, bool, type(None), list, tuple, dict, set, frozenset, bytes, bytearray, complex, range, slice}
)
"""Classes with tags of their own."""


def write(writer: Any, value: object, depth: int) -> Any:
    """Return the tagged content of a listed object; None for any other."""
    kind = type(value)
    if kind in _PLAIN:
        return None
    for name in _BY_PACKAGE.get(str(kind.__module__).partition(".")[0], ()):
        if _class_of(name) is kind:
            content = _FORMS[name][0](writer, value, depth)
            return None if content is None else {"object": [name, content]}
    return _write_constant(value) or _write_member(writer, value, depth) or _write_exception(writer, value, depth)


def read(reader: Any, content: Any, depth: int) -> Any:
    """Build the object that `write` has described. Raises ProtocolViolation, ValueError, TypeError and others."""
    name, described = content
    if type(name) is not str or name not in _FORMS:
        raise ProtocolViolation(f"unknown object {str(name)[:50]!r}")
    return _FORMS[name][1](reader, described, depth)


def _class_of(name: str) -> object:
    """Return a class by its dotted name, if its module is loaded."""
    if name in _VIEWS:
        return _VIEWS[name]
    module, _, attribute = name.rpartition(".")
    return getattr(sys.modules.get(module), attribute, None)


# --- constants, members of enumerations, exceptions, classes ---------------------------------------------------------

_CONSTANTS = ("builtins.Ellipsis", "builtins.NotImplemented", "pandas.NaT", "pandas.NA", "numpy.ma.masked")


_STANDARD = """abc array collections dataclasses datetime decimal enum fractions functools ipaddress itertools numbers
pathlib random re string types typing uuid zoneinfo"""
LIBRARIES = (
    *("PIL", "jax", "jaxlib", "keras", "matplotlib", "numpy", "pandas", "scipy", "sklearn", "tensorflow", "torch"),
)
"""Packages outside of the standard library that a check may use."""
_CLASS_MODULES = frozenset((*_STANDARD.split(), *LIBRARIES))
"""Modules whose classes cross by name. Others cross as proxies: `unittest.mock._ANY()` equals everything."""
_FOREIGN = frozenset({"builtins", "practicum", "unittest"})
"""Modules whose exceptions and enumerations do not cross by name either: `unittest.SkipTest` skips a check's test."""


def _write_constant(value: object) -> Any:
    return next(({"constant": name} for name in _CONSTANTS if _class_of(name) is value), None)


def read_constant(reader: Any, content: Any, depth: int) -> Any:
    """Return the constant of that name."""
    if content not in _CONSTANTS:
        raise ProtocolViolation("no constant")
    module, _, attribute = content.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def class_path(kind: type, own: dict[str, Any]) -> list[str] | None:
    """Return the module and the qualified name by which the other side finds a class; None if it cannot be found.

    Args:
        own: Classes of the program itself that the other side has too, by name.
    """
    module, name = str(kind.__module__), str(kind.__qualname__)
    return [module, name] if find_class(module, name, own) is kind else None


def find_class(module: str, name: str, own: dict[str, Any]) -> type | None:
    """Return a class of the standard library, of a module that is loaded here, or of `own`; None if there is none."""
    if module == "__main__":
        found = own.get(name)
        return found if isinstance(found, type) else None
    top = module.partition(".")[0]
    if not all(part.isidentifier() for part in (module + "." + name).split(".")):
        return None
    try:
        found = importlib.import_module(module) if top in sys.stdlib_module_names else sys.modules.get(module)
    except Exception:
        return None
    for part in name.split("."):
        found = vars(found).get(part) if hasattr(found, "__dict__") else None
    return found if isinstance(found, type) and _is_harmless(found, top) else None


def _is_harmless(kind: type, top: str) -> bool:
    """Return whether objects of a class can neither equal what they are not nor read what the check knows."""
    import enum

    return top in _CLASS_MODULES or (issubclass(kind, BaseException | enum.Enum) and top not in _FOREIGN)


def read_class(reader: Any, content: Any, depth: int) -> Any:
    """Return this side's own class, or the proxy of the other side's if there is none here."""
    module, name, proxy = content
    found = find_class(_text(module), _text(name), reader.own)
    return reader.read(proxy, depth + 1) if found is None else found


def _write_member(writer: Any, value: object, depth: int) -> Any:
    """Write a member of an enumeration that both sides may have: by its name, or of flags by their number."""
    enum: Any = sys.modules.get("enum")
    if enum is None or not isinstance(value, enum.Enum):
        return None
    path = class_path(type(value), writer.own)
    if path is None:
        return None
    which = writer.serialize(value._value_, depth + 1) if isinstance(value, enum.Flag) else str(value._name_)
    return {"member": [*path, which, writer.serialize_otherwise(value, depth) if path[0] == "__main__" else None]}


def read_member(reader: Any, content: Any, depth: int) -> Any:
    """Return the member of this side's own enumeration; without one, what the other side sent in its place."""
    import enum

    module, name, which, otherwise = content
    kind: Any = find_class(_text(module), _text(name), reader.own)
    if kind is None and otherwise is not None:
        return reader.read(otherwise, depth + 1)
    if kind is None or not issubclass(kind, enum.Enum):
        raise ProtocolViolation("no enumeration")
    if issubclass(kind, enum.Flag):
        return kind(_int(reader, which))
    return kind.__members__[_text(which)]


def _write_exception(writer: Any, value: object, depth: int) -> Any:
    kind = type(value)
    if not isinstance(value, BaseException) or getattr(builtins, kind.__name__, None) is not kind:
        return None
    return {"exception": [kind.__name__, writer.serialize(tuple(value.args), depth + 1)]}


def read_exception(reader: Any, content: Any, depth: int) -> Any:
    """Return a new exception of a builtin class."""
    name, args = content
    kind = getattr(builtins, _text(name), None)
    values = reader.read(args, depth + 1)
    if not (isinstance(kind, type) and issubclass(kind, BaseException)) or type(values) is not tuple:
        raise ProtocolViolation("no builtin exception")
    return kind(*values)


# --- numbers, times, paths -------------------------------------------------------------------------------------------


def _text(content: object) -> str:
    if type(content) is not str:
        raise ProtocolViolation("text is a string")
    return content


def _int(reader: Any, content: Any) -> int:
    number = reader.read(content, 0)
    if type(number) is not int:
        raise ProtocolViolation("a number is an integer")
    return number


def _ints(reader: Any, content: Any, count: int) -> list[int]:
    if type(content) is not list or len(content) != count:
        raise ProtocolViolation("the wrong number of parts")
    return [_int(reader, part) for part in content]


def _write_attributes(*names: str) -> Callable[..., Any]:
    return lambda writer, value, depth: [writer.serialize(getattr(value, name), depth + 1) for name in names]


_DATE = ("year", "month", "day")
_TIME = ("hour", "minute", "second", "microsecond")


def _write_clock(*names: str) -> Callable[..., Any]:
    """Write a time with its `fold` and its time zone, if the zone can be written too."""

    def write(writer: Any, value: Any, depth: int) -> Any:
        zone = writer.serialize(value.tzinfo, depth + 1)
        if zone is not None and "object" not in zone:
            return None
        return [[getattr(value, name) for name in (*names, "fold")], zone]

    return write


def _read_clock(kind: str, count: int) -> Callable[..., Any]:
    def read(reader: Any, content: Any, depth: int) -> Any:
        import datetime

        parts, zone = content
        *numbers, fold = _ints(reader, parts, count + 1)
        make: Any = getattr(datetime, kind)
        return make(*numbers, tzinfo=reader.read(zone, depth + 1), fold=fold)

    return read


def _read_date(reader: Any, content: Any, depth: int) -> Any:
    import datetime

    return datetime.date(*_ints(reader, content, 3))


def _read_timedelta(reader: Any, content: Any, depth: int) -> Any:
    import datetime

    return datetime.timedelta(*_ints(reader, content, 3))


def _write_timezone(writer: Any, value: Any, depth: int) -> Any:
    return [writer.serialize(part, depth + 1) for part in value.__getinitargs__()]


def _read_timezone(reader: Any, content: Any, depth: int) -> Any:
    import datetime

    return datetime.timezone(*reader.read_list(content, depth))


def _write_zone(writer: Any, value: Any, depth: int) -> Any:
    return value.key


def _read_zone(reader: Any, content: Any, depth: int) -> Any:
    import zoneinfo

    if not _ZONE.fullmatch(_text(content)):
        raise ProtocolViolation("no time zone")
    return zoneinfo.ZoneInfo(content)


def _write_text(writer: Any, value: Any, depth: int) -> Any:
    return writer.serialize(str(value), depth + 1)


def _read_decimal(reader: Any, content: Any, depth: int) -> Any:
    import decimal

    if len(_text(content)) > MAX_DIGITS or not _DECIMAL.fullmatch(content):
        raise ProtocolViolation("no decimal number")
    return decimal.Decimal(content)


def _write_decimal(writer: Any, value: Any, depth: int) -> Any:
    text = str(value)
    return text if len(text) <= MAX_DIGITS else None


def _read_fraction(reader: Any, content: Any, depth: int) -> Any:
    import fractions

    return fractions.Fraction(*_ints(reader, content, 2))


def _read_path(kind: str) -> Callable[..., Any]:
    def read(reader: Any, content: Any, depth: int) -> Any:
        import pathlib

        return getattr(pathlib, kind)(_str(reader, content))

    return read


def _str(reader: Any, content: Any) -> str:
    return _text(reader.read(content, 0))


def _read_uuid(reader: Any, content: Any, depth: int) -> Any:
    import uuid

    return uuid.UUID(int=_int(reader, content))


def _write_pattern(writer: Any, value: Any, depth: int) -> Any:
    if len(value.pattern) > MAX_PATTERN:
        return None
    return [writer.serialize(value.pattern, depth + 1), int(value.flags)]


def _read_pattern(reader: Any, content: Any, depth: int) -> Any:
    pattern, flags = content
    text = reader.read(pattern, depth + 1)
    if type(text) not in (str, bytes) or len(text) > MAX_PATTERN or type(flags) is not int or flags & re.DEBUG:
        raise ProtocolViolation("no regular expression")
    return re.compile(text, flags)


# --- containers ------------------------------------------------------------------------------------------------------


def _write_deque(writer: Any, value: Any, depth: int) -> Any:
    return [[writer.serialize(item, depth + 1) for item in value], value.maxlen]


def _read_deque(reader: Any, content: Any, depth: int) -> Any:
    import collections

    items, maxlen = content
    return collections.deque(reader.read_list(items, depth), None if maxlen is None else _int(reader, maxlen))


def _write_pairs(writer: Any, value: Any, depth: int) -> Any:
    return writer.serialize(dict(dict.items(value)), depth + 1)


def _pairs(reader: Any, content: Any, depth: int) -> dict[Any, Any]:
    pairs = reader.read(content, depth + 1)
    if type(pairs) is not dict:
        raise ProtocolViolation("pairs are a dict")
    return pairs


def _read_counter(reader: Any, content: Any, depth: int) -> Any:
    import collections

    return collections.Counter(_pairs(reader, content, depth))


def _read_ordered(reader: Any, content: Any, depth: int) -> Any:
    import collections

    return collections.OrderedDict(_pairs(reader, content, depth))


def _write_defaultdict(writer: Any, value: Any, depth: int) -> Any:
    return [writer.serialize(value.default_factory, depth + 1), _write_pairs(writer, value, depth)]


def _read_defaultdict(reader: Any, content: Any, depth: int) -> Any:
    import collections

    factory, pairs = content
    return collections.defaultdict(reader.read(factory, depth + 1), _pairs(reader, pairs, depth))


def _write_namespace(writer: Any, value: Any, depth: int) -> Any:
    return writer.serialize(vars(value), depth + 1)


def _read_namespace(reader: Any, content: Any, depth: int) -> Any:
    import types

    return types.SimpleNamespace(**_pairs(reader, content, depth))


def _write_view(writer: Any, value: Any, depth: int) -> Any:
    return _write_pairs(writer, value.mapping | {}, depth) if type(value.mapping | {}) is dict else None


def _read_view(method: str) -> Callable[..., Any]:
    return lambda reader, content, depth: getattr(_pairs(reader, content, depth), method)()


_FORMS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "datetime.date": (_write_attributes(*_DATE), _read_date),
    "datetime.datetime": (_write_clock(*_DATE, *_TIME), _read_clock("datetime", 7)),
    "datetime.time": (_write_clock(*_TIME), _read_clock("time", 4)),
    "datetime.timedelta": (_write_attributes("days", "seconds", "microseconds"), _read_timedelta),
    "datetime.timezone": (_write_timezone, _read_timezone),
    "zoneinfo.ZoneInfo": (_write_zone, _read_zone),
    "decimal.Decimal": (_write_decimal, _read_decimal),
    "fractions.Fraction": (_write_attributes("numerator", "denominator"), _read_fraction),
    **{
        f"pathlib.{name}": (_write_text, _read_path(name))
        for name in ("PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath")
    },
    "uuid.UUID": (lambda writer, value, depth: writer.serialize(value.int, depth + 1), _read_uuid),
    "re.Pattern": (_write_pattern, _read_pattern),
    "collections.deque": (_write_deque, _read_deque),
    "collections.Counter": (_write_pairs, _read_counter),
    "collections.OrderedDict": (_write_pairs, _read_ordered),
    "collections.defaultdict": (_write_defaultdict, _read_defaultdict),
    "types.SimpleNamespace": (_write_namespace, _read_namespace),
    **{name: (_write_view, _read_view(name.removeprefix("dict_"))) for name in _VIEWS},
    **pandas_values.FORMS,
}
"""By class: how an object of it is written as plain data, and how one is built from that."""

_BY_PACKAGE: dict[str, tuple[str, ...]] = {}
for _name in _FORMS:
    _package = "builtins" if _name in _VIEWS else _name.partition(".")[0]
    _BY_PACKAGE[_package] = (*_BY_PACKAGE.get(_package, ()), _name)
