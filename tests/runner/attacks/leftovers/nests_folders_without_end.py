"""Nests folders deeper than any path can name and any recursion can follow.

Contained: soon after its end nothing is left of its scratch folder.
"""

from __future__ import annotations

from practicum.runner import Result

from ..catalogue import Attack, World
from ..scratch import left


def gone(result: Result, world: World) -> None:
    assert left(world.mark) == []


ATTACK = Attack(
    code="""
for _ in range(3000):
    os.mkdir(MARK)
    os.chdir(MARK)
""",
    judge=gone,
)
