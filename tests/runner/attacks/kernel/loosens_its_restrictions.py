"""Loosens its own restrictions: capabilities, privileges, the signal at its parent's death.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code=r"""
import ctypes
for option, value in ((1, 0), (8, 1), (28, 0), (38, 0), (47, 2), (22, 0), (24, 0), (35, 0), (36, 1), (23, 21)):
    kernel(f"prctl {option}", 157, option, value, 0, 0, 0)
header, all_of_them = ctypes.create_string_buffer(b"\x22\x05\x08\x20", 8), ctypes.create_string_buffer(b"\xff" * 24)
kernel("capset", 126, header, all_of_them)
kernel("seccomp", 317, 0, 0, 0)
with open("/proc/self/status") as file:
    status = dict(line.split(":", 1) for line in file)
harmless = {"0000000000000000", "0000000000000004"}  # at most: read what Landlock allows, in bare mode as root
escaped += [name for name in ("CapEff", "CapPrm", "CapInh", "CapAmb") if status[name].strip() not in harmless]
escaped += [name for name, wanted in (("NoNewPrivs", "1"), ("Seccomp", "2")) if status[name].strip() != wanted]
""",
)
