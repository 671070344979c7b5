"""The mode deep dive: what really happens inside, and the traps that guides repeat."""

from practicum.modes.base import Mode

MODE = Mode(
    name="deep",
    title="Deep dive",
    minutes=15,
    summary="What really happens inside, and the traps that guides repeat.",
    holds="page",
    package=__name__,
    activity="practicum.activities.reading",
)
