"""The mode try: fill in the blanks; your code is run."""

from practicum.modes.base import Mode

MODE = Mode(
    name="try",
    title="Try",
    minutes=10,
    summary="Fill in the blanks; your code is run.",
    shows="exercises",
)
