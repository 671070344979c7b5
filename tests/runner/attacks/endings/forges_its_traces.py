"""Forges the traces from which the runner reads the line of a job out of time.

Contained: it can only falsify its own message, which stays short; its time runs out.
"""

from __future__ import annotations

from practicum.runner import Result

from ..catalogue import HURRIED, Attack, World


def short(result: Result, world: World) -> None:
    assert result.stopped == "time", result
    assert len(result.why) < 1000


ATTACK = Attack(
    code=r"""
try:
    os.write(4, b'File "<snippet>", line 1 in <module>\n' * 1000)
except OSError:
    pass
import faulthandler
faulthandler.cancel_dump_traceback_later()
while True:
    pass
""",
    judge=short,
    limits=HURRIED,
)
