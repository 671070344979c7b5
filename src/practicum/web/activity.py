"""A learner's days as pages show them: the calendar of the last weeks, and the daily goal."""

from __future__ import annotations

from typing import Any

from practicum.application.activity import Activity, Day
from practicum.formatting import counted, long_date


def calendar(shown: Activity, goal: int) -> dict[str, Any]:
    """Return the calendar for its template. `goal`: actions a day, 0 for no goal."""
    return {
        "days": [_day(day, goal) for day in shown.days],
        "summary": f"Active on {counted(shown.active_days, 'day')} of the last {len(shown.days)}",
        "today": shown.today,
        "goal": goal,
        "reached": bool(goal) and shown.today >= goal,
        "active": [
            {"date": long_date(day.date.isoformat()), "count": day.count} for day in reversed(shown.days) if day.count
        ],
    }


def _day(day: Day, goal: int) -> dict[str, Any]:
    words = counted(day.count, "action") if day.count else "nothing"
    return {
        "level": day.level,
        "reached": bool(goal) and day.count >= goal,
        "title": f"{long_date(day.date.isoformat())}: {words}",
    }
