"""Reports its end, and goes on running.

Contained: it spoils its own result, and is killed; nothing comes after the end.
"""

from __future__ import annotations

from ..catalogue import Attack, only_itself

ATTACK = Attack(
    code="""
send(b"D", {"failed": False, "seconds": 0, "memory": 0})
send(b"V", {"name": "forged", "value": 1, "seconds": 0})
while True:
    attempt(lambda: open(FOLDER + "/alive", "w").close())
""",
    judge=only_itself,
    wait=0.2,
)
