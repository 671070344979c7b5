"""Sets timers and alarms for itself and for later jobs.

Contained: they end no job but itself.
"""

from __future__ import annotations

from ..catalogue import HURRIED, Attack, stopped

ATTACK = Attack(
    code="""
import signal
signal.signal(signal.SIGALRM, signal.SIG_DFL)
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.01)
signal.setitimer(signal.ITIMER_VIRTUAL, 0.05, 0.01)
signal.setitimer(signal.ITIMER_PROF, 0.05, 0.01)
while True:
    pass
""",
    judge=stopped("crash", "time"),
    limits=HURRIED,
    after=r"""
import time
time.sleep(0.1)
""",
)
