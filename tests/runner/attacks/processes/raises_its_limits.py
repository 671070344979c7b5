"""Raises the limits that were set for it, and sets those of others.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import resource
for name in ("AS", "FSIZE", "NOFILE", "CPU", "CORE"):
    kind = getattr(resource, f"RLIMIT_{name}")
    soft, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        attempt(resource.setrlimit, kind, (soft, hard + 1))
        attempt(resource.setrlimit, kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
attempt(resource.prlimit, CANARY, resource.RLIMIT_CPU, (1, 1))
""",
)
