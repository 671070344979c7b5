"""A mode with a page, progress and a style of its own: notes to tick off."""

from practicum.modes import Mode

MODE = Mode(
    name="notes",
    title="Notes",
    minutes=2,
    summary="What to remember, on one page.",
    holds="page",
    package=__name__,
)
