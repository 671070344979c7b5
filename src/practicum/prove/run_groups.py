"""Measured runs in groups: the runs of one experiment with the same settings, whatever their seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from practicum.formatting import literal
from practicum.model import Json, Measured
from practicum.python_source.defaults import literal_defaults

Settings = Mapping[str, Json]


@dataclass(frozen=True)
class RunGroup:
    """Runs that differ in nothing but their seeds."""

    name: str
    """What tells them from the other groups, in words: `from scratch, copies 5`. No two groups have the same name."""
    runs: tuple[Measured, ...]

    @property
    def function(self) -> str:
        return self.runs[0].measurement.function


def group_runs(measured: Sequence[Measured], experiments: str) -> tuple[RunGroup, ...]:
    """Return the runs in groups, in the order in which each group first appears.

    Args:
        measured: The runs.
        experiments: The source of `experiments.py`. A parameter that a call leaves out has the default that it names.
    """
    functions = {one.measurement.function for one in measured}
    defaults = {function: literal_defaults(experiments, function) for function in functions}
    grouped: dict[str, list[Measured]] = {}
    settings: dict[str, Settings] = {}
    for one in measured:
        given = {**defaults[one.measurement.function], **one.measurement.params}
        key = f"{one.measurement.function} {_fingerprint(given)}"
        settings[key] = given
        grouped.setdefault(key, []).append(one)
    written = {name for one in measured for name in one.measurement.params}
    names = _distinct_names(list(grouped.values()), list(settings.values()), written)
    return tuple(RunGroup(name, tuple(runs)) for name, runs in zip(names, grouped.values(), strict=True))


def _fingerprint(settings: Settings) -> str:
    """The settings as text, in which `1`, `1.0`, `True` and `'1'` differ."""
    return repr(sorted((name, repr(value)) for name, value in settings.items()))


def _distinct_names(groups: Sequence[Sequence[Measured]], settings: Sequence[Settings], written: set[str]) -> list[str]:
    """The groups' names in words; as calls if two of them would read the same in words."""
    functions = [runs[0].measurement.function for runs in groups]
    holders = {name: _holders(name, functions, settings) for name in sorted(written)}
    varied = [name for name in holders if _varies(name, holders[name], functions, settings)]
    alone = len(set(functions)) == 1
    named = [
        (function, given, [name for name in varied if function in holders[name]])
        for function, given in zip(functions, settings, strict=True)
    ]
    names = [_in_words(*one, alone) for one in named]
    return names if len(set(names)) == len(names) else [_as_call(*one) for one in named]


def _holders(name: str, functions: Sequence[str], settings: Sequence[Settings]) -> set[str]:
    """The functions that are known to have a parameter of that name."""
    return {function for function, given in zip(functions, settings, strict=True) if name in given}


def _varies(name: str, holders: set[str], functions: Sequence[str], settings: Sequence[Settings]) -> bool:
    """Whether calls of its holders differ in a parameter. Without a known default, leaving it out counts as a value."""
    values = {
        repr(given[name]) if name in given else None
        for function, given in zip(functions, settings, strict=True)
        if function in holders
    }
    return len(values) > 1


def _in_words(function: str, settings: Settings, varied: Sequence[str], alone: bool) -> str:
    """`from scratch, copies 5`; without the function if there is no other; the one varied number by itself: `1e-5`."""
    if alone and len(varied) == 1 and _speaks_for_itself(settings.get(varied[0])):
        return _value(settings[varied[0]])
    words = [_setting(name, settings) for name in varied]
    return ", ".join(words if alone and words else [function.replace("_", " "), *words])


def _speaks_for_itself(value: Json) -> bool:
    return value is not None and not isinstance(value, bool)


def _setting(name: str, settings: Settings) -> str:
    words = name.replace("_", " ")
    if name not in settings:
        return f"default {words}"
    value = settings[name]
    if isinstance(value, bool):
        return words if value else f"not {words}"
    return f"{words} {'none' if value is None else _value(value)}"


def _value(value: Any) -> str:
    return literal(value) if isinstance(value, float) else str(value)


def _as_call(function: str, settings: Settings, varied: Sequence[str]) -> str:
    arguments = ", ".join(f"{name}={settings[name]!r}" for name in varied if name in settings)
    return f"{function}({arguments})"
