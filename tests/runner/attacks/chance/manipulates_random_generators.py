"""Manipulates random numbers for later jobs: seeds, generators, entropy.

Contained: it has not written to the system's generator, and later jobs draw their own numbers.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import random
random.seed(1)
random.random = lambda: 0.5
random._inst.setstate(random.Random(1).getstate())
os.urandom = lambda size: bytes(size)
attempt(lambda: open("/dev/random", "wb").write(b"x"))
attempt(lambda: open("/dev/urandom", "wb").write(b"x"))
kernel("count of entropy", 16, 0, 0x40045201, b"aaaa")
""",
    after=r"""
import random
if random.random() != random.Random(0).random():
    escaped.append("seed")
if os.urandom(8) == bytes(8):
    escaped.append("entropy")
""",
)
