"""The mode project: an experiment to improve until it meets its goal."""

from practicum.modes.base import Mode

MODE = Mode(
    name="project",
    title="Project",
    minutes=30,
    summary="An experiment to improve until it meets its goal.",
    holds="problems",
    package=__name__,
    activity="practicum.activities.projects",
    taken=("own",),
    asks_with_form=False,
)
