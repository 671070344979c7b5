"""Reads the disk, the memory and the kernel's log through their devices.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
for path in ("/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/mem", "/dev/kmsg", "/dev/tty", "/dev/ptmx", "/dev/kvm",
             "/dev/fuse", "/proc/kcore", "/proc/kmsg", "/sys/kernel/debug", "/sys/firmware/efi"):
    attempt(os.open, path, os.O_RDONLY | os.O_NONBLOCK)
""",
    succeeds_for="root",
)
