"""Runs a job's check in a second process, which asks the job's process for the learner's objects.

This process relays their messages. Only one of the two runs at a time, so each has its own time limit and one thread
monitors both.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

from practicum.python_source.check_name_sources import find_borrowing
from practicum.runner.cancellation import Cancellation
from practicum.runner.job import Job, Result, ZygoteGone
from practicum.runner.job_monitor import JobMonitor, JobSession
from practicum.runner.warm_pool import ATTEMPTS

Open = Callable[[Job, bool], AbstractContextManager[JobSession]]
"""Opens a session for a job; with True, in a fresh process, because the last one was dead."""


def run_check(monitor: JobMonitor, job: Job, open_session: Open, cancel: Cancellation | None) -> Result:
    """Run the check of the job that `monitor` monitors.

    Returns:
        The check's own result. Its failure, stop reason and values belong to the job's result.

    Raises:
        ZygoteGone: There is no interpreter for the check.
    """
    files = {**job.files, **job.check_files}
    check_job = replace(job, code="", values=job.check_values, check_values={}, files=files, stdin="")
    borrow = {**find_borrowing(job.setup, job.code).to_json(), "printed": monitor.printed}
    for attempt in range(ATTEMPTS):
        try:
            with open_session(check_job, attempt > 0) as session:
                checker = JobMonitor(session, check_job, cancel=cancel, borrow=borrow)
                verdict = checker.result(partial(_relay, monitor))
                monitor.exchange("O", b"")
                return verdict
        except ZygoteGone:
            if attempt == ATTEMPTS - 1 or monitor.relayed_bytes:
                raise
    raise AssertionError("the last attempt returns or raises")


def _relay(monitor: JobMonitor, checker: JobMonitor) -> None:
    """Relay requests and answers between the two until the check, or one of the processes, has ended."""
    while (message := checker.message) is not None:
        answer = monitor.exchange(*message)
        if answer is None:
            checker.abandon()
            return
        checker.exchange(*answer)
