"""What several fresh runs of the same code agree on, or why they give nothing to judge by."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from practicum.kinds.equality import same, shown
from practicum.kinds.option_verdicts import listed
from practicum.model import Failure, Observation, Opaque

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_COUNT = r"\s*\d+/(?:\d+|Unknown) "
_BAR = re.compile(rf"^{_COUNT}(?:[━ ]*━|\[[=>.]{{30}}\]|-.* \d+[mµn]?s(?:/(?:step|epoch))?(?: -|$))")


def stopped(seen: Sequence[Observation]) -> str | None:
    """Why the machine ended a run, where it did."""
    return next((observation.stopped for observation in seen if observation.stopped), None)


def agreed(seen: Sequence[Observation], read: Callable[[Observation], Any]) -> tuple[Any, str | None]:
    """What all runs gave, and None; or the first run's value and a sentence that says how the runs differ."""
    values = [read(observation) for observation in seen]
    if all(alike(values[0], value) for value in values[1:]):
        return values[0], None
    different: list[Any] = []
    for value in values:
        if not any(alike(value, other) for other in different):
            different.append(value)
    texts = [f"`{_short(_said(value))}`" for value in different]
    return values[0], f"{len(values)} fresh runs gave {listed(texts)}"


def alike(left: Any, right: Any) -> bool:
    """Whether two observations are the same, failures included."""
    if isinstance(left, Failure) or isinstance(right, Failure):
        return isinstance(left, Failure) and isinstance(right, Failure) and left.type == right.type
    if isinstance(left, Witnessed) and isinstance(right, Witnessed):
        return left.truth is right.truth
    if isinstance(left, Opaque) and isinstance(right, Opaque):
        return left == right
    return same(left, right, strict=True)


def printed(text: str) -> str:
    """What a snippet printed, as it is compared: no Keras progress bars, no colours, no trailing white space."""
    plain = _ANSI.sub("", text).replace("\b", "")
    lines = [line.rsplit("\r", 1)[-1].rstrip() for line in plain.replace("\r\n", "\n").split("\n")]
    return "\n".join(line for line in lines if not _BAR.match(line)).rstrip()


@dataclass(frozen=True)
class Witnessed:
    """The truth of an expression, and what the sides of its comparisons were (:func:`comparison_sides.with_sides`)."""

    truth: bool
    sides: Mapping[str, Any]

    @property
    def said(self) -> str:
        """The sides in words: `` `len(x)` is 3 ``."""
        return ", ".join(f"`{source}` is {shown(value)}" for source, value in self.sides.items())


def witnessed(value: Any) -> Witnessed | Failure:
    """What a run gave for an expression made by `with_operands`, or the Failure of evaluating it."""
    match value:
        case Failure():
            return value
        case [bool() as truth, {**sides}]:
            return Witnessed(truth, {str(source): _side(side) for source, side in sides.items()})
    return Failure("ValueError", f"the run gives {_short(shown(value))}, neither true nor false")


def _side(value: Any) -> Any:
    return Opaque("text", " ".join(str(value[0]).split())) if isinstance(value, list) and len(value) == 1 else value


def _said(value: Any) -> str:
    if isinstance(value, Witnessed):
        return f"{value.truth} ({value.said})" if value.said else str(value.truth)
    return str(value) if isinstance(value, Failure) else shown(value)


def _short(text: str, limit: int = 80) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
