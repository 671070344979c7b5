"""Mounts file systems, with the old system calls and the new.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
kernel("mount", 165, b"none", os.getcwd().encode(), b"tmpfs", 0, 0)
kernel("bind", 165, b"/", os.getcwd().encode(), None, 4096, 0)
kernel("umount", 166, b"/proc", 2)
kernel("fsopen", 430, b"tmpfs", 0)
kernel("open_tree", 428, -100, b"/", 1)
kernel("move_mount", 429, -100, b"/", -100, b"/", 0)
kernel("mount_setattr", 442, -100, b"/", 0, 0, 0)
""",
)
