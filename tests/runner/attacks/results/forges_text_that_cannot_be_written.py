"""Sends text that no file and no page can hold: half a character.

Contained: the failure can be written as UTF-8.
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
what = {"type": bad, "message": bad, "line": 1, "where": bad, "bases": [bad], "memory": False}
tell(b"F", {"failure": what, "traceback": bad})
""",
    judge=written,
)
