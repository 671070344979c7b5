"""How much a learner did on each day of the last weeks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from practicum.application.site import Site

WEEKS = 12
DAY = 86_400_000
"""Milliseconds."""
LEVELS = (1, 4, 8, 16)
"""From how many actions on a day is shown how strongly."""
COUNTED = frozenset({"reached", "read", "answered", "submitted", "reviewed"})
"""Kinds of steps and events that are actions: a section read, an answer, a submission, a review."""


@dataclass(frozen=True)
class Day:
    """One day, by UTC, and how many actions it had."""

    date: date
    count: int

    @property
    def level(self) -> int:
        """How strongly it is shown, from 0 to 4."""
        return sum(self.count >= least for least in LEVELS)


@dataclass(frozen=True)
class Activity:
    """The days of the last weeks, from a Monday to today."""

    days: tuple[Day, ...]

    @property
    def today(self) -> int:
        return self.days[-1].count

    @property
    def active_days(self) -> int:
        return sum(day.count > 0 for day in self.days)

    @property
    def weeks(self) -> tuple[tuple[Day, ...], ...]:
        return tuple(self.days[start : start + 7] for start in range(0, len(self.days), 7))


def activity(site: Site, token: str, moment: int, weeks: int = WEEKS) -> Activity:
    """Return the learner's activity in the last weeks before a moment, in milliseconds since 1970."""
    today = datetime.fromtimestamp(moment / 1000, UTC).date()
    first = today - timedelta(days=today.weekday() + 7 * (weeks - 1))
    learner, counts = site.learner(token), Counter[int]()
    if learner is not None:
        for one in site.store.activity(learner, _number(first) * DAY):
            if one.kind in COUNTED:
                counts[one.day] += one.count
    days = (first + timedelta(days=number) for number in range((today - first).days + 1))
    return Activity(tuple(Day(day, counts[_number(day)]) for day in days))


def _number(day: date) -> int:
    """The number of days since 1970."""
    return (day - date(1970, 1, 1)).days
