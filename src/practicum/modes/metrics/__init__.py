"""The mode metrics: what the numbers of a real model say, and what they leave open."""

from practicum.modes.base import Mode

MODE = Mode(
    name="metrics",
    title="Metrics",
    minutes=8,
    summary="What the numbers of a real model say, and what they leave open.",
    holds="page",
    package=__name__,
    activity="practicum.activities.reading",
)
