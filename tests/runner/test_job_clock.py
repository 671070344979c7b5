"""A job is out of time by what it has computed or slept, not by what it waited for a processor."""

from __future__ import annotations

import pytest

from practicum.runner.job_clock import STRETCH, JobClock, TimeVerdict


class Seconds:
    """A clock that the test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def started(limit: float = 10.0) -> tuple[JobClock, Seconds]:
    seconds = Seconds()
    clock = JobClock(limit, seconds)
    clock.start()
    return clock, seconds


@pytest.mark.parametrize(
    ("passed", "cpu", "waited", "verdict"),
    [
        (10, 0, 0, TimeVerdict.OUT_OF_TIME),  # it sleeps
        (10, 9.9, 0.1, TimeVerdict.GO_ON),
        (30, 10, 20, TimeVerdict.OUT_OF_TIME),  # it computes, on a busy machine
        (30, 4, 26, TimeVerdict.GO_ON),
        (30, 0, 19, TimeVerdict.OUT_OF_TIME),  # it sleeps for 11 of 30 seconds
        (10, 40, 0, TimeVerdict.OUT_OF_TIME),  # four threads
        (10 * STRETCH, 2, 10 * STRETCH - 2, TimeVerdict.MACHINE_BUSY),
        (30, 1, 3000, TimeVerdict.GO_ON),  # many threads wait
    ],
)
def test_waiting_for_a_processor_does_not_count(passed: float, cpu: float, waited: float, verdict: TimeVerdict) -> None:
    """Computing and sleeping count; the machine's load does not, up to a bound that is no verdict on the job."""
    clock, seconds = started()
    seconds.now += passed

    assert clock.judge(clock.used(cpu, waited)) is verdict


def test_what_a_spare_computed_before_does_not_count() -> None:
    """A job counts from its start, although its process has warmed up before."""
    clock, seconds = started()
    clock.set_base(7.0, 3.0)
    seconds.now += 12

    assert clock.used(7.0 + 2.0, 3.0 + 10.0) == 2.0


def test_pauses_do_not_count() -> None:
    """While its check runs, a job waits."""
    clock, seconds = started()
    seconds.now += 2
    clock.pause()
    seconds.now += 50
    clock.resume()
    seconds.now += 1

    assert clock.elapsed == 3
    assert clock.time_left == 7


def test_the_next_measurement_is_when_the_job_may_be_out_of_time() -> None:
    """A job that has used 4 of 10 seconds is measured again 6 seconds later."""
    clock, seconds = started()
    seconds.now += 10
    clock.judge(4.0)

    assert clock.time_left == 6
