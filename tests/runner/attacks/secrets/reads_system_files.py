"""Reads the system's own files: users, passwords, keys, the machine's name.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
for path in ("/etc/shadow", "/etc/passwd", "/root/.ssh/id_rsa", "/etc/hostname", "/etc/machine-id"):
    attempt(read, path)
""",
    succeeds_for="anyone",
)
