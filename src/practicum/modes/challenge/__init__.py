"""The mode challenge: sets of problems against the clock. A whole set right earns the badge."""

from practicum.modes.base import Mode

MODE = Mode(
    name="challenge",
    title="Challenge",
    minutes=20,
    summary="Problems against the clock. A whole set right earns the badge.",
    holds="problems",
    package=__name__,
    activity="practicum.activities.sittings",
    is_sitting=True,
    awards_badge=True,
)
