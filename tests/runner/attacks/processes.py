"""Harming other processes, and the kernel between them."""

from __future__ import annotations

import os

from practicum.runner import Result

from .catalogue import EVERYWHERE, World, attack, nothing_escaped, stopped


def _canary_lives(result: Result, world: World) -> None:
    os.kill(world.canary, 0)
    nothing_escaped(result, world)


@attack(judge=_canary_lives)
def kills_everyone(world: World) -> str:
    return f"""
import signal
for pid in (-1, 0, {world.canary}, os.getppid() or {world.canary}, -{world.canary}):
    attempt(os.kill, pid, signal.SIGKILL)
attempt(os.pidfd_open, {world.canary})
"""


@attack(judge=stopped("crash"), modes=EVERYWHERE)
def kills_itself(world: World) -> str:
    return "os.kill(os.getpid(), 9)\nwhile True: pass"


@attack(judge=stopped("crash"), modes=EVERYWHERE)
def leaves_without_a_word(world: World) -> str:
    return "os._exit(0)"


@attack()
def calls_the_kernel_for_more(world: World) -> str:
    """ptrace, mount, unshare, setns, bpf, keyctl, userfaultfd, perf, process_vm_readv, open_by_handle_at, chroot."""
    return f"""
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
calls = dict(ptrace=(101, 16, {world.canary}, 0, 0), mount=(165, b"none", b"/tmp", b"tmpfs", 0, 0),
    unshare=(272, 0x10000000), unshare_mount=(272, 0x20000),
    setns=(308, 0, 0), bpf=(321, 0, 0, 0), keyctl=(250, 0, -3, 1), userfaultfd=(323, 1),
    perf=(298, 0, 0, -1, -1, 0), read_memory=(310, {world.canary}, 0, 0, 0, 0, 0), handle=(304, -100, 0, 0),
    chroot=(161, b"/tmp"), clone_user=(56, 0x10000011, 0, 0, 0, 0), personality=(135, 0x0040000), clone3=(435, 0, 0),
    module=(313, 0, b"", 0), kexec=(246, 0, 0, 0, 0), swapon=(167, b"/x", 0), fsopen=(430, b"tmpfs", 0),
    move_mount=(429,))
for name, (number, *arguments) in calls.items():
    outcome = libc.syscall(number, *arguments)
    if outcome == 0 and name.startswith("clone"):
        os._exit(0)
    if outcome >= 0:
        escaped.append(name)
"""


@attack()
def becomes_someone(world: World) -> str:
    return """
for call in (os.setuid, os.setgid):
    for who in (0, 1, 1000):
        attempt(call, who)
attempt(os.setgroups, [0])
attempt(os.chown, ".", 0, 0)
attempt(os.mknod, "disk", 0o60600, os.makedev(8, 0))
with open("/proc/self/status") as file:
    status = dict(line.split(":", 1) for line in file)
harmless = {"0000000000000000", "0000000000000004"}  # at most: read what Landlock allows, in bare mode as root
escaped += [name for name in ("CapEff", "CapPrm", "CapInh", "CapAmb") if status[name].strip() not in harmless]
escaped += [name for name, wanted in (("NoNewPrivs", "1"), ("Seccomp", "2")) if status[name].strip() != wanted]
"""


def _nothing_appears(result: Result, world: World) -> None:
    assert list(world.folder.iterdir()) == []
    nothing_escaped(result, world)


@attack(judge=_nothing_appears)
def outlives_its_job(world: World) -> str:
    return f"""
import threading, time
def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(0.5)
            open({str(world.folder / "alive")!r}, "w").close()
        os._exit(0)
attempt(daemon)
def write():
    time.sleep(0.5)
    open({str(world.folder / "alive")!r}, "w").close()
threading.Thread(target=write, daemon=True).start()
"""
