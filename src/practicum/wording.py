"""Numbers, times and dates in words."""

from __future__ import annotations

from datetime import UTC, datetime


def counted(count: int, singular: str, plural: str = "") -> str:
    """Return a count with its noun: `1 problem`, `5 problems`, `2 classes`."""
    return f"{count} {singular if count == 1 else plural or singular + 's'}"


def clock_time(milliseconds: float) -> str:
    """Return a duration as a clock shows it, full seconds rounded up: `1:30`."""
    seconds = -int(-milliseconds // 1000)
    return f"{seconds // 60}:{seconds % 60:02}"


def duration(seconds: float) -> str:
    """Return how long something took: `0.013 s`, `4.2 s`, `3 min 20 s`."""
    if seconds < 0.001:
        return "under 1 ms"
    if seconds < 0.1:
        return f"{seconds:.3f} s"
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def interval(milliseconds: int) -> str:
    """Return a time until something is due: `1 min`, `3 days`, `2 months`."""
    minutes = max(1, round(milliseconds / 60_000))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{round(minutes / 60)} h"
    days = round(minutes / 1440)
    if days < 31:
        return counted(days, "day")
    return counted(round(days / 30.4), "month") if days < 365 else f"{days / 365:.1f} years"


def sentence(text: str) -> str:
    """Return a clause as a whole sentence, with a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) or not text else ".")


def long_date(iso: str) -> str:
    """Return `2026-11-12` as `12 November 2026`; any other text unchanged."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{when.day} {when:%B %Y}"


def iso_date(milliseconds: int) -> str:
    """Return the UTC day of a time in milliseconds since 1970: `2026-11-12`."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
