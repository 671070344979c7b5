"""Searches its own memory for text of other jobs.

Contained: the zygote that it was forked from has never seen another job's text.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import re
traces = re.compile(b"only[-]the[-]victim[-]knows|hidden[-][0-9a-f]{16}")
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
    for line in maps:
        span, rights = line.split()[:2]
        low, high = (int(end, 16) for end in span.split("-"))
        if rights.startswith("rw") and "[v" not in line:
            try:
                memory.seek(low)
                escaped += [found.decode() for found in traces.findall(memory.read(high - low))]
            except (OSError, OverflowError):
                pass
""",
)
