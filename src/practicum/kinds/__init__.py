"""The registry of problem kinds: one folder per kind, and one line here or one entry point in another package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from practicum import registry
from practicum.kinds.base import Kind
from practicum.kinds.blanks import Blanks
from practicum.kinds.choice import Choice
from practicum.kinds.code import Code
from practicum.kinds.number import Number
from practicum.kinds.order import Order
from practicum.kinds.predict import Predict
from practicum.kinds.project import Project
from practicum.kinds.repair import Repair

GROUP = "practicum.kinds"
"""The entry-point group in which other packages declare their kinds, each an instance of `Kind`."""

BUILTIN: tuple[Kind, ...] = (Choice(), Predict(), Blanks(), Repair(), Code(), Order(), Number(), Project())

DEFAULT = BUILTIN[0].name
"""The kind of a problem that names none."""


@cache
def registered() -> Mapping[str, Kind]:
    """All kinds by name, the built-in ones first. Raises PluginError for an entry point that cannot be used."""
    return registry.load(GROUP, BUILTIN, Kind)


def get(name: str) -> Kind:
    """The kind of that name. Raises KeyError."""
    return registered()[name]


__all__ = ["BUILTIN", "DEFAULT", "GROUP", "Kind", "get", "registered"]
