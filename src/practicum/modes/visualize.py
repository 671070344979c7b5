"""The mode visualize: the pipeline's real shapes and pictures, one step at a time."""

from practicum.modes.base import Mode

MODE = Mode(
    name="visualize",
    title="Visualize",
    minutes=12,
    summary="The pipeline's real shapes and pictures, one step at a time.",
    shows="page",
)
