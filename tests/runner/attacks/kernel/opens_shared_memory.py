"""Opens shared memory, semaphores and message queues, through which jobs could communicate.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
kernel("shmget", 29, 0x5E5A, 4096, 0o1666)
kernel("semget", 64, 0x5E5A, 1, 0o1666)
kernel("msgget", 68, 0x5E5A, 0o1666)
kernel("mq_open", 240, b"sesame", 0o102, 0o666, 0)
""",
)
