"""Takes more processor time than its share: real-time scheduling, a better nice value.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
attempt(os.nice, -20)
attempt(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(50))
attempt(os.setpriority, os.PRIO_PROCESS, CANARY, 19)
kernel("input and output first", 251, 1, 0, 1 << 13)
""",
)
