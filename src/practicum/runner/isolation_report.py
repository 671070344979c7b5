"""What this machine offers the runner, and what to install for more: `practicum doctor`."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from practicum.runner import required_imports, sandbox, spare_children
from practicum.runner.isolation_mode import choose_mode, why_not
from practicum.runner.job import IsolationMode, Preload, ZygoteGone
from practicum.runner.warm_pool import LEAST
from practicum.runner.zygote_client import Zygote, peek_memory

_MEANS = {
    IsolationMode.FULL: "full: code that nobody trusts may run here",
    IsolationMode.BARE: "bare: contained, but jobs share one disk and see that other processes exist",
    IsolationMode.SUBPROCESS: "subprocess: no isolation; run only your own code",
}


@dataclass(frozen=True)
class MachineCheck:
    """One thing looked at."""

    name: str
    found: str
    ok: bool
    advice: str = ""
    """What to do for a better mode; nothing if it is well as it is."""


@dataclass(frozen=True)
class IsolationReport:
    """The mode this machine gives, and everything that was looked at for it."""

    mode: IsolationMode
    checks: tuple[MachineCheck, ...]

    @property
    def ok(self) -> bool:
        return all(row.ok for row in self.checks)


def inspect_machine(warm: bool = False) -> IsolationReport:
    """Look at this machine. `warm` also starts a TensorFlow interpreter, for its time and memory (2 to 5 s)."""
    mode, _ = choose_mode()
    rows = [MachineCheck("mode", _MEANS[mode], mode is not IsolationMode.SUBPROCESS), _python(), *_modes()]
    if sys.platform.startswith("linux"):
        rows += [_bubblewrap(), _namespaces(), _landlock(), _seccomp()]
    rows += [_package("tensorflow"), _package("keras"), _weights()]
    rows.append(_memory())
    if warm and mode is not IsolationMode.SUBPROCESS and not required_imports.missing(Preload.TENSORFLOW):
        rows += _warmth(mode)
    return IsolationReport(mode, tuple(rows))


def _python() -> MachineCheck:
    user = "root" if hasattr(os, "geteuid") and os.geteuid() == 0 else "an ordinary user"
    return MachineCheck(
        "system", f"{platform.system()} {platform.release()}, Python {platform.python_version()}, as {user}", True
    )


def _modes() -> list[MachineCheck]:
    rows = []
    for mode in (IsolationMode.FULL, IsolationMode.BARE):
        why = why_not(mode)
        rows.append(MachineCheck(f"{mode.value} mode", "a job ran in it" if why is None else f"no: {why}", why is None))
    return rows


def _bubblewrap() -> MachineCheck:
    path = shutil.which("bwrap")
    if path is None:
        advice = "install bubblewrap: apt install bubblewrap, dnf install bubblewrap, pacman -S bubblewrap"
        return MachineCheck("bubblewrap", "not installed", False, advice)
    asked = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    return MachineCheck("bubblewrap", f"{asked.stdout.strip()} at {path}", True)


def _namespaces() -> MachineCheck:
    """Whether a user without privileges may make a user namespace: asked of bubblewrap itself."""
    closed = _reads("/proc/sys/kernel/unprivileged_userns_clone") == "0"
    most = _reads("/proc/sys/user/max_user_namespaces")
    guarded = _reads("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1"
    works = why_not(IsolationMode.FULL) is None
    if works:
        return MachineCheck("user namespaces", f"work (at most {most})", True)
    if closed:
        return MachineCheck("user namespaces", "switched off", False, "sysctl -w kernel.unprivileged_userns_clone=1")
    if most == "0":
        return MachineCheck("user namespaces", "none allowed", False, "sysctl -w user.max_user_namespaces=10000")
    if guarded:
        advice = (
            "allow bwrap an AppArmor profile with `userns`, or sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        )
        return MachineCheck("user namespaces", "held back by AppArmor", False, advice)
    if shutil.which("bwrap") is None:
        return MachineCheck("user namespaces", "not tried: it takes bubblewrap", True)
    advice = (
        "in a container: allow them (docker run --security-opt seccomp=unconfined, or a profile with unshare and mount)"
    )
    return MachineCheck("user namespaces", "not shown to work", False, advice)


def _reads(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def _landlock() -> MachineCheck:
    from practicum.runner.inside import locks

    try:
        version = locks.landlock_version()
    except OSError as error:
        return MachineCheck(
            "Landlock",
            f"no: {error}",
            False,
            "use Linux 5.13 or later with `landlock` among its security modules (lsm=)",
        )
    advice = "" if version >= 4 else "Linux 6.7 or later also closes TCP with it"
    return MachineCheck("Landlock", f"version {version}", True, advice)


def _seccomp() -> MachineCheck:
    from practicum.runner import syscall_filter as syscalls

    try:
        size = len(syscalls.compiled()) // 8
    except (ImportError, OSError, RuntimeError) as error:
        return MachineCheck(
            "seccomp", f"no: {error}", False, "install libseccomp: apt install libseccomp2, and pip install pyseccomp"
        )
    return MachineCheck("seccomp", f"filter of {size} instructions", True)


def _package(name: str) -> MachineCheck:
    if not required_imports.installed(name):
        return MachineCheck(name, "not installed", False, "pip install 'practicum[tensorflow]'")
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        version = "of an unknown version"
    return MachineCheck(name, version, True)


def _weights() -> MachineCheck:
    folder = sandbox.keras_cache()
    if folder is None:
        return MachineCheck("downloaded weights", "none; a run has no network and downloads nothing", True)
    files = [path for path in folder.iterdir() if path.is_file()]
    return MachineCheck("downloaded weights", f"{len(files)} files in {folder}, shown to runs read-only", True)


def _memory() -> MachineCheck:
    free = spare_children.available_memory()
    room = int(free * spare_children.SHARE / spare_children.MEMORY[Preload.TENSORFLOW])
    enough = room >= LEAST
    found = f"{free / 2**30:.1f} GB free; room for {room} spare TensorFlow interpreters on {os.cpu_count()} processors"
    return MachineCheck(
        "memory", found, enough, "" if enough else "free some: without spares a run waits for TensorFlow"
    )


def _warmth(mode: IsolationMode) -> Iterator[MachineCheck]:
    """A zygote and a spare of it, started for this: what they cost."""
    began = time.monotonic()
    try:
        zygote = Zygote.start(mode, Preload.TENSORFLOW, 0)
    except ZygoteGone as error:
        yield MachineCheck("warm TensorFlow", f"no: {error}", False, "see the line above")
        return
    with contextlib.closing(zygote):
        took, alone = time.monotonic() - began, _pss(zygote)
        yield MachineCheck(
            "warm TensorFlow", f"ready after {took:.1f} s, {alone >> 20} MB, {zygote.threads} thread", True
        )
        began = time.monotonic()
        with contextlib.closing(spare_children.Spare(zygote.launch(0, spare_children.DISK, spare=True), 0)) as spare:
            while not (spare.warm or spare.dead):
                select.select([spare], [], [], 60)
                spare.look()
            took, more = time.monotonic() - began, _pss(zygote) - alone
            found = f"ready after {took:.1f} s, {more >> 20} MB" if spare.warm else "no: it died while it warmed up"
            yield MachineCheck("a spare of it", found, spare.warm)


def _pss(zygote: Zygote) -> int:
    return sum(peek_memory(pid).get("Pss", 0) for pid in zygote.pids())
