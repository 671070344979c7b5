"""Reports what this machine offers the runner, and what to install for stronger isolation."""

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
from practicum.runner.warm_pool import MIN_SPARES
from practicum.runner.zygote_client import ZygoteClient, read_process_memory

_MEANS = {
    IsolationMode.FULL: "full: untrusted code may run here",
    IsolationMode.BARE: "bare: contained, but runs share one disk and can see that other processes exist",
    IsolationMode.SUBPROCESS: "subprocess: no isolation; run only code you trust",
}


@dataclass(frozen=True)
class MachineCheck:
    """Result of one check of the machine."""

    name: str
    found: str
    ok: bool
    advice: str = ""
    """What to do about it; empty if nothing needs doing."""


@dataclass(frozen=True)
class IsolationReport:
    """The isolation mode of this machine, and every check it rests on."""

    mode: IsolationMode
    checks: tuple[MachineCheck, ...]

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return all(row.ok for row in self.checks)


def inspect_machine(warm: bool = False) -> IsolationReport:
    """Check this machine. `warm` also starts a TensorFlow interpreter to measure its time and memory (2 to 5 s)."""
    mode, _ = choose_mode()
    rows = [MachineCheck("mode", _MEANS[mode], mode is not IsolationMode.SUBPROCESS), _python(), *_modes()]
    if sys.platform.startswith("linux"):
        rows += [_bubblewrap(), _namespaces(), _landlock(), _seccomp()]
    rows += [_package("tensorflow"), _package("keras"), _weights()]
    rows.append(_memory())
    if warm and mode is not IsolationMode.SUBPROCESS and not required_imports.missing_package(Preload.TENSORFLOW):
        rows += _measure_warm_start(mode)
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
        rows.append(
            MachineCheck(f"{mode.value} mode", "a run worked in it" if why is None else f"no: {why}", why is None)
        )
    return rows


def _bubblewrap() -> MachineCheck:
    path = shutil.which("bwrap")
    if path is None:
        advice = "install bubblewrap: apt install bubblewrap, dnf install bubblewrap, pacman -S bubblewrap"
        return MachineCheck("bubblewrap", "not installed", False, advice)
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    return MachineCheck("bubblewrap", f"{version.stdout.strip()} at {path}", True)


def _namespaces() -> MachineCheck:
    """Check whether an unprivileged user may create a user namespace, by trying bubblewrap."""
    disabled = _read_setting("/proc/sys/kernel/unprivileged_userns_clone") == "0"
    maximum = _read_setting("/proc/sys/user/max_user_namespaces")
    restricted = _read_setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1"
    works = why_not(IsolationMode.FULL) is None
    if works:
        return MachineCheck("user namespaces", f"work (at most {maximum})", True)
    if disabled:
        return MachineCheck("user namespaces", "switched off", False, "sysctl -w kernel.unprivileged_userns_clone=1")
    if maximum == "0":
        return MachineCheck("user namespaces", "none allowed", False, "sysctl -w user.max_user_namespaces=10000")
    if restricted:
        advice = (
            "give bwrap an AppArmor profile with `userns`, or sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        )
        return MachineCheck("user namespaces", "restricted by AppArmor", False, advice)
    if shutil.which("bwrap") is None:
        return MachineCheck("user namespaces", "not tried: needs bubblewrap", True)
    advice = (
        "in a container: allow them (docker run --security-opt seccomp=unconfined, or a profile with unshare and mount)"
    )
    return MachineCheck("user namespaces", "did not work", False, advice)


def _read_setting(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def _landlock() -> MachineCheck:
    from practicum.runner.inside import self_restriction

    try:
        version = self_restriction.landlock_version()
    except OSError as error:
        return MachineCheck(
            "Landlock",
            f"no: {error}",
            False,
            "use Linux 5.13 or later with `landlock` among its security modules (lsm=)",
        )
    advice = "" if version >= 4 else "Linux 6.7 or later also blocks TCP with it"
    return MachineCheck("Landlock", f"version {version}", True, advice)


def _seccomp() -> MachineCheck:
    from practicum.runner import syscall_filter as syscalls

    try:
        size = len(syscalls.compile_filter()) // 8
    except (ImportError, OSError, RuntimeError) as error:
        return MachineCheck(
            "seccomp", f"no: {error}", False, "install libseccomp: apt install libseccomp2, and pip install pyseccomp"
        )
    return MachineCheck("seccomp", f"filter of {size} instructions", True)


def _package(name: str) -> MachineCheck:
    if not required_imports.is_installed(name):
        return MachineCheck(name, "not installed", False, "pip install 'practicum[tensorflow]'")
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        version = "unknown version"
    return MachineCheck(name, version, True)


def _weights() -> MachineCheck:
    folder = sandbox.keras_cache()
    if folder is None:
        return MachineCheck("downloaded weights", "none; runs have no network and cannot download any", True)
    files = [path for path in folder.iterdir() if path.is_file()]
    return MachineCheck("downloaded weights", f"{len(files)} files in {folder}, visible to runs, read-only", True)


def _memory() -> MachineCheck:
    free = spare_children.available_memory()
    room = int(free * spare_children.MEMORY_SHARE / spare_children.SPARE_MEMORY[Preload.TENSORFLOW])
    enough = room >= MIN_SPARES
    found = f"{free / 2**30:.1f} GB free; room for {room} spare TensorFlow interpreters on {os.cpu_count()} processors"
    return MachineCheck(
        "memory", found, enough, "" if enough else "free some memory: without spares each run waits for TensorFlow"
    )


def _measure_warm_start(mode: IsolationMode) -> Iterator[MachineCheck]:
    """Start a zygote and a spare child, and measure their time and memory."""
    began = time.monotonic()
    try:
        zygote = ZygoteClient.start(mode, Preload.TENSORFLOW, 0)
    except ZygoteGone as error:
        yield MachineCheck("warm TensorFlow", f"no: {error}", False, "see the line above")
        return
    with contextlib.closing(zygote):
        took, alone = time.monotonic() - began, _proportional_memory(zygote)
        yield MachineCheck(
            "warm TensorFlow", f"ready after {took:.1f} s, {alone >> 20} MB, {zygote.threads} thread", True
        )
        began = time.monotonic()
        with contextlib.closing(
            spare_children.SpareChild(zygote.fork_child(0, spare_children.SPARE_DISK, spare=True), 0)
        ) as spare:
            while not (spare.warm or spare.dead):
                select.select([spare], [], [], 60)
                spare.poll()
            took, more = time.monotonic() - began, _proportional_memory(zygote) - alone
            found = f"ready after {took:.1f} s, {more >> 20} MB" if spare.warm else "no: it died during warm-up"
            yield MachineCheck("spare child", found, spare.warm)


def _proportional_memory(zygote: ZygoteClient) -> int:
    return sum(read_process_memory(pid).get("Pss", 0) for pid in zygote.pids())
