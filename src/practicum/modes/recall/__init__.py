"""The mode recall: cards that come back when you are about to forget them."""

from practicum.modes.base import Mode

MODE = Mode(
    name="recall",
    title="Recall",
    minutes=5,
    summary="Cards that come back when you are about to forget them.",
    holds="cards",
    package=__name__,
    activity="practicum.activities.cards",
)
