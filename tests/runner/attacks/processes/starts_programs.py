"""Starts other programs, in each of Python's ways.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import subprocess
attempt(subprocess.run, ["/bin/true"])
attempt(os.posix_spawn, "/bin/true", ["true"], {})
attempt(os.posix_spawn, "/proc/self/exe", ["python", "-c", ""], {})
attempt(os.popen, "true")
""",
    succeeds_for="anyone",
)
