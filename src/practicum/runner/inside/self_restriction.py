"""Restrictions that a job's process applies to itself, outermost first. Linux only.

Every function raises OSError if its restriction cannot be applied; the caller then does not run the job.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import time

with contextlib.suppress(ImportError):  # Windows lacks it, and only imports this module's constants
    import resource

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Iterable

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000

_MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 2, 4, 8
_MS_REC, _MS_PRIVATE = 16384, 1 << 18
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 1, 4, 22, 38, 47
_PR_SET_KEEPCAPS = 8
_SECCOMP_MODE_FILTER = 2
_CAP_DAC_READ_SEARCH = 2
_CAPABILITY_VERSION = 0x20080522
# Since Linux 5 new system calls have one number on every architecture.
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446

PLACEHOLDER_PID = 0x7A5A5A51
"""Placeholder for the job's process id in the compiled filter."""

MAX_JOB_THREADS = 256
"""Maximum number of threads of one job at a time."""
MAX_OPEN_FILES = 512
MAX_PENDING_SIGNALS = 64
"""Each POSIX timer takes one, and memory of the kernel that no other limit counts."""
MAX_INODES = 20_000


class _Right:
    """Access rights of Landlock."""

    FILE_READ = 1 << 2
    DIR_READ = 1 << 3
    FILE_ONLY = (1 << 0) | (1 << 1) | (1 << 2) | (1 << 14) | (1 << 15)


READ = _Right.FILE_READ | _Right.DIR_READ


class _RulesetAttr(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathAttr(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("access", ctypes.c_uint64), ("fd", ctypes.c_int32))


class _SockFprog(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


class _CapHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapData(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _call(name: str, *args: object) -> int:
    """Call a function of libc; raise the OSError of its errno."""
    ctypes.set_errno(0)
    result: int = getattr(_libc, name)(*args)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def _long(value: int) -> ctypes.c_ulong:
    return ctypes.c_ulong(value)


def unshare(flags: int) -> None:
    _call("unshare", ctypes.c_int(flags))


def setns(fd: int, flags: int) -> None:
    _call("setns", ctypes.c_int(fd), ctypes.c_int(flags))


def prctl(option: int, *args: int) -> None:
    filled = [*args, 0, 0, 0, 0][:4]
    _call("prctl", ctypes.c_int(option), *map(_long, filled))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    _call("mount", source.encode(), target.encode(), kind.encode(), _long(flags), options.encode())


# --- namespaces ------------------------------------------------------------------------------------------------------


def mount_private_folders(scratch: str, disk: int) -> None:
    """Enter a private mount namespace with an empty `scratch` of `disk` bytes and its own /proc."""
    unshare(CLONE_NEWNS)
    mount("none", "/", "none", _MS_REC | _MS_PRIVATE)
    options = f"size={disk},nr_inodes={MAX_INODES},mode=0700"
    mount("tmpfs", scratch, "tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, options)
    mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)


def enter_user_namespace() -> None:
    """Enter a private user namespace: capabilities are void outside it, and RLIMIT_NPROC counts only this job."""
    unshare(CLONE_NEWUSER)


# --- limits ----------------------------------------------------------------------------------------------------------


def mapped_bytes() -> int:
    """Return the bytes of address space that this process has mapped."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGESIZE")


def set_limits(memory: int, disk: int, seconds: float, threads: int | None = MAX_JOB_THREADS) -> None:
    """Set hard resource limits, which cannot be raised again.

    Args:
        threads: Maximum number of threads, or None: the limit counts all processes of the user in the namespace, so
            it cannot be set where other processes share both.
    """
    space = mapped_bytes() + memory
    limits = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_FSIZE, disk),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
        (resource.RLIMIT_MEMLOCK, 1 << 20),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_SIGPENDING, MAX_PENDING_SIGNALS),
        # A fallback: the server enforces wall-clock time. One job may keep several processors busy.
        (resource.RLIMIT_CPU, int(time.process_time() + seconds * (os.cpu_count() or 1)) + 5),
    ]
    if threads is not None:
        limits.append((resource.RLIMIT_NPROC, threads))
    for kind, value in limits:
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


# --- privileges ------------------------------------------------------------------------------------------------------


def become_user(uid: int, keep_search: bool) -> None:
    """Become an unprivileged user, irrevocably. `keep_search` keeps only CAP_DAC_READ_SEARCH."""
    if keep_search:
        prctl(_PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    if os.getresuid() != (uid, uid, uid) or os.getresgid() != (uid, uid, uid):
        raise OSError(1, "the user could not be changed")
    drop_capabilities(1 << _CAP_DAC_READ_SEARCH if keep_search else 0)


def drop_capabilities(keep: int = 0) -> None:
    """Drop every capability except those in the mask `keep`. Without execve they cannot be regained."""
    header = _CapHeader(_CAPABILITY_VERSION, 0)
    data = (_CapData * 2)(_CapData(keep, keep, 0), _CapData(0, 0, 0))
    _call("capset", ctypes.byref(header), data)
    prctl(_PR_CAP_AMBIENT, 4)


def forbid_new_privileges() -> None:
    """Rule out new privileges, and die with the zygote."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    prctl(_PR_SET_DUMPABLE, 1)
    prctl(_PR_SET_PDEATHSIG, 9)


# --- Landlock --------------------------------------------------------------------------------------------------------


def landlock_version() -> int:
    """Return the version of the kernel's Landlock interface. Raises OSError if it has none."""
    return _call("syscall", _long(_LANDLOCK_CREATE), None, _long(0), _long(1))


def _known_rights(version: int) -> int:
    bits = 13 + (version >= 2) + (version >= 3)
    rights = (1 << bits) - 1
    return rights | (1 << 15) if version >= 5 else rights


def landlock_rules(read: Iterable[str], write: Iterable[str]) -> int:
    """Return the descriptor of a ruleset that allows reading and writing these paths, and opening no others."""
    version = landlock_version()
    known = _known_rights(version)
    attr = _RulesetAttr(known, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _call("syscall", _long(_LANDLOCK_CREATE), ctypes.byref(attr), _long(size), _long(0))
    for rights, paths in ((READ, read), (known & ~1, write)):
        for path in paths:
            _landlock_allow(ruleset, path, rights)
    return ruleset


def _landlock_allow(ruleset: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):
            rights &= _Right.FILE_ONLY
        attr = _PathAttr(rights, fd)
        _call("syscall", _long(_LANDLOCK_ADD), _long(ruleset), _long(1), ctypes.byref(attr), _long(0))
    finally:
        os.close(fd)


def apply_landlock(ruleset: int) -> None:
    """Apply `ruleset` to this process, and close it."""
    _call("syscall", _long(_LANDLOCK_RESTRICT), _long(ruleset), _long(0))
    os.close(ruleset)


# --- seccomp ---------------------------------------------------------------------------------------------------------


def load_seccomp(program: bytes) -> None:
    """Load the compiled filter, with this process's id in place of the placeholder."""
    own = program.replace(PLACEHOLDER_PID.to_bytes(4, sys.byteorder), os.getpid().to_bytes(4, sys.byteorder))
    buffer = ctypes.create_string_buffer(own, len(own))
    code = _SockFprog(len(own) // 8, ctypes.addressof(buffer))
    _call("prctl", ctypes.c_int(_PR_SET_SECCOMP), _long(_SECCOMP_MODE_FILTER), ctypes.byref(code), _long(0), _long(0))
