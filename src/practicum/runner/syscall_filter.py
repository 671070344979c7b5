"""The system calls a job may make, compiled outside the sandbox by libseccomp.

The filter is an allow-list: every other call fails with ENOSYS, so that libraries use their fallback. Calls that a
learner may try on purpose fail with EPERM instead, which Python raises as `PermissionError`; a few succeed without
effect.
"""

from __future__ import annotations

import errno
import functools
import tempfile

from practicum.runner.inside.self_restriction import PLACEHOLDER_PID

_FILES = """
access faccessat faccessat2 open openat openat2 creat close close_range read readv pread64 preadv
preadv2 write writev pwrite64 pwritev pwritev2 lseek stat lstat fstat newfstatat statx statfs fstatfs
getdents getdents64 readlink readlinkat rename renameat renameat2 unlink unlinkat mkdir mkdirat rmdir
link linkat symlink symlinkat truncate ftruncate fallocate chdir fchdir getcwd umask dup dup2 dup3 fcntl
flock fsync fdatasync sync_file_range fadvise64 readahead sendfile splice tee copy_file_range pipe pipe2
mknod mknodat getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr cachestat
"""
# Landlock does not guard a file's rights and times, and in bare mode a job may be the same user as the server: these
# would reach the server's own files. They succeed without effect, because copying a file sets both.
_IGNORED = "chmod fchmod fchmodat fchmodat2 utime utimes utimensat futimesat"
_WAITING = """
poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
eventfd eventfd2 timerfd_create timerfd_settime timerfd_gettime futex futex_waitv futex_wake futex_wait
futex_requeue nanosleep clock_nanosleep pause restart_syscall wait4 waitid
"""
_MEMORY = """
brk mmap munmap mremap mprotect madvise msync mincore mlock mlock2 munlock mlockall munlockall
membarrier get_mempolicy pkey_alloc pkey_free pkey_mprotect
"""
_PROCESS = """
getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getgroups getpgid getpgrp getsid
getrusage times getrlimit getpriority sched_yield sched_getaffinity sched_getscheduler sched_getparam
sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_getattr getcpu uname sysinfo
getrandom set_tid_address set_robust_list get_robust_list rseq arch_prctl exit exit_group capget
"""
_TIME = """
clock_gettime clock_getres gettimeofday time alarm setitimer getitimer timer_create timer_settime
timer_gettime timer_getoverrun timer_delete
"""
_SIGNALS = """
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack
signalfd signalfd4
"""
_REFUSED = """
fork vfork execve execveat socket connect bind listen accept accept4 sendmsg recvmsg sendmmsg recvmmsg
ptrace process_vm_readv process_vm_writev mount umount2 pivot_root chroot
unshare setns setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid setsid
setpgid setpriority sched_setaffinity sched_setscheduler sched_setparam sched_setattr capset bpf keyctl
add_key request_key userfaultfd io_uring_setup io_uring_enter io_uring_register memfd_create
memfd_secret perf_event_open tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal pidfd_open
pidfd_getfd shmget shmat shmctl semget semop msgget msgsnd msgrcv mq_open chown fchown lchown fchownat
setxattr lsetxattr fsetxattr personality reboot swapon kexec_load init_module finit_module
open_by_handle_at name_to_handle_at sethostname setdomainname settimeofday clock_settime adjtimex
quotactl acct syslog inotify_init inotify_init1 inotify_add_watch fanotify_init setrlimit
"""

_AF_UNIX = 1
_MSG_OOB = 1
"""Out-of-band data: a part of the kernel that hardly any program uses, and that had grave errors."""
_CLONE_THREAD = 0x00010000
_SIGKILL = 9
# prctl: a thread's name, dumpability and timer slack are harmless. Everything else is refused.
_PRCTL = (15, 16, 3, 4, 29, 30, 0x53564D41)
# ioctl: terminal attributes and size, bytes available, blocking mode, close-on-exec.
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)


@functools.cache
def compile_filter() -> bytes:
    """Compile the filter to a BPF program for this architecture. Cached.

    Raises:
        ImportError, OSError: libseccomp or pyseccomp is missing.
    """
    import pyseccomp as seccomp

    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.ENOSYS))
    for name in f"{_FILES} {_WAITING} {_MEMORY} {_PROCESS} {_TIME} {_SIGNALS}".split():
        _add(seccomp, rules, seccomp.ALLOW, name)
    for name in _IGNORED.split():
        _add(seccomp, rules, seccomp.ERRNO(0), name)
    refuse = seccomp.ERRNO(errno.EPERM)
    for name in _REFUSED.split():
        _add(seccomp, rules, refuse, name)
    _add_conditions(seccomp, rules)
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _add(seccomp: object, rules: object, action: object, name: str, *conditions: object) -> None:
    """Add a rule. Calls unknown to this architecture or to libseccomp are skipped: they fail by default."""
    if seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) != -1:  # type: ignore[attr-defined]
        rules.add_rule(action, name, *conditions)  # type: ignore[attr-defined]


def _add_conditions(seccomp: object, rules: object) -> None:
    """Add rules that depend on arguments: threads but no processes, signals only to the own process, a pair
    of sockets but none that has or sends to an address (an event loop wakes itself through such a pair).
    """
    arg, equal, other, masked = (
        seccomp.Arg, seccomp.EQ, seccomp.NE, seccomp.MASKED_EQ,  # type: ignore[attr-defined]
    )  # fmt: skip
    allow, refuse = seccomp.ALLOW, seccomp.ERRNO(errno.EPERM)  # type: ignore[attr-defined]
    _add(seccomp, rules, allow, "clone", arg(0, masked, _CLONE_THREAD, _CLONE_THREAD))
    _add(seccomp, rules, refuse, "clone", arg(0, masked, _CLONE_THREAD, 0))
    _add(seccomp, rules, allow, "socketpair", arg(0, masked, 0xFFFFFFFF, _AF_UNIX))
    _add(seccomp, rules, allow, "sendto", arg(3, masked, _MSG_OOB, 0), arg(4, equal, 0))
    _add(seccomp, rules, refuse, "sendto", arg(4, other, 0))
    _add(seccomp, rules, allow, "recvfrom", arg(3, masked, _MSG_OOB, 0))
    for name in ("kill", "tgkill"):
        _add(seccomp, rules, refuse, name, arg(0, other, PLACEHOLDER_PID))
    # In full mode the job is the first process of its namespace, which would ignore its own SIGKILL.
    own = arg(0, equal, PLACEHOLDER_PID)
    _add(seccomp, rules, seccomp.KILL_PROCESS, "kill", own, arg(1, equal, _SIGKILL))  # type: ignore[attr-defined]
    _add(seccomp, rules, allow, "kill", own, arg(1, other, _SIGKILL))
    _add(seccomp, rules, allow, "tgkill", own)
    # A job may read and set its own limits: they are already at the hard limit.
    _add(seccomp, rules, allow, "prlimit64", arg(0, equal, 0))
    _add(seccomp, rules, allow, "prlimit64", own)
    for option in _PRCTL:
        _add(seccomp, rules, allow, "prctl", arg(0, equal, option))
    for request in _IOCTL:
        _add(seccomp, rules, allow, "ioctl", arg(1, masked, 0xFFFFFFFF, request))
