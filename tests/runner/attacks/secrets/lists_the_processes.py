"""Lists the processes of the machine.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
def others():
    return [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()] or 1 / 0
attempt(others)
""",
    succeeds_for="anyone",
)
