"""The mode try: fill in the blanks; your code is run."""

from practicum.modes.base import Mode

MODE = Mode(
    name="try",
    title="Try",
    minutes=10,
    summary="Fill in the blanks; your code is run.",
    holds="problems",
    package=__name__,
    activity="practicum.activities.exercises",
)
