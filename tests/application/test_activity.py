"""The days of the last weeks: every action counts on its day, of this learner only."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from practicum.application.activity import DAY, activity
from practicum.application.site import Site
from practicum.application.sittings import event_records
from practicum.practice import Answered, Hinted, Shown
from practicum.store import StepRecord, Store
from tests.practice.making import exam

THURSDAY = (date(2026, 11, 12) - date(1970, 1, 1)).days * DAY


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site([], Store.open(tmp_path / "data"))


def step(at: int, kind: str = "answered") -> StepRecord:
    return StepRecord("c", "t", "try", "x", kind, at, {})


def test_the_days_begin_with_a_monday_and_end_today(site: Site) -> None:
    """Twelve weeks, the last as far as it has come."""
    found = activity(site, "stranger", THURSDAY)

    assert found.days[0].date.weekday() == 0
    assert found.days[-1].date == date(2026, 11, 12)
    assert [len(week) for week in found.weeks] == [7] * 11 + [4]
    assert (found.today, found.active_days) == (0, 0)


def test_steps_and_answers_count_on_their_day(site: Site) -> None:
    """By UTC, to the millisecond; what is only looked at does not count, nor what another learner did."""
    own, other = site.enroll("a" * 43), site.enroll("b" * 43)
    for at in (THURSDAY, THURSDAY + DAY - 1, THURSDAY - 1, THURSDAY - 100 * DAY):
        site.store.add_step(own, step(at))
    site.store.add_step(own, step(THURSDAY, "shown"))
    site.store.add_step(other, step(THURSDAY))
    events = (Shown(0, THURSDAY), Hinted(0, THURSDAY), Answered(0, THURSDAY, "n", ("1",), True))
    site.store.start_sitting(own, "c", "t", "challenge", exam().to_json(), THURSDAY, event_records(events))

    counts = {day.date.isoformat(): day.count for day in activity(site, "a" * 43, THURSDAY).days if day.count}

    assert counts == {"2026-11-12": 3, "2026-11-11": 1}
