"""Plants links where the server cleans up, so that it removes files elsewhere.

Contained: the secret is unchanged, and soon after its end nothing is left of its scratch folder.
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
os.mkdir("planted")
os.symlink(os.path.dirname(SECRET), "planted/folder")
os.symlink(SECRET, "planted/file")
os.symlink("/", "1-moved-up")
os.symlink("..", "planted/up")
own = os.getcwd()
try:
    os.rename(own, own + "-moved")
    os.symlink(os.path.dirname(SECRET), own)
except OSError:
    pass
""",
    judge=gone,
)
