"""The process that has imported everything once and forks a child for each job. It runs no job itself.

It is started as `python -c "…; main()" FD` with a SOCK_SEQPACKET socket. The first packet is its configuration; each
further packet requests a child and carries five descriptors: channel, stdout, stderr, report, traces. The zygote writes
to `report` how the child ended. If the server closes `report`, the zygote kills the child.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys

from practicum.runner.inside import child, forbidden_calls, preload, self_restriction, warmup
from practicum.runner.inside.processor_use import processor_use
from practicum.runner.inside.remove_tree import remove_tree

TYPE_CHECKING = False  # importing dataclasses and typing would take longer than everything else
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NoReturn

PACKET = 1 << 18
MAX_STAYING_RUNS = 100
"""Runs of an interpreter that stays, for the processor time that the kernel grants it."""
_SIGNALS = {b"stop": signal.SIGSTOP, b"go on": signal.SIGCONT}
STDOUT, STDERR, CHANNEL, TRACES = 1, 2, 3, 4


class UnsafeFork(OSError):
    """The zygote has too many threads to fork."""


class Config:
    """The configuration that the server sends at the start."""

    def __init__(self, packet: bytes) -> None:
        message = json.loads(packet)
        self.mode: str = message["mode"]
        self.preload: str = message["preload"]
        self.libraries: list[str] = message["libraries"]
        self.folders: list[str] = message["folders"]
        self.filter = bytes.fromhex(message["filter"])
        self.scratch: str = message["scratch"]
        """Full mode: the mount point of every job's scratch folder. Bare mode: the folder that contains them."""
        self.read: list[str] = message["read"]
        self.write: list[str] = message["write"]
        self.first_uid: int | None = message["first_uid"]
        """Bare mode as root: child number n becomes the user `first_uid + n`."""
        self.keep_search: bool = message["keep_search"]


class RunningChild:
    """A living child: its process id, its report socket, and in bare mode its scratch folder."""

    def __init__(self, pid: int, report: socket.socket, folder: str | None) -> None:
        self.pid = pid
        self.report = report
        self.folder = folder


def main() -> None:
    """Fork children until the server closes the control socket."""
    control = socket.socket(fileno=int(sys.argv[-1]))
    sys.argv = [""]
    config = Config(control.recv(PACKET))
    gc.disable()  # else a fifth of TensorFlow's import is looking through objects that stay
    preload.prepare(config.preload, config.folders, config.libraries)
    forbidden_calls.install()
    child.reset_streams()
    zygote = Zygote(config, control)
    gc.collect()
    gc.freeze()
    gc.enable()
    if config.preload == "tensorflow":
        preload.release_unused_memory()
    message = {"versions": preload.versions(), "threads": preload.threads()}
    control.send(json.dumps(message).encode())
    zygote.serve()
    if config.mode == "bare":
        remove_tree(config.scratch)  # the server does so too, unless it was killed
    os._exit(0)  # a normal exit of TensorFlow is slow


class Zygote:
    """The main loop: fork a child per request, and report how each ends."""

    def __init__(self, config: Config, control: socket.socket) -> None:
        self.config = config
        self.control = control
        self.running: dict[int, RunningChild] = {}
        """By the child's process descriptor."""
        self.poll = select.poll()
        self.poll.register(control, select.POLLIN)
        self.reports: dict[int, int] = {}
        self.own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC) if config.mode == "full" else -1
        self.count = 0

    def serve(self) -> None:
        while True:
            for fd, _ in self.poll.poll():
                if fd == self.control.fileno():
                    if not self._accept():
                        return
                elif fd in self.running:
                    self._reap(fd)
                elif fd in self.reports:
                    self._handle_report(fd)

    def _accept(self) -> bool:
        packet, fds, _, _ = socket.recv_fds(self.control, PACKET, 8)
        if not packet:
            return False
        channel, out, err, report_fd, traces = fds
        report = socket.socket(fileno=report_fd)
        try:
            self.start_child(json.loads(packet), (channel, out, err, traces), report)
        except OSError as error:
            self._send_report(report, {"refused": str(error)})
            report.close()
        for fd in (channel, out, err, traces):
            os.close(fd)
        return True

    def start_child(self, request: dict[str, Any], fds: tuple[int, int, int, int], report: socket.socket) -> None:
        if preload.threads() > preload.MAX_THREADS:
            raise UnsafeFork(f"the zygote has {preload.threads()} threads, so it cannot fork safely")
        self.count += 1
        folder = self._folder(request["number"])
        pid = self._fork()
        if pid == 0:
            _run_child(self.config, request, fds, folder)
        pidfd = os.pidfd_open(pid)
        self.running[pidfd] = RunningChild(pid, report, folder)
        self.reports[report.fileno()] = pidfd
        self.poll.register(pidfd, select.POLLIN)
        self.poll.register(report, select.POLLIN)

    def _fork(self) -> int:
        """Fork; in full mode into a new process namespace, in which the child is the first process."""
        if self.config.mode == "full":
            self_restriction.setns(self.own_pids, self_restriction.CLONE_NEWPID)
            self_restriction.unshare(self_restriction.CLONE_NEWPID)
        return os.fork()

    def _folder(self, number: int) -> str | None:
        """Make the job's scratch folder in bare mode, where jobs share a disk; None in full mode."""
        if self.config.mode == "full":
            return None
        path = os.path.join(self.config.scratch, f"{number}-{self.count}")
        os.mkdir(path, 0o700)
        if self.config.first_uid is not None:
            os.chown(path, self.config.first_uid + number, self.config.first_uid + number)
        return path

    def _handle_report(self, fd: int) -> None:
        """Handle a message on a report socket. Its end means kill.

        `where` requests traces, `use` what the child uses; `stop` and `go on` halt it and let it continue.
        """
        running = self.running[self.reports[fd]]
        try:
            word = running.report.recv(16)
        except OSError:
            word = b""
        if word == b"where":
            signal.pidfd_send_signal(self.reports[fd], signal.SIGUSR2)
            return
        if word == b"use":
            self._send_report(running.report, processor_use(running.pid))
            return
        if word in _SIGNALS:
            signal.pidfd_send_signal(self.reports[fd], _SIGNALS[word])
            return
        self.poll.unregister(fd)
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.reports[fd], signal.SIGKILL)

    def _reap(self, pidfd: int) -> None:
        ended = self.running.pop(pidfd)
        _, status, usage = os.wait4(ended.pid, 0)
        if ended.folder:
            remove_tree(ended.folder)
        self.poll.unregister(pidfd)
        os.close(pidfd)
        del self.reports[ended.report.fileno()]
        with contextlib.suppress(KeyError):
            self.poll.unregister(ended.report)
        message = {"exit": os.waitstatus_to_exitcode(status), "memory": usage.ru_maxrss << 10}
        self._send_report(ended.report, message)
        ended.report.close()

    @staticmethod
    def _send_report(report: socket.socket, message: Mapping[str, Any]) -> None:
        with contextlib.suppress(OSError):
            report.send(json.dumps(message).encode())


# --- in the child ----------------------------------------------------------------------------------------------------


def _run_child(config: Config, request: dict[str, Any], fds: tuple[int, int, int, int], folder: str | None) -> NoReturn:
    """Run the child from the fork to its end. It never returns to the zygote's loop."""
    try:
        # Opened while the process can still enter every folder on the way.
        rules = self_restriction.landlock_rules(config.read, [folder, *config.write]) if folder else -1
        rules = _arrange_descriptors(fds, rules)
        channel = child.Channel.of_fd(CHANNEL)
    except BaseException:
        os._exit(1)
    try:
        threads = _restrict(config, request, folder, rules)
        if request["spare"]:
            warmup.warm_up()
            channel.send(b"W")
        job = channel.receive()
        seconds = job["seconds"] * (MAX_STAYING_RUNS if job["stays"] else 1)
        self_restriction.set_limits(job["memory"], job["disk"], seconds, threads)
    except BaseException as error:
        _refuse(channel, str(error))
    try:
        child.run_job(channel, job, TRACES)
    finally:
        os._exit(0)


def _refuse(channel: child.Channel, why: str) -> NoReturn:
    """Report to the server why the job cannot start, and exit."""
    with contextlib.suppress(OSError):
        channel.send(b"X", why)
    os._exit(1)


def _arrange_descriptors(fds: tuple[int, int, int, int], keep: int) -> int:
    """Move the descriptors to their fixed numbers, close all others except `keep`, and return its new number."""
    import fcntl

    high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd in fds]
    if keep >= 0:
        keep = fcntl.fcntl(keep, fcntl.F_DUPFD, 100)
    for fd, place in zip(high, (CHANNEL, STDOUT, STDERR, TRACES), strict=True):
        os.dup2(fd, place, inheritable=True)
    first = TRACES + 1
    if keep >= 0:
        os.closerange(first, keep)
        first = keep + 1
    os.closerange(first, (1 << 31) - 1)
    return keep


def _restrict(config: Config, request: dict[str, Any], folder: str | None, rules: int) -> int | None:
    """Apply every restriction except the limits, in the only order in which each can still be applied.

    Returns:
        The maximum number of threads of the job, or None for no limit.

    Raises:
        OSError: A restriction cannot be applied.
    """
    threads: int | None = self_restriction.MAX_JOB_THREADS
    if folder is None:
        self_restriction.mount_private_folders(config.scratch, request["disk"])
        folder = os.path.join(config.scratch, "work")
        os.mkdir(folder)
        os.mkdir(os.path.join(config.scratch, "shm"))
        rules = self_restriction.landlock_rules(["/"], [config.scratch, *config.write])
        self_restriction.enter_user_namespace()
        self_restriction.drop_capabilities()
    elif config.first_uid is not None:
        self_restriction.become_user(config.first_uid + request["number"], config.keep_search)
    else:
        threads = None  # the limit would count the user's other processes too
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder)
    if "tempfile" in sys.modules:  # it caches the zygote's folder, and AutoGraph writes there
        vars(sys.modules["tempfile"])["tempdir"] = folder
    self_restriction.forbid_new_privileges()
    self_restriction.apply_landlock(rules)
    self_restriction.load_seccomp(config.filter)
    return threads
