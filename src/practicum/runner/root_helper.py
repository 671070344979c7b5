"""Starts the sandbox when the server is root: run by `python -I -S`, it becomes an unprivileged user first.

Bubblewrap must not run as real root, and an unprivileged user may be unable to reach the interpreter (for example in
root's home folder). So this program makes a private mount namespace with an empty tmpfs that every user may enter, and
binds each file or folder that the sandbox shows into it, under its number.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any

CLONE_NEWNS = 0x00020000
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18


def main() -> None:
    """Carry out the plan (JSON, the first argument). Raises OSError if a step fails."""
    plan: dict[str, Any] = json.loads(sys.argv[1])
    libc = ctypes.CDLL(None, use_errno=True)
    _check(libc.unshare(CLONE_NEWNS), "unshare")
    _mount(libc, "none", "/", None, MS_REC | MS_PRIVATE)
    # Opened before the tmpfs covers the folder: a source may lie in that folder.
    sources = [os.open(path, os.O_PATH | os.O_CLOEXEC) for path in plan["binds"]]
    _mount(libc, "tmpfs", plan["stage"], "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755")
    for index, source in enumerate(sources):
        _bind(libc, source, f"{plan['stage']}/{index}")
    _become(plan["uid"])
    os.execve(plan["command"][0], plan["command"], {})


def _bind(libc: ctypes.CDLL, source: int, target: str) -> None:
    path = f"/proc/self/fd/{source}"
    if os.path.isdir(path):
        os.mkdir(target)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
    _mount(libc, path, target, None, MS_BIND)


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _mount(libc: ctypes.CDLL, source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    kind_bytes = kind.encode() if kind else None
    code = libc.mount(source.encode(), target.encode(), kind_bytes, ctypes.c_ulong(flags), options.encode())
    _check(code, f"mount {target}")


def _check(code: int, step: str) -> None:
    if code < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{step}: {os.strerror(number)}")


if __name__ == "__main__":
    main()
