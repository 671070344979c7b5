"""Changes the machine's name, and restarts it.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
kernel("sethostname", 170, b"sesame", 6)
kernel("setdomainname", 171, b"sesame", 6)
kernel("swapon", 167, b"/nowhere", 0)
kernel("kexec_load", 246, 0, 0, 0, 0)
kernel("syslog", 103, 3, 0, 0)
""",
)
