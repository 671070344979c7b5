"""The registry of learning modes: one folder per mode, and one line here or one entry point in another package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from practicum import registry
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

GROUP = "practicum.modes"
"""The entry-point group in which other packages declare their modes, each an instance of `Mode`."""

BUILTIN: tuple[Mode, ...] = (LEARN, WHY, DEEP, VISUALIZE, TRY, CHALLENGE, PROJECT, RECALL, METRICS)
"""In the order in which a topic offers them."""


@cache
def registered() -> Mapping[str, Mode]:
    """All modes by name, the built-in ones first. Raises PluginError for an entry point that cannot be used."""
    return registry.load(GROUP, BUILTIN, Mode)


def get(name: str) -> Mode:
    """The mode of that name. Raises KeyError."""
    return registered()[name]


__all__ = ["BUILTIN", "GROUP", "Mode", "get", "registered"]
