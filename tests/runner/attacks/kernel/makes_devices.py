"""Makes a device file for the disk.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import stat
attempt(os.mknod, "disk", stat.S_IFBLK | 0o666, os.makedev(254, 0))
attempt(os.mknod, "memory", stat.S_IFCHR | 0o666, os.makedev(1, 1))
""",
)
