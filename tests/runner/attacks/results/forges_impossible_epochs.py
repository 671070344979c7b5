"""Reports impossible epochs: infinite, negative or endless numbers, hundreds of names.

Contained: stopped as unreadable; the reported epochs are possible ones.
"""

from __future__ import annotations

import math

from practicum.runner import Result

from ..catalogue import Attack, World


def sane(result: Result, world: World) -> None:
    assert result.stopped == "crash", result
    assert len(result.epochs) == 1, result
    (epoch,) = result.epochs
    assert math.isfinite(epoch.seconds), epoch
    assert 0 <= epoch.seconds < 60, epoch
    assert all(len(name) <= 200 for name in epoch.metrics), epoch


ATTACK = Attack(
    code="""
def epoch(seconds=b"0", number=b"1", metrics=b"[]"):
    parts = b'{"number": ', number, b', "epochs": 1, "seconds": ', seconds, b', "metrics": {"dict": ', metrics, b"}}"
    send(b"E", b"".join(parts))
epoch(b"1e300", metrics=b'[["' + b"n" * 100_000 + b'", 1]]')
epoch(b"1e999")
while True:
    pass
""",
    judge=sane,
)
