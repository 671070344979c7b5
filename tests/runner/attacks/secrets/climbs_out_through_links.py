"""Reaches files outside through links: symbolic, hard, and those of /proc.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
up = "../" * 30
os.symlink(SECRET, "link")
os.symlink("/", "root")
for path in ("link", "root" + SECRET, "/proc/self/root" + SECRET, "/proc/self/cwd/" + up + SECRET,
             "/proc/thread-self/root" + SECRET, "/dev/fd/../root" + SECRET, up + SECRET):
    attempt(read, path)
attempt(os.link, SECRET, "hard")
""",
    succeeds_for="anyone",
)
