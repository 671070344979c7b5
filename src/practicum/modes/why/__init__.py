"""The mode why: what it is good for: a before and after that was measured."""

from practicum.modes.base import Mode

MODE = Mode(
    name="why",
    title="Why",
    minutes=5,
    summary="What it is good for: a before and after that was measured.",
    holds="page",
    package=__name__,
    activity="practicum.activities.reading",
)
