"""Checks a job whose code has ended: a second process runs the check, and asks the job's process through this one.

Only one of the two runs at a time, so that each has its own clock, and one thread follows both.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

from practicum.python_source.borrowing import find_borrowing
from practicum.runner.cancellation import Cancellation
from practicum.runner.job import Job, Result, ZygoteGone
from practicum.runner.job_monitor import Session, Watch
from practicum.runner.warm_pool import ATTEMPTS

Open = Callable[[Job, bool], AbstractContextManager[Session]]
"""A session for a job; a fresh one, if the last turned out to be dead."""


def examine(watch: Watch, job: Job, open_session: Open, cancel: Cancellation | None) -> Result:
    """What the check says of the job that `watch` follows: a result of which failure, stop and values count.

    Raises :class:`ZygoteGone` if there is no interpreter for the check.
    """
    asking = replace(job, code="", values=job.check_values, check_values={})
    borrow = find_borrowing(job.setup, job.code).to_json()
    for attempt in range(ATTEMPTS):
        try:
            with open_session(asking, attempt > 0) as session:
                checker = Watch(session, asking, cancel=cancel, borrow=borrow)
                verdict = checker.result(partial(_relay, watch))
                watch.speak("O", b"")
                return verdict
        except ZygoteGone:
            if attempt == ATTEMPTS - 1 or watch.relayed:
                raise
    raise AssertionError("the last attempt returns or raises")


def _relay(watch: Watch, checker: Watch) -> None:
    """Carry questions and answers between the two until the check, or one of the processes, has ended."""
    while (said := checker.said) is not None:
        answer = watch.speak(*said)
        if answer is None:
            checker.give_up()
            return
        checker.speak(*answer)
