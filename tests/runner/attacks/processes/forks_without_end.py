"""Forks until no more processes are possible.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
def fork():
    if os.fork() == 0:
        os._exit(0)
for _ in range(200):
    attempt(fork)
""",
)
