"""Answers that are being graded, and the requests that wait for them."""

from __future__ import annotations

import threading
from concurrent import futures

import anyio
import pytest
from anyio.to_thread import run_sync as in_thread

from practicum.application import in_flight
from practicum.application.in_flight import InFlight, all_done
from tests.waiting import PATIENCE


def test_an_answer_gets_the_gradings_that_began_before_it() -> None:
    """Of the same problem of the same sitting only."""
    gradings = InFlight()
    with gradings.grading("a", 0) as first, gradings.grading("a", 0) as second, gradings.grading("a", 1) as other:
        assert (len(first), len(second), len(other)) == (0, 1, 0)
        assert gradings.is_grading("a", 0)
        assert not gradings.is_grading("b", 0)
    assert not gradings.is_grading("a", 0)


def test_a_form_waits_until_no_answer_is_graded() -> None:
    """Also for an answer that fails, and for one that arrives while it waits."""
    gradings = InFlight()
    order: list[str] = []

    async def grade(name: str, begun: anyio.Event, go_on: anyio.Event) -> None:
        try:
            with gradings.grading("a", 0) as earlier:
                begun.set()
                await all_done(earlier)
                await go_on.wait()
                order.append(name)
                raise ValueError
        except ValueError:
            pass

    async def wait() -> None:
        await gradings.wait("a", 0)
        order.append("form")

    async def scene() -> None:
        events = [anyio.Event() for _ in range(4)]
        async with anyio.create_task_group() as group:
            group.start_soon(grade, "first", events[0], events[1])
            await events[0].wait()
            group.start_soon(wait)
            await anyio.lowlevel.checkpoint()
            group.start_soon(grade, "second", events[2], events[3])
            await events[2].wait()
            events[3].set()
            events[1].set()

    anyio.run(scene)

    assert order == ["first", "second", "form"]


def test_a_cancelled_waiter_cancels_no_grading() -> None:
    """The other requests still learn of its end."""
    gradings = InFlight()

    async def scene() -> bool:
        with gradings.grading("a", 0):
            with anyio.move_on_after(0.01) as scope:
                await gradings.wait("a", 0)
            assert scope.cancelled_caught
            still = gradings.is_grading("a", 0)
        await gradings.wait("a", 0)
        return still

    assert anyio.run(scene)


def test_only_so_many_pages_hold_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that finds no room is answered at once."""
    monkeypatch.setattr(in_flight, "PAGE_TIMEOUT", PATIENCE)
    gradings, holding, wait = InFlight(), threading.Semaphore(0), futures.wait

    def announced_wait(gradings: object, timeout: float) -> object:
        holding.release()
        return wait(gradings, timeout)  # type: ignore[arg-type]

    monkeypatch.setattr(futures, "wait", announced_wait)
    pages = [threading.Thread(target=gradings.wait_if_room, args=("a", 0)) for _ in range(in_flight.WAITING_PAGES)]
    with gradings.grading("a", 0):
        for page in pages:
            page.start()
            assert holding.acquire(timeout=PATIENCE)
        gradings.wait_if_room("a", 0)
        held = sum(page.is_alive() for page in pages)
    for page in pages:
        page.join(PATIENCE)

    assert held == in_flight.WAITING_PAGES
    assert not any(page.is_alive() for page in pages)


def test_a_page_without_a_grading_does_not_wait() -> None:
    async def scene() -> None:
        gradings = InFlight()
        await in_thread(gradings.wait_if_room, "a", 0)
        await gradings.wait("a", 0)

    anyio.run(scene)
