"""Conditions evaluated by a run: whether an expression is true, and the values of its operands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from practicum.formatting import truncate
from practicum.kinds.literals import value_text
from practicum.model import Failure, Opaque


@dataclass(frozen=True)
class Condition:
    """An expression that a run evaluated as a boolean."""

    holds: bool
    operands: Mapping[str, Any]
    """The values of the operands of its comparisons, by their source (:func:`comparison_sides.with_sides`)."""

    @property
    def operands_text(self) -> str:
        """The operands in words: `` `len(x)` is 3 ``."""
        return ", ".join(f"`{source}` is {value_text(value)}" for source, value in self.operands.items())


def read_condition(value: Any) -> Condition | Failure:
    """The condition that a run returned for an expression made by `with_sides`, or why there is none."""
    match value:
        case Failure():
            return value
        case [bool() as holds, {**operands}]:
            return Condition(holds, {str(source): _operand(operand) for source, operand in operands.items()})
    return Failure("ValueError", f"the run returns {truncate(value_text(value), 80)}, which is neither true nor false")


def _operand(value: Any) -> Any:
    """An operand; one that is not plain data came back as a list of its `repr` alone."""
    return Opaque("text", " ".join(str(value[0]).split())) if isinstance(value, list) and len(value) == 1 else value
