"""Becomes another user, or gives a file to one.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
open("file", "w").close()
for who in {0, 1} - {os.getuid()}:
    attempt(os.chown, "file", who, who)
attempt(os.setgroups, [0])
for call in (os.setgid, os.setuid, os.setegid, os.seteuid):
    for who in {0, 1, 1000} - {os.getuid()}:
        attempt(call, who)
""",
    succeeds_for="root",
)
