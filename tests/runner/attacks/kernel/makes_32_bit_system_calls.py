"""Makes system calls as a 32-bit program, with other numbers.

Contained: the call fails, or the process is ended for it.
"""

from __future__ import annotations

from ..catalogue import Attack, nothing_escaped_alive

ATTACK = Attack(
    code="""
import ctypes, mmap, platform
if platform.machine() == "x86_64":
    # mov eax, 20 (getpid); int 0x80; ret: refused calls and harmless ones alike must not come through this door.
    program = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    program.write(bytes.fromhex("b814000000cd80c3"))
    call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(program)))
    if call() > 0:
        escaped.append("int 0x80")
""",
    judge=nothing_escaped_alive,
)
