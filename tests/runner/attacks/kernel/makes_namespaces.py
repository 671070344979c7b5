"""Makes new namespaces, in which it would be root.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
for name, flag in (("time", 0x80), ("mounts", 0x20000), ("cgroups", 0x2000000), ("names", 0x4000000),
                   ("ipc", 0x8000000), ("users", 0x10000000), ("processes", 0x20000000), ("network", 0x40000000)):
    kernel(name, 272, flag)
""",
    succeeds_for="root",
)
