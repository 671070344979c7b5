"""Group commit: batches, separate results, cancelling and closing."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest

from practicum.store.group_commit import MAX_BATCH, GroupCommit


class Unlucky(Exception):
    """The work of number 13."""


class Desk:
    """Records the batches. It blocks at 0 until `go` is set, and fails at 13."""

    def __init__(self) -> None:
        self.done: list[list[int]] = []
        self.reached, self.go = threading.Event(), threading.Event()

    def all_or_none(self, numbers: Sequence[int]) -> None:
        if 13 in numbers or -1 in numbers:
            raise Unlucky
        self.done.append(list(numbers))

    def alone(self, number: int) -> bool:
        if number == 0:
            self.reached.set()
            assert self.go.wait(10)
        if number == 13:
            raise Unlucky
        self.done.append([number])
        return number != -1


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def together(desk: Desk) -> Iterator[GroupCommit[int]]:
    together = GroupCommit(desk.all_or_none, desk.alone)
    yield together
    desk.go.set()
    together.close()


def test_waiting_work_is_done_in_one_batch(desk: Desk, together: GroupCommit[int]) -> None:
    """While the first is at work the others gather, and are then done at once, in their order."""
    first = together.put(0)
    assert desk.reached.wait(10)
    others = [together.put(number) for number in (1, 2, 3)]
    assert not any(future.done() for future in (first, *others))
    desk.go.set()

    assert [future.result(10) for future in (first, *others)] == [True] * 4
    assert desk.done == [[0], [1, 2, 3]]


def test_a_failing_piece_of_work_affects_no_other(desk: Desk, together: GroupCommit[int]) -> None:
    """Then each is done for itself, and learns what came of it alone."""
    together.put(0)
    assert desk.reached.wait(10)
    futures = [together.put(number) for number in (1, 13, -1, 2)]
    desk.go.set()

    assert futures[0].result(10) is True
    with pytest.raises(Unlucky):
        futures[1].result(10)
    assert futures[2].result(10) is False
    assert futures[3].result(10) is True
    assert desk.done == [[0], [1], [-1], [2]]


def test_cancelled_work_is_not_done(desk: Desk, together: GroupCommit[int]) -> None:
    """A cancelled write was never acknowledged."""
    together.put(0)
    assert desk.reached.wait(10)
    gone, last = together.put(1), together.put(2)
    assert gone.cancel()
    desk.go.set()

    assert last.result(10)
    assert desk.done == [[0], [2]]


def test_batches_are_limited(desk: Desk, together: GroupCommit[int]) -> None:
    """However many wait, a bounded number is done at once."""
    together.put(0)
    assert desk.reached.wait(10)
    futures = [together.put(number) for number in range(100, 100 + 2 * MAX_BATCH)]
    desk.go.set()

    assert all(future.result(10) for future in futures)
    assert [len(numbers) for numbers in desk.done] == [1, MAX_BATCH, MAX_BATCH]


def test_closing_does_the_waiting_work(desk: Desk) -> None:
    """What was put before is done, and nothing is taken after."""
    together = GroupCommit(desk.all_or_none, desk.alone)
    together.put(0)
    assert desk.reached.wait(10)
    last = together.put(1)
    desk.go.set()
    together.close()

    assert last.done()
    assert last.result()
    with pytest.raises(RuntimeError):
        together.put(2)


def test_closes_without_having_been_used(desk: Desk) -> None:
    """Without a thread to end."""
    GroupCommit(desk.all_or_none, desk.alone).close()
