"""Reads the server's modules: web, store, prover, settings.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
home = os.path.dirname(sys.modules["practicum"].__file__)
for name in ("web", "application", "store", "prove", "practice"):
    attempt(os.listdir, f"{home}/{name}")
    attempt(read, f"{home}/{name}/__init__.py")
for name in ("settings.py", "cli.py", "runner/pool.py", "runner/syscall_filter.py"):
    attempt(read, f"{home}/{name}")
""",
    succeeds_for="anyone",
)
