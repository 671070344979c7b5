"""The registry of learning modes, in the order in which a topic offers them.

A new mode of practicum is one folder and one line here. An installed package adds one through the entry-point group
`practicum.modes`.
"""

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
from practicum.registry import load

_MODES = load("practicum.modes", (LEARN, WHY, DEEP, VISUALIZE, TRY, CHALLENGE, PROJECT, RECALL, METRICS), Mode)
ALL: tuple[Mode, ...] = tuple(_MODES.values())


def get(name: str) -> Mode:
    """Return the mode of that name. Raises KeyError."""
    return _MODES[name]


__all__ = ["ALL", "Mode", "get"]
