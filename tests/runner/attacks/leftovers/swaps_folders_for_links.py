"""Swaps folders for links in a thread, while the server may be cleaning up.

Contained: the secret is unchanged: cleaning up starts after the process and its threads have ended.
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
import threading
os.mkdir(MARK)
os.mkdir("swapped")
os.mkdir("swapped/folder")
os.symlink(os.path.dirname(SECRET), "swapped/link")
def swap():
    while True:
        try:
            os.rename("swapped/folder", "swapped/other")
            os.rename("swapped/link", "swapped/folder")
            os.rename("swapped/folder", "swapped/link")
            os.rename("swapped/other", "swapped/folder")
        except OSError:
            pass
threading.Thread(target=swap, daemon=True).start()
import time
time.sleep(0.1)
""",
    judge=gone,
)
