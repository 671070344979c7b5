"""Calls clone, clone3 and vfork directly, with the flags for new namespaces.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import signal
calls = [("clone", 56, signal.SIGCHLD, 0, 0, 0, 0), ("clone in new namespaces", 56, 0x7E020000, 0, 0, 0, 0)]
calls += [("clone3", 435, 0, 0), ("fork", 57)]
for name, number, *arguments in calls:
    if kernel(name, number, *arguments) == 0:
        os._exit(0)
""",
)
