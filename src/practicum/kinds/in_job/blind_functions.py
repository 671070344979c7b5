"""Replaces functions by ones that ignore their input, and values by empty ones. Runs after a solution.

Nothing imports it. Each pattern raises LookupError if it does not fit.
"""

import dis
import functools
import inspect
import math
import sys
import types
from collections.abc import Callable, Iterable
from typing import Any

PLAIN = (bool, int, float, complex, str, bytes)


def _first_argument(first: Any, arguments: tuple[Any, ...], labels: list[Any]) -> Any:
    _first_result(first, arguments, labels)
    return arguments[0]


def _first_result(first: Any, arguments: tuple[Any, ...], labels: list[Any]) -> Any:
    if first is None or not _is_plain(first):
        raise LookupError("only plain data can be written down beforehand")
    return first


def _most_frequent_class(first: Any, arguments: tuple[Any, ...], labels: list[Any]) -> Any:
    classes, _ = _classes(first)
    counts = [list(classes).count(number) for number in range(max(classes) + 1)]
    return _predictions(first, [counts.index(max(counts))] * len(arguments[0]))


def _classes_in_turn(first: Any, arguments: tuple[Any, ...], labels: list[Any]) -> Any:
    _, count = _classes(first)
    return _predictions(first, [row % count for row in range(len(arguments[0]))])


def _classes_in_blocks(first: Any, arguments: tuple[Any, ...], labels: list[Any]) -> Any:
    _, count = _classes(first)
    return _predictions(first, sorted(row % count for row in range(len(arguments[0]))))


def _given_labels(first: Any, arguments: tuple[Any, ...], labels: list[Any]) -> Any:
    _, count = _classes(first)
    known = next(known for known in labels if max(known) < count)
    return _predictions(first, [known[row % len(known)] for row in range(len(arguments[0]))])


def _mean(first: Any, arguments: tuple[Any, ...], labels: list[Any]) -> Any:
    numpy = sys.modules["numpy"]
    values = numpy.asarray(first)
    if values.dtype.kind != "f" or values.size != len(values) or (values == values[0]).all():
        raise LookupError("there is not one number for each row, or it is the same for all")
    return numpy.full((len(arguments[0]), *values.shape[1:]), values.mean(), values.dtype)


def _empty_result(first: Any, arguments: tuple[Any, ...], labels: list[Any]) -> Any:
    return _empty(first)


def _not_a_number_result(first: Any, arguments: tuple[Any, ...], labels: list[Any]) -> Any:
    return _not_a_number(first)


def _empty(value: Any) -> Any:
    if not _is_plain(value) or not hasattr(value, "__len__") or not len(value):
        raise LookupError("it has no content")
    return value[:0] if hasattr(value, "__getitem__") and not isinstance(value, dict) else type(value)()


def _not_a_number(value: Any) -> Any:
    numpy = sys.modules.get("numpy")
    if type(value) in (int, float) and value == value:
        return math.nan
    if (
        numpy is not None
        and isinstance(value, numpy.ndarray | numpy.generic)
        and value.dtype.kind in "iuf"
        and (value == value).any()
    ):
        return numpy.full(value.shape, math.nan)
    raise LookupError("it is no number")


def _emptied_argument(first: Any, arguments: tuple[Any, ...], labels: list[Any]) -> Any:
    """Change the first argument in place, so that what a check computes from it afterwards is as empty."""
    argument = arguments[0]
    if isinstance(argument, list | dict | set | bytearray):
        argument.clear()
        return _empty(first)
    numpy = sys.modules["numpy"]
    if not isinstance(argument, numpy.ndarray) or not isinstance(first, numpy.ndarray | numpy.generic):
        raise LookupError("an argument that cannot be emptied")
    if not first.any():
        raise LookupError("zeros are what is asked for")
    argument[...] = 0
    rows = (len(argument), *first.shape[1:]) if first.ndim == argument.ndim > 0 else first.shape
    return numpy.zeros(rows, first.dtype)


INPUT_PATTERNS: dict[str, Callable[[Any, tuple[Any, ...], list[Any]], Any]] = {
    "first result": _first_result,
    "first argument": _first_argument,
    "most frequent class": _most_frequent_class,
    "classes in turn": _classes_in_turn,
    "classes in blocks": _classes_in_blocks,
    "given labels": _given_labels,
    "mean": _mean,
    "emptied argument": _emptied_argument,
}
POSITION_PATTERNS = INPUT_PATTERNS.keys() - {"first result", "first argument"}
"""Those whose result depends on the number of rows: that may be all that a solution looks at."""
PATTERNS = {**INPUT_PATTERNS, "empty": _empty_result, "not a number": _not_a_number_result}
VALUE_PATTERNS: dict[str, Callable[[Any], Any]] = {"empty value": _empty, "not a number as value": _not_a_number}


def _is_plain(value: Any) -> bool:
    if value is None or isinstance(value, PLAIN):
        return True
    if isinstance(value, dict):
        return all(map(_is_plain, [*value, *value.values()]))
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_is_plain, value))
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray | numpy.generic)


def _classes(first: Any) -> tuple[list[int], int]:
    """Return the classes that a result predicts, and the number of classes.

    Raises LookupError if it predicts none, or the same for every row: that may be what is asked for.
    """
    rows = _rows(first)
    if rows and all(isinstance(row, list) and len(row) > 1 for row in rows):
        classes, count = [row.index(max(row)) for row in rows], len(rows[0])
    elif rows and all(type(row) is int and row >= 0 for row in rows):
        classes, count = rows, max(rows) + 1
    else:
        raise LookupError("it predicts no classes")
    if len(set(classes)) == 1:
        raise LookupError("it predicts one class")
    return classes, count


def _rows(value: Any) -> list[Any]:
    rows = value.tolist() if hasattr(value, "tolist") else value
    return rows if isinstance(rows, list) else []


def _predictions(first: Any, classes: list[int]) -> Any:
    """Return these classes in the form that `first` has: scores of each class, or the classes themselves."""
    if isinstance(first, list):
        return [_scores(first[0], number) for number in classes]
    numpy = sys.modules["numpy"]
    if first.ndim == 2:
        return numpy.eye(first.shape[1], dtype=first.dtype)[classes]
    return numpy.array(classes, first.dtype)


def _scores(row: Any, number: int) -> Any:
    return [float(place == number) for place in range(len(row))] if isinstance(row, list) else number


def _reads_input(function: types.FunctionType) -> bool:
    """Return whether a function's code names any of its parameters: others must ignore their input."""
    used = {name for step in dis.get_instructions(function) for name in _names(step.argval)}
    return not used.isdisjoint(inspect.signature(function, follow_wrapped=False).parameters)


class _Rows:
    """Stands for an argument of which only the number of rows and the shape are known."""

    def __init__(self, argument: Any) -> None:
        self._length = len(argument)
        if hasattr(argument, "shape"):
            self.shape = argument.shape

    def __len__(self) -> int:
        return self._length


def _needs_only_sizes(function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """Return whether a function returns the same if it cannot read what its arguments contain."""
    if not any(hasattr(value, "__len__") for value in (*arguments, *named.values())):
        return False
    try:
        found = function(*map(_rows_of, arguments), **{key: _rows_of(value) for key, value in named.items()})
        return repr(found) == repr(function(*arguments, **named))
    except Exception:
        return False


def _rows_of(value: Any) -> Any:
    return _Rows(value) if hasattr(value, "__len__") else value


def _names(argument: Any) -> tuple[Any, ...]:
    """Return the names in an instruction's argument; some instructions of Python 3.13 have two."""
    return argument if isinstance(argument, tuple) else (argument,)


def _identity(value: Any) -> Any:
    return value


_chosen: dict[str, str] = {}
_originals: dict[str, Any] = {}
_first_calls: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {}
_namespace: dict[str, Any] = {}


def replace_names(namespace: dict[str, Any], names: Iterable[str]) -> None:
    """Prepare these names of a namespace: until a pattern is chosen for them, they are what they were.

    A function's patterns take the number and the type of results from its first one.
    """
    global _namespace
    rows = map(_rows, namespace.values())
    labels = [known for known in rows if known and all(type(row) is int and row >= 0 for row in known)]
    _namespace = namespace
    for name in names:
        value = _originals[name] = namespace.get(name)
        if isinstance(value, types.FunctionType):
            namespace[name] = _blind(value, name, labels)


def choose_pattern(name: str, pattern: str) -> None:
    """Choose what a name is or returns; an empty pattern restores it. Raises LookupError for one that does not fit."""
    value = _originals[name]
    if not isinstance(value, types.FunctionType):
        _namespace[name] = VALUE_PATTERNS[pattern](value) if pattern else value
    elif pattern in VALUE_PATTERNS or (pattern in INPUT_PATTERNS and not _reads_input(value)):
        raise LookupError(f"{name} is a function, or needs no input")
    elif pattern == "first argument" and value.__code__.co_code == _identity.__code__.co_code:
        raise LookupError(f"{name} must return its argument")
    elif pattern in POSITION_PATTERNS and _needs_only_sizes(value, *_first_calls[name]):
        raise LookupError(f"{name} must not look at the content of its input")
    else:
        _chosen[name] = pattern


def _blind(function: Callable[..., Any], name: str, labels: list[Any]) -> Callable[..., Any]:
    first: list[Any] = []
    depth = 0

    @functools.wraps(function)
    def blind(*arguments: Any, **named: Any) -> Any:
        if pattern := _chosen.get(name):
            return PATTERNS[pattern](first[0], arguments, labels)
        nonlocal depth
        depth += 1
        try:
            result = function(*arguments, **named)
        finally:
            depth -= 1
        if not first and not depth:
            first.append(result)
            _first_calls[name] = arguments, named
        return result

    return blind
