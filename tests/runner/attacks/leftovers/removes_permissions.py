"""Removes all permissions from its folders, so that they cannot be removed.

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
os.mkdir(MARK)
os.makedirs("shut/inside/deeper")
open("shut/inside/file", "w").close()
for folder in ("shut/inside/deeper", "shut/inside", "shut", "."):
    os.chmod(folder, 0)
""",
    judge=gone,
)
