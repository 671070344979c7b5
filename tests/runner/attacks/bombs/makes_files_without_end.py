"""Makes empty files until the disk has no room for their names.

Contained: it can make twenty thousand, and all are removed with the job.
"""

from __future__ import annotations

from practicum.runner import IsolationMode

from ..catalogue import SMALL_DISK, Attack

ATTACK = Attack(
    code="""
count = 0
try:
    for count in range(25_000):
        os.close(os.open(f"f{count}", os.O_CREAT | os.O_WRONLY))
except OSError:
    pass
if count > 21_000:
    escaped.append(count)
""",
    limits=SMALL_DISK,
    known={IsolationMode.BARE: "an ordinary folder has no quota on the number of files"},
)
