"""The author's loop without its page: what is being proved, and what happens if proving fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from practicum.application.course_watch import CourseWatch
from practicum.application.site import Site
from practicum.prove.catalogue import survey
from practicum.runner import Job, Pool, Result
from practicum.store.store import Store
from tests.prove.making import SUM, write_course
from tests.waiting import eventually

pytestmark = pytest.mark.slow


class InterposedPool(Pool):
    """A pool that calls something before each run."""

    def __init__(self, before: Callable[[], object]) -> None:
        super().__init__(size=1)
        self._before = before

    def run(self, job: Job, *arguments: Any, **named: Any) -> Result:
        self._before()
        return super().run(job, *arguments, **named)


@contextmanager
def watched(tmp_path: Path, before: Callable[[], object], *names: str) -> Iterator[CourseWatch]:
    """Watch courses of these names, all with the same problem, proved by runs that begin with `before`."""
    roots = [write_course(tmp_path / name, {"sum": SUM}) for name in names]
    with InterposedPool(before) as pool, Store.open(tmp_path) as store:
        watch = CourseWatch(Site([survey(root) for root in roots], store, pool, draft=True), jobs=1)
        watch.start()
        yield watch
        watch.close()


def test_courses_with_equal_paths_are_told_apart(tmp_path: Path) -> None:
    """While one course is proved, a problem of another course with the same path is unproved, not waiting."""
    resume = threading.Event()
    with watched(tmp_path, lambda: resume.wait(60), "first", "second") as watch:
        assert eventually(lambda: bool(watch.status().waiting))
        status = watch.status()
        resume.set()

        assert (len(status.waiting), len(status.unproved), status.proved) == (1, 1, 0)
        assert eventually(lambda: watch.status().proved == 2)
        assert (watch.status().waiting, watch.status().unproved) == ((), ())


def test_proving_goes_on_after_an_unexpected_exception(tmp_path: Path) -> None:
    """The page says that proving has failed, and the next change starts it again."""
    faults = [RuntimeError("out of order")]

    def fail_once() -> None:
        if faults:
            raise faults.pop()

    with watched(tmp_path, fail_once, "only") as watch:
        assert eventually(lambda: "out of order" in watch.status().failure)
        (file,) = (tmp_path / "only").rglob("sum.md")

        def is_proved() -> bool:
            file.write_text(file.read_text() + "\n")
            return watch.status().proved == 1

        assert eventually(is_proved)
        assert eventually(lambda: not watch.status().failure)
