"""Watches what other processes do with files.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import ctypes
libc = ctypes.CDLL(None)
for folder in (b"/", FOLDER.encode(), b"/tmp"):
    fd = libc.inotify_init()
    if fd >= 0 and libc.inotify_add_watch(fd, folder, 0xFFF) >= 0:
        escaped.append(folder)
kernel("fanotify", 300, 0, 0)
""",
    succeeds_for="anyone",
)
