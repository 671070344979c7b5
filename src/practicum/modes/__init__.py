"""The registry of learning modes, in the order in which a topic offers them. A new mode is one module and one line."""

from __future__ import annotations

from practicum.modes.base import Mode
from practicum.modes.challenge import MODE as CHALLENGE
from practicum.modes.deep import MODE as DEEP
from practicum.modes.learn import MODE as LEARN
from practicum.modes.metrics import MODE as METRICS
from practicum.modes.project import MODE as PROJECT
from practicum.modes.recall import MODE as RECALL
from practicum.modes.try_ import MODE as TRY
from practicum.modes.visualize import MODE as VISUALIZE
from practicum.modes.why import MODE as WHY

ALL: tuple[Mode, ...] = (LEARN, WHY, DEEP, VISUALIZE, TRY, CHALLENGE, PROJECT, RECALL, METRICS)


def get(name: str) -> Mode:
    """The mode of that name. Raises KeyError."""
    return {mode.name: mode for mode in ALL}[name]


__all__ = ["ALL", "CHALLENGE", "Mode", "get"]
