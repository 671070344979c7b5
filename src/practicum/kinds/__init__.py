"""The registry of problem kinds. A new kind is one folder and one line here; all else iterates this."""

from __future__ import annotations

from practicum.kinds.base import Kind
from practicum.kinds.blanks import Blanks
from practicum.kinds.choice import Choice
from practicum.kinds.code import Code
from practicum.kinds.number import Number
from practicum.kinds.order import Order
from practicum.kinds.predict import Predict
from practicum.kinds.project import Project
from practicum.kinds.repair import Repair

ALL: dict[str, Kind] = {
    kind.name: kind for kind in (Choice(), Predict(), Blanks(), Repair(), Code(), Order(), Number(), Project())
}
DEFAULT = next(iter(ALL))
"""The kind of a problem that names none."""


def get(name: str) -> Kind:
    """The kind of that name. Raises KeyError."""
    return ALL[name]


__all__ = ["ALL", "DEFAULT", "Kind", "get"]
