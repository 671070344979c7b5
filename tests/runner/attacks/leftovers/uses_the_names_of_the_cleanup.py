"""Uses names like those that the cleanup gives to moved folders.

Contained: soon after its end nothing is left of its scratch folder.
"""

from __future__ import annotations

from practicum.runner import Result

from ..catalogue import Attack, World
from ..scratch import left


def gone(result: Result, world: World) -> None:
    assert result.stopped is None, result
    assert left(world.mark) == []


ATTACK = Attack(
    code="""
for number in range(1, 40):
    os.makedirs(f"{number}-moved-up/inside/deeper")
os.makedirs(MARK + "/a/b/c/d")
""",
    judge=gone,
)
