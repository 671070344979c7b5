"""What a job has used is measured from outside, in every mode."""

from __future__ import annotations

import threading

from practicum.runner import Job, Limits, Pool

BURN = "import time\nbegan = time.process_time()\nwhile time.process_time() - began < {}: pass\n"


def test_jobs_that_share_a_processor_get_their_time(isolated: Pool) -> None:
    """Three jobs at a time, each computing for most of its limit, all end: on fewer processors they take turns."""
    results = []
    job = Job(BURN.format(0.9) + "done = True", values={"done": "done"}, limits=Limits(seconds=1.5))
    threads = [threading.Thread(target=lambda: results.append(isolated.run(job))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [(result.code, dict(result.values)) for result in results] == [("", {"done": True})] * 3


def test_a_job_that_sleeps_is_stopped(pool: Pool) -> None:
    """Sleeping counts, though it takes no processor time."""
    result = pool.run(Job("import time\ntime.sleep(1000)", limits=Limits(seconds=0.5)))

    assert result.code == "time-limit"


def test_a_job_that_computes_is_stopped(pool: Pool) -> None:
    """An endless loop ends at its limit, with its line."""
    result = pool.run(Job("x = 1\nwhile True: pass", limits=Limits(seconds=0.5)))

    assert (result.code, result.stopped_at) == ("time-limit", 2)
