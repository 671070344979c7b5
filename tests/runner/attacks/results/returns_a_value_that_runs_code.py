"""Returns a value that runs code when it is unpickled, copied or printed.

Contained: the value is reported by its type and text; it is never unpickled.
"""

from __future__ import annotations

from practicum.model import Opaque
from practicum.runner import Result

from ..catalogue import EVERYWHERE, Attack, World


def opaque(result: Result, world: World) -> None:
    assert isinstance(result.values["bomb"], Opaque), result


ATTACK = Attack(
    code="""
class Bomb:
    def __reduce__(self):
        return (open, (FOLDER + "/unpickled", "w"))
    __reduce_ex__ = lambda self, version: self.__reduce__()
bomb = Bomb()
""",
    values={"bomb": "bomb"},
    judge=opaque,
    modes=EVERYWHERE,
)
