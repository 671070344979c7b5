"""Replaces itself with another program.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
os.chmod(open("program", "w").name, 0o755)
attempt(os.execv, "/proc/self/exe", ["python", "-c", "print('escaped')"])
attempt(os.execv, "program", ["program"])
attempt(os.execve, os.open("/proc/self/exe", os.O_RDONLY), ["python", "-c", ""], {})
""",
)
