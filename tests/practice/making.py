"""Papers and sittings for the tests of the rules."""

from practicum.model import Level, Option, Problem, Variant
from practicum.practice import Decision, Exam, ExamItem, Sitting, SittingEvent, TimeLimit, answer, move_on, show

START = 1_700_000_000_000
"""A server's time, in milliseconds since 1970."""

SECOND = 1_000


def problem(name: str, variants: int = 1, options: int = 4) -> Problem:
    """A problem with that many variants and options."""
    made = tuple(
        Variant(
            params={"n": number},
            title=name,
            statement=f"{name}, {number}",
            options=tuple(Option(f"option {index}", key=index == 0) for index in range(options)),
        )
        for number in range(variants)
    )
    return Problem(f"topic/challenge/{name}.md", "choice", "Conceptual", Level.BEGINNER, 90, 2, made)


def exam(count: int = 2, clock: TimeLimit | None = None, attempts: int = 2, seconds: int = 60) -> Exam:
    """An exam of `count` items, by default with the author's time limit."""
    items = tuple(ExamItem(f"topic/challenge/{n}.md", 0, (1, 0, 2), seconds, attempts) for n in range(count))
    return Exam(items, clock or TimeLimit(1))


def opened(count: int = 2, clock: TimeLimit | None = None, attempts: int = 2, seconds: int = 60) -> Sitting:
    """A sitting whose first item was shown at START."""
    sitting = Sitting(exam(count, clock, attempts, seconds))
    return then(sitting, show(sitting, START))


def then(sitting: Sitting, decision: Decision) -> Sitting:
    """The sitting after a decision that must not be a refusal."""
    assert decision.refusal is None, decision.refusal
    return sitting.after(decision.events)


def right(sitting: Sitting, now: int) -> Sitting:
    """The current item answered right."""
    return _answered(sitting, True, now)


def wrong(sitting: Sitting, now: int) -> Sitting:
    """The current item answered wrong, each time with another answer."""
    return _answered(sitting, False, now)


def _answered(sitting: Sitting, is_right: bool, now: int) -> Sitting:
    assert sitting.current is not None
    number = len(sitting.events)
    return then(sitting, answer(sitting, sitting.current, (f"answer {number}",), is_right, f"nonce {number}", now))


def on(sitting: Sitting, now: int) -> Sitting:
    """Gone on to the next item, which is shown at once."""
    assert sitting.current is not None
    sitting = then(sitting, move_on(sitting, sitting.current, now))
    return sitting if sitting.finished else then(sitting, show(sitting, now))


def kinds_of(events: tuple[SittingEvent, ...]) -> list[str]:
    """The classes' names, for a comparison that reads well."""
    return [type(event).__name__ for event in events]
