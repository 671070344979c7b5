"""A second sitting mode: the folder `exam/` of a topic, answered like a challenge, without a badge."""

from practicum.modes import Mode

MODE = Mode(
    name="exam",
    title="Exam",
    minutes=5,
    summary="A second set of problems against the clock.",
    holds="problems",
    package=__name__,
    activity="practicum.activities.sittings",
    is_sitting=True,
)
