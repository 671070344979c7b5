"""Using up the machine."""

from __future__ import annotations

from practicum.runner import Limits, Result

from .catalogue import EVERYWHERE, World, attack, stopped


@attack()
def forks(world: World) -> str:
    return """
import subprocess
def fork():
    if os.fork() == 0:
        os._exit(0)
for _ in range(200):
    attempt(fork)
attempt(os.posix_spawn, "/usr/bin/true", ["true"], {})
attempt(subprocess.run, ["/bin/sh", "-c", "true"])
attempt(os.execv, sys.executable or "/usr/bin/true", ["x"])
"""


@attack()
def starts_threads_without_end(world: World) -> str:
    return """
import threading, time
threading.stack_size(64 << 10)
count = 0
try:
    while count < 5000:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        count += 1
except RuntimeError:
    pass
if count > 1000:
    escaped.append(count)
"""


@attack(judge=stopped("memory"), modes=EVERYWHERE)
def takes_memory_in_steps(world: World) -> str:
    return "hoard = []\nwhile True:\n    hoard.append(bytearray(32 << 20))"


@attack()
def takes_shared_memory(world: World) -> str:
    return """
import mmap
hoard = []
def take():
    for _ in range(100):
        part = mmap.mmap(-1, 32 << 20)
        for at in range(0, 32 << 20, 4096):
            part[at] = 1
        hoard.append(part)
attempt(take)
import ctypes
attempt(os.memfd_create, "hoard")
if ctypes.CDLL(None).shmget(0, 1 << 20, 0o1600) >= 0:
    escaped.append("shmget")
"""


def _disk_is_bounded(result: Result, world: World) -> None:
    assert result.stopped is not None or result.values["written"] <= 20 << 20, result


@attack(judge=_disk_is_bounded)
def fills_one_file(world: World) -> str:
    return """
written = 0
try:
    with open("big", "wb", buffering=0) as file:
        while True:
            written += file.write(bytes(1 << 20))
except OSError:
    pass
"""


@attack(judge=stopped("output"), modes=EVERYWHERE)
def writes_without_end(world: World) -> str:
    return "while True: os.write(1, b'x' * 65536)"


@attack(judge=stopped("time"), modes=EVERYWHERE, limits=Limits(seconds=1))
def loops_and_ignores_signals(world: World) -> str:
    return """
import signal
for number in range(1, 64):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
try:
    while True:
        pass
except BaseException:
    while True:
        pass
"""
