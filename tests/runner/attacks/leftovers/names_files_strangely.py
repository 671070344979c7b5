"""Uses unusual file names: bytes, newlines, maximum lengths.

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
    code=r"""
os.mkdir(MARK)
os.chdir(MARK)
names = [b"\xff\xfe", b"\n", b"-rf", b"x" * 255]
names += [b"\xed\xa0\x80", b"$(reboot)"]
for name in names:
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
os.mkfifo("pipe")
""",
    judge=gone,
)
