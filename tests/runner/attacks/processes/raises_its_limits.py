"""Raises its own limits, and sets those of other processes.

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
