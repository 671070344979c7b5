"""The mode visualize: the pipeline's real shapes and images, one step at a time."""

from practicum.modes.base import Mode

MODE = Mode(
    name="visualize",
    title="Visualize",
    minutes=12,
    summary="The pipeline's real shapes and images, one step at a time.",
    holds="page",
    package=__name__,
    activity="practicum.activities.reading",
)
