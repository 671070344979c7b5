"""The server's clock, next to what is stored."""

from __future__ import annotations

from practicum.application.clock import MAX_SET_BACK, ServerClock

DAY = 24 * 3_600_000


def test_time_goes_on_from_what_is_stored() -> None:
    """After the system's clock was set back by a day; and it goes on, instead of standing still for that day."""
    clock = ServerClock()
    stored = clock.now() + DAY
    clock.continue_from(stored)
    first = clock.now()
    while clock.now() == first:
        pass

    assert stored <= first < clock.now() < stored + DAY


def test_older_times_change_nothing() -> None:
    """What is stored is in the past, as usual, or there is nothing."""
    clock, untouched = ServerClock(), ServerClock()
    for stored in (0, clock.now() - DAY):
        clock.continue_from(stored)

    assert abs(clock.now() - untouched.now()) < 60_000


def test_a_clock_that_was_far_ahead_is_not_followed() -> None:
    """It was wrong then: one bad day must not move the calendar of the service for years."""
    clock, untouched = ServerClock(), ServerClock()
    clock.continue_from(clock.now() + MAX_SET_BACK + DAY)

    assert abs(clock.now() - untouched.now()) < 60_000
