"""Sends text that UTF-8 cannot encode: half a character.

Contained: the failure can be encoded as UTF-8.
"""

from __future__ import annotations

from practicum.runner import Result

from ..catalogue import Attack, World


def written(result: Result, world: World) -> None:
    assert result.failure is not None
    repr(result).encode()
    str(result.failure).encode()


ATTACK = Attack(
    code=r"""
bad = "\ud800"
what = {"type": bad, "message": bad, "line": 1, "where": bad, "running": bad, "bases": [bad], "memory": False}
send(b"F", {"failure": what, "traceback": bad})
""",
    judge=written,
)
