"""The process that has imported everything once and forks a child for each job. It runs no job itself.

It is started as `python -c "…; main()" FD` with a SOCK_SEQPACKET socket. The first packet configures it; each further
one is a job's limits with five descriptors: channel, stdout, stderr, report, traces. On `report` it tells how the child
ended; the server closing `report` means: kill it.
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

from practicum.runner.inside import child, locks, preload, warmup
from practicum.runner.inside.remove_tree import remove_tree

TYPE_CHECKING = False  # dataclasses and typing would take longer to import than all the rest
if TYPE_CHECKING:
    from typing import Any, NoReturn

PACKET = 1 << 18
STDOUT, STDERR, CHANNEL, TRACES = 1, 2, 3, 4
MAX_THREADS = 1
"""More threads than this in the zygote, and no child is forked: it might hang on a lock that nobody holds."""


class Config:
    """What the server says at the start."""

    def __init__(self, packet: bytes) -> None:
        told = json.loads(packet)
        self.mode: str = told["mode"]
        self.preload: str = told["preload"]
        self.folders: list[str] = told["folders"]
        self.filter = bytes.fromhex(told["filter"])
        self.scratch: str = told["scratch"]
        """Full mode: the mount point of every job's scratch. Bare: the folder that holds the scratch folders."""
        self.read: list[str] = told["read"]
        self.write: list[str] = told["write"]
        self.first_uid: int | None = told["first_uid"]
        """Bare mode as root: the child with the number n becomes the user `first_uid + n`."""
        self.keep_search: bool = told["keep_search"]


class Running:
    """A child, the socket that reports on it, and its scratch folder in bare mode."""

    def __init__(self, pid: int, report: socket.socket, folder: str | None) -> None:
        self.pid = pid
        self.report = report
        self.folder = folder


def main() -> None:
    """Serve jobs until the server is gone."""
    control = socket.socket(fileno=int(sys.argv[-1]))
    sys.argv = [""]
    config = Config(control.recv(PACKET))
    preload.prepare(config.preload, config.folders)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    zygote = Zygote(config, control)
    gc.collect()
    gc.freeze()
    if config.preload == "tensorflow":
        preload.release_clean_pages()
    told = {"versions": preload.versions(), "threads": preload.threads()}
    control.send(json.dumps(told).encode())
    zygote.serve()
    if config.mode == "bare":
        remove_tree(config.scratch)  # the server does it too, unless it was killed
    os._exit(0)  # TensorFlow would take its time to end


class Zygote:
    """The loop: jobs in, children out, their ends reported."""

    def __init__(self, config: Config, control: socket.socket) -> None:
        self.config = config
        self.control = control
        self.running: dict[int, Running] = {}
        """By the number of the child's process descriptor."""
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
                    self._obey(fd)

    def _accept(self) -> bool:
        packet, fds, _, _ = socket.recv_fds(self.control, PACKET, 8)
        if not packet:
            return False
        channel, out, err, report_fd, traces = fds
        report = socket.socket(fileno=report_fd)
        try:
            self._start(json.loads(packet), (channel, out, err, traces), report)
        except OSError as error:
            self._tell(report, {"refused": str(error)})
            report.close()
        for fd in (channel, out, err, traces):
            os.close(fd)
        return True

    def _start(self, request: dict[str, Any], fds: tuple[int, int, int, int], report: socket.socket) -> None:
        if preload.threads() > MAX_THREADS:
            raise OSError(f"the zygote has {preload.threads()} threads: a fork would not be safe")
        self.count += 1
        folder = self._folder(request["number"])
        pid = self._fork()
        if pid == 0:
            _in_child(self.config, request, fds, folder)
        pidfd = os.pidfd_open(pid)
        self.running[pidfd] = Running(pid, report, folder)
        self.reports[report.fileno()] = pidfd
        self.poll.register(pidfd, select.POLLIN)
        self.poll.register(report, select.POLLIN)

    def _fork(self) -> int:
        """Fork; in full mode into a process namespace of its own, of which the child is the first process."""
        if self.config.mode == "full":
            locks.setns(self.own_pids, locks.CLONE_NEWPID)
            locks.unshare(locks.CLONE_NEWPID)
        return os.fork()

    def _folder(self, number: int) -> str | None:
        """Bare mode: the job's own scratch folder, on a disk that jobs share."""
        if self.config.mode == "full":
            return None
        path = os.path.join(self.config.scratch, f"{number}-{self.count}")
        os.mkdir(path, 0o700)
        if self.config.first_uid is not None:
            os.chown(path, self.config.first_uid + number, self.config.first_uid + number)
        return path

    def _obey(self, fd: int) -> None:
        """The server speaks on a report: `where`, or nothing more, which means kill."""
        child_ = self.running[self.reports[fd]]
        try:
            word = child_.report.recv(16)
        except OSError:
            word = b""
        if word == b"where":
            signal.pidfd_send_signal(self.reports[fd], signal.SIGUSR2)
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
        told = {"exit": os.waitstatus_to_exitcode(status), "memory": usage.ru_maxrss << 10}
        self._tell(ended.report, told)
        ended.report.close()

    @staticmethod
    def _tell(report: socket.socket, told: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            report.send(json.dumps(told).encode())


# --- in the child ----------------------------------------------------------------------------------------------------


def _in_child(config: Config, request: dict[str, Any], fds: tuple[int, int, int, int], folder: str | None) -> NoReturn:
    """From the fork to the end. Whatever happens, it never returns to the zygote's loop."""
    try:
        # Opened while the process may still pass every folder on the way.
        rules = locks.landlock_rules(config.read, [folder, *config.write]) if folder else -1
        rules = _place(fds, rules)
        channel = child.Channel.of_fd(CHANNEL)
    except BaseException:
        os._exit(1)
    try:
        threads = _lock(config, request, folder, rules)
        if request["spare"]:
            warmup.warm_up()
            channel.send(b"W")
        job = channel.receive()
        locks.limit(job["memory"], job["disk"], job["seconds"], threads)
    except BaseException as error:
        _refuse(channel, str(error))
    try:
        child.run(channel, job, TRACES)
    finally:
        os._exit(0)


def _refuse(channel: child.Channel, why: str) -> NoReturn:
    """Tell the server why the job does not begin, and end."""
    with contextlib.suppress(OSError):
        channel.send(b"X", why)
    os._exit(1)


def _place(fds: tuple[int, int, int, int], keep: int) -> int:
    """Put the descriptors where they belong and close every other but `keep`, whose new number it gives."""
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


def _lock(config: Config, request: dict[str, Any], folder: str | None, rules: int) -> int | None:
    """Every lock but the limits, in the only order in which each can still be applied; how many threads a job may have.

    Raises `OSError` if one cannot be applied.
    """
    threads: int | None = locks.THREADS
    if folder is None:
        locks.own_folders(config.scratch, request["disk"])
        folder = os.path.join(config.scratch, "work")
        os.mkdir(folder)
        os.mkdir(os.path.join(config.scratch, "shm"))
        rules = locks.landlock_rules(["/"], [config.scratch, *config.write])
        locks.own_user_namespace()
        locks.drop_capabilities()
    elif config.first_uid is not None:
        locks.become(config.first_uid + request["number"], config.keep_search)
    else:
        threads = None  # the user's other processes would count too
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder)
    if "tempfile" in sys.modules:  # it remembers the zygote's folder, and AutoGraph writes what it generates there
        vars(sys.modules["tempfile"])["tempdir"] = folder
    locks.renounce()
    locks.landlock(rules)
    locks.seccomp(config.filter)
    return threads
