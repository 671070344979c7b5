"""The mode learn: the idea, step by step, in code that runs."""

from practicum.modes.base import Mode

MODE = Mode(
    name="learn",
    title="Learn",
    minutes=10,
    summary="The idea, step by step, in code that runs.",
    holds="page",
    package=__name__,
    activity="practicum.activities.reading",
)
