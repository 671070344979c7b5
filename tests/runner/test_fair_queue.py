"""The fair queue: order, limits, cancelling and closing."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practicum.runner.cancellation import Cancellation
from practicum.runner.fair_queue import MAX_WAITING, Cancelled, FairQueue, QueueRefused
from practicum.runner.fair_share import Client
from tests.waiting import PATIENCE, eventually

QUEUES = st.lists(st.sampled_from("abc"), min_size=1, max_size=25)


class Crowd:
    """People who wait for a slot in threads, and hold it until the test ends it."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.began: list[str] = []
        self.places: dict[int, list[int]] = {}
        self._doors: list[threading.Event] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def joins(self, person: str) -> None:
        """Add a person's run. When this returns, it waits or runs."""
        door, number = threading.Event(), len(self._threads)
        before = self.queue.running + self.queue.waiting
        positions = self.places.setdefault(number, [])

        def live() -> None:
            with self.queue.slot(Client(person), lambda ahead, wait: positions.append(ahead)):
                with self._lock:
                    self.began.append(person)
                    self._doors.append(door)
                door.wait()

        thread = threading.Thread(target=live, daemon=True)
        self._threads.append(thread)
        thread.start()
        assert eventually(lambda: self.queue.running + self.queue.waiting > before)

    def end_first(self) -> None:
        """End the run that started first. When this returns, its successor runs."""
        waiting, running = self.queue.waiting, self.queue.running
        assert eventually(lambda: len(self._doors) == running)
        self._doors.pop(0).set()
        if waiting:
            assert eventually(lambda: self.queue.waiting < waiting or self.queue.running < running)
        assert eventually(lambda: len(self._doors) == self.queue.running)

    def end_all(self) -> None:
        while self.queue.running:
            self.end_first()
        for thread in self._threads:
            thread.join()


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(people=QUEUES, size=st.integers(1, 3))
def test_every_run_gets_a_slot_and_never_too_many_at_once(people: list[str], size: int) -> None:
    queue = FairQueue(size)
    crowd = Crowd(queue)
    for person in people:
        crowd.joins(person)
        assert queue.running <= size

    crowd.end_all()

    assert Counter(crowd.began) == Counter(people)
    assert queue.running == queue.waiting == 0


def test_forty_runs_of_one_person_do_not_delay_another_person() -> None:
    """The person who holds the fewest slots is next, however many runs of others came before."""
    crowd = Crowd(FairQueue(2))
    for _ in range(40):
        crowd.joins("ada")
    crowd.joins("bob")

    crowd.end_first()

    assert crowd.began == ["ada", "ada", "bob"]
    crowd.end_all()


def test_leaves_a_slot_for_others() -> None:
    """With `per_person` below the size, another person's first run starts at once."""
    queue = FairQueue(2, per_person=1)
    crowd = Crowd(queue)
    for _ in range(3):
        crowd.joins("ada")

    crowd.joins("bob")

    assert eventually(lambda: crowd.began == ["ada", "bob"])
    crowd.end_all()


def test_reports_the_position_whenever_it_changes() -> None:
    """Down to 0, and up again when a run of another person goes first."""
    crowd = Crowd(FairQueue(1))
    for person in ("ada", "ada", "ada"):
        crowd.joins(person)
    assert eventually(lambda: crowd.places[2] == [1])
    crowd.joins("bob")
    assert eventually(lambda: crowd.places[2] == [1, 2])

    crowd.end_first()
    assert eventually(lambda: crowd.places[2] == [1, 2, 1])
    crowd.end_all()

    assert crowd.began == ["ada", "bob", "ada", "ada"]
    assert crowd.places[0] == []
    assert crowd.places[3] == [0]


def test_cancelling_wakes_a_waiting_run() -> None:
    queue, cancel = FairQueue(1), Cancellation()
    crowd = Crowd(queue)
    crowd.joins("ada")
    cancelled: list[bool] = []

    def wait() -> None:
        with pytest.raises(Cancelled), queue.slot(Client("bob"), None, cancel):
            pass
        cancelled.append(True)

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    assert eventually(lambda: queue.waiting == 1)
    cancel.set()
    waiting.join(PATIENCE)

    assert cancelled == [True]
    assert queue.waiting == 0
    crowd.end_all()


def test_refuses_too_many_runs_of_one_person() -> None:
    queue = FairQueue(1)
    crowd = Crowd(queue)
    for _ in range(MAX_WAITING + 1):
        crowd.joins("ada")

    with pytest.raises(QueueRefused) as refused, queue.slot(Client("ada")):
        pass
    assert refused.value.code == "too-many-waiting"
    crowd.joins("bob")

    assert queue.waiting == MAX_WAITING + 1
    crowd.end_all()


def test_closing_refuses_waiting_and_new_runs() -> None:
    """Running ones are not affected, and can be waited for."""
    queue = FairQueue(1)
    crowd = Crowd(queue)
    crowd.joins("ada")
    refused: list[str] = []

    def wait() -> None:
        try:
            with queue.slot(Client("bob")):
                pass
        except QueueRefused as refusal:
            refused.append(refusal.message)

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert eventually(lambda: queue.waiting == 1)
    queue.close("it is late")
    waiting.join()

    assert refused == ["it is late"]
    with pytest.raises(QueueRefused) as late, queue.slot(Client("eve")):
        pass
    assert late.value.code == "stopping"
    assert not queue.wait_until_idle(0.01)
    crowd.end_all()
    assert queue.wait_until_idle(0.01)


def test_a_failing_run_frees_its_slot() -> None:
    queue = FairQueue(1)

    with pytest.raises(ZeroDivisionError), queue.slot(Client("ada")):
        raise ZeroDivisionError

    with queue.slot(Client("ada")):
        assert queue.running == 1


def test_cancelling_calls_only_current_callbacks() -> None:
    """A callback is not called after its context; if it is already cancelled, it is called at once."""
    cancel, heard = Cancellation(), []
    with cancel.on_set(lambda: heard.append("gone")):
        pass
    cancel.set()
    with cancel.on_set(lambda: heard.append("late")):
        pass

    assert heard == ["late"]


def test_reports_the_expected_wait() -> None:
    """From how long slots were held until now, and how many runs go first; unknown before the first run has ended."""
    moment = [0.0]
    queue = FairQueue(1, clock=lambda: moment[0])
    waits: list[tuple[int, float | None]] = []

    def hold(seconds: float) -> None:
        with queue.slot(Client("ada")):
            crowd = threading.Thread(target=wait)
            crowd.start()
            assert eventually(lambda: queue.waiting == 1 and bool(waits))
            moment[0] += seconds
        crowd.join(PATIENCE)

    def wait() -> None:
        with queue.slot(Client("bob"), lambda ahead, wait: waits.append((ahead, wait))):
            pass

    hold(30.0)
    unknown = waits.pop()
    hold(30.0)

    assert unknown == (0, None)
    assert waits == [(0, pytest.approx(24.0))]
